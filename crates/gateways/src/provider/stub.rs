//! A provider on loopback that answers by a script, one step per request, also in every wrong way.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::config::SharedKey;
use super::signature::{AnswerLines, RequestLines};

/// What the stub does with one request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Signs and sends this body with status 200.
    Answer(&'static str),
    /// As `Answer`, with the clock of the provider wrong by so many seconds.
    AnswerAt(i64, &'static str),
    /// As `Answer`, with one header replaced (`None`: left out).
    Changed(&'static str, Option<&'static str>, &'static str),
    /// Signs one body and sends another.
    Swapped(&'static str, &'static str),
    /// Sends the whole answer to the request before this one again.
    Replay,
    /// Signs and sends a body of so many bytes; with or without telling its length beforehand.
    Huge { bytes: usize, announced: bool },
    /// A status with further header lines and no body.
    Status(u16, &'static str),
    /// Reads the request and never answers.
    Hang,
    /// Closes the connection without a byte.
    Close,
    /// Sends half of a good answer and closes.
    Half(&'static str),
    /// Sends a good answer one byte at a time, with this pause between them.
    Drip(Duration, &'static str),
    /// Sends bytes that are no HTTP.
    Noise,
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) at: Instant,
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: String,
    pub(super) signed: bool,
}

/// The running stub.
pub(super) struct Stub {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    /// Starts a stub whose clock says `now` (seconds since 1970); a request after the last step gets status 599.
    pub(super) async fn start(key: SharedKey, now: i64, script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(State {
            key,
            now,
            script: Mutex::new(script.into()),
            seen: seen.clone(),
            last: Mutex::new(Vec::new()),
        });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = state.clone();
                tokio::spawn(async move { state.serve(stream).await });
            }
        });
        Self { address, seen, task }
    }

    /// What came in so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

struct State {
    key: SharedKey,
    now: i64,
    script: Mutex<VecDeque<Step>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    last: Mutex<Vec<u8>>,
}

impl State {
    /// Serves one request per connection.
    async fn serve(&self, mut stream: TcpStream) {
        let Some((head, body)) = read_request(&mut stream).await else {
            return;
        };
        let header = |name: &str| header(&head, name).unwrap_or_default();
        let nonce = header("huzhu-nonce");
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let expected = RequestLines {
            timestamp: header("huzhu-timestamp").parse().unwrap_or_default(),
            nonce: &nonce,
            method: "POST",
            path: &path,
            body: &body,
        }
        .sign(&self.key);
        let signed = header("huzhu-signature") == expected && header("huzhu-key") == "k1";
        let body = String::from_utf8(body).unwrap();
        self.seen.lock().unwrap().push(Seen { at: Instant::now(), path, head, body, signed });
        let step = self.script.lock().unwrap().pop_front().unwrap_or(Step::Status(599, ""));
        self.play(step, &nonce, &mut stream).await;
    }

    async fn play(&self, step: Step, nonce: &str, stream: &mut TcpStream) {
        let good = |body: &str| self.response(self.now, nonce, body, body, true);
        let bytes = match step {
            Step::Answer(body) => good(body),
            Step::AnswerAt(skew, body) => self.response(self.now + skew, nonce, body, body, true),
            Step::Changed(name, value, body) => change(&good(body), name, value),
            Step::Swapped(signed, sent) => self.response(self.now, nonce, signed, sent, true),
            Step::Replay => self.last.lock().unwrap().clone(),
            Step::Huge { bytes, announced } => {
                let body = format!("{{\"status\":\"{}\"}}", "x".repeat(bytes));
                self.response(self.now, nonce, &body, &body, announced)
            }
            Step::Status(status, lines) => {
                format!("HTTP/1.1 {status} Stub\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n")
                    .into_bytes()
            }
            Step::Noise => b"\x16\x03\x01 this is no HTTP\r\n\r\n".to_vec(),
            Step::Close => return,
            Step::Half(body) => {
                let all = good(body);
                all[..all.len() - body.len().div_ceil(2)].to_vec()
            }
            Step::Hang => {
                // Holds the connection open until the client gives up.
                let _ = stream.read(&mut [0; 1]).await;
                return;
            }
            Step::Drip(pause, body) => {
                for byte in good(body) {
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                    if pause.is_zero() {
                        tokio::task::yield_now().await;
                    } else {
                        tokio::time::sleep(pause).await;
                    }
                }
                return;
            }
        };
        self.last.lock().unwrap().clone_from(&bytes);
        // The client may have gone away already, which is its right.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
    }

    fn response(&self, timestamp: i64, nonce: &str, signed: &str, sent: &str, announced: bool) -> Vec<u8> {
        let lines = AnswerLines { timestamp, nonce, status: 200, body: signed.as_bytes() };
        let length = if announced { format!("Content-Length: {}\r\n", sent.len()) } else { String::new() };
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nHuzhu-Timestamp: {timestamp}\r\n\
             Huzhu-Nonce: {nonce}\r\nHuzhu-Signature: {}\r\n{length}Connection: close\r\n\r\n{sent}",
            lines.sign(&self.key)
        )
        .into_bytes()
    }
}

/// Replaces or removes one header line.
fn change(response: &[u8], name: &str, value: Option<&str>) -> Vec<u8> {
    let text = std::str::from_utf8(response).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head
        .split("\r\n")
        .filter(|line| !line.to_lowercase().starts_with(&format!("{name}:")))
        .map(str::to_owned)
        .collect();
    lines.extend(value.map(|value| format!("{name}: {value}")));
    format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// Head and body of one request; `None` when the client went away.
async fn read_request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let length: usize = header(&head, "content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            return Some((head, bytes[end + 4..end + 4 + length].to_vec()));
        }
    }
}
