//! Requests to a receiver that misbehaves in every way, and addresses that must not be reached.

use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// What the receiver does with a connection.
#[derive(Clone, Copy)]
enum Step {
    /// Reads the request and sends these bytes.
    Send(&'static str),
    /// Reads the request and never answers.
    Hang,
    /// Closes the connection without a byte.
    Close,
    /// Sends a head and then a body without end.
    Endless,
}

/// Starts a receiver that serves one connection; answers its address and what it will have read.
async fn receiver(step: Step) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let mut piece = [0; 4_096];
            while !String::from_utf8_lossy(&bytes).contains("{\"type\"") {
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => bytes.extend_from_slice(&piece[..read]),
                }
            }
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes));
            match step {
                Step::Send(text) => drop(stream.write_all(text.as_bytes()).await),
                Step::Hang => std::future::pending().await,
                Step::Close => {}
                Step::Endless => {
                    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                    drop(stream.write_all(head.as_bytes()).await);
                    while stream.write_all(b"5\r\nxxxxx\r\n").await.is_ok() {}
                }
            }
        }
    });
    (address, seen)
}

fn request(url: &str) -> WebhookRequest {
    WebhookRequest {
        url: url.to_owned(),
        id: "evt_1".to_owned(),
        timestamp: 1_614_265_330,
        signature: "v1,AAAA v1,BBBB".to_owned(),
        body: "{\"type\":\"claim.paid\"}".to_owned(),
    }
}

async fn send(step: Step) -> WebhookReply {
    let (address, _) = receiver(step).await;
    let sender = HttpWebhooks::with_limit(Reach { private: true }, Duration::from_millis(300)).unwrap();
    sender.send(&request(&format!("http://{address}/hook"))).await
}

#[tokio::test]
async fn a_receiver_that_misbehaves_costs_one_bounded_try() {
    let answered = WebhookReply::Answered;
    for (step, expected) in [
        (Step::Send("HTTP/1.1 204 No Content\r\n\r\n"), answered(204, None)),
        (Step::Send("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"), answered(410, None)),
        (
            Step::Send("HTTP/1.1 503 Busy\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n"),
            answered(503, Some(Duration::from_mins(2))),
        ),
        (Step::Send("HTTP/1.1 429 Slow\r\nretry-after: soon\r\n\r\n"), answered(429, None)),
        (Step::Send("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n"), answered(302, None)),
        // The head is enough: whatever follows is not read.
        (Step::Endless, answered(200, None)),
        (Step::Send("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf"), answered(200, None)),
        (Step::Hang, WebhookReply::Failed("timeout")),
        (Step::Close, WebhookReply::Failed("no-answer")),
        (Step::Send("220 mail.example.org ESMTP\r\n"), WebhookReply::Failed("no-answer")),
    ] {
        assert_eq!(send(step).await, expected);
    }
}

#[tokio::test]
async fn the_request_carries_id_time_signatures_and_the_body_as_it_was_signed() {
    let (address, seen) = receiver(Step::Send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    let sender = HttpWebhooks::new(Reach { private: true }).unwrap();
    let reply = sender.send(&request(&format!("http://{address}/hook?of=us"))).await;
    assert_eq!(reply, WebhookReply::Answered(200, None));
    let seen = seen.lock().unwrap().clone();
    for words in [
        "POST /hook?of=us HTTP/1.1\r\n",
        "content-type: application/json\r\n",
        "webhook-id: evt_1\r\n",
        "webhook-timestamp: 1614265330\r\n",
        "webhook-signature: v1,AAAA v1,BBBB\r\n",
        "\r\n\r\n{\"type\":\"claim.paid\"}",
    ] {
        assert!(seen.contains(words), "{words:?} in {seen}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_as_numbers_and_behind_names() {
    let (address, seen) = receiver(Step::Send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    let port = address.port();
    let sender = HttpWebhooks::new(Reach::default()).unwrap();
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0", "2130706433", "0x7f.1"] {
        let reply = sender.send(&request(&format!("http://{host}:{port}/"))).await;
        assert_eq!(reply, WebhookReply::Failed("private-address"), "{host}");
    }
    assert_eq!(*seen.lock().unwrap(), "", "nothing arrived");
    let open = HttpWebhooks::new(Reach { private: true }).unwrap();
    let reply = open.send(&request(&format!("http://localhost:{port}/"))).await;
    assert_eq!(reply, WebhookReply::Answered(200, None));
}

#[test]
fn what_is_public_and_what_is_not() {
    for (address, expected) in [
        ("1.1.1.1", true),
        ("8.8.8.8", true),
        ("100.63.255.255", true),
        ("100.64.0.1", false),
        ("172.15.0.1", true),
        ("172.16.0.1", false),
        ("172.31.255.255", false),
        ("172.32.0.1", true),
        ("10.0.0.1", false),
        ("192.168.1.1", false),
        ("169.254.169.254", false),
        ("192.0.2.1", false),
        ("198.18.0.1", false),
        ("224.0.0.1", false),
        ("255.255.255.255", false),
        ("0.0.0.0", false),
        ("2606:4700:4700::1111", true),
        ("2001:4860:4860::8888", true),
        ("2001:db8::1", false),
        ("2001::1", false),
        ("fc00::1", false),
        ("fe80::1", false),
        ("ff02::1", false),
        ("::", false),
        ("::1", false),
        ("::ffff:10.0.0.1", false),
        ("::ffff:1.1.1.1", true),
        ("64:ff9b::a00:1", false),
        ("64:ff9b::101:101", true),
        ("2002:a00:1::1", false),
        ("::127.0.0.1", false),
    ] {
        assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
    }
}
