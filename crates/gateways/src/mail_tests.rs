//! The mailer against a small mail server on loopback that also misbehaves.

use std::sync::Mutex;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Kind,
    /// Refuses the receiver for good, in words that repeat the address.
    NoSuchReceiver,
    /// Refuses the receiver for now.
    Greylists,
    /// Closes the connection when the mail's text comes.
    DropsAtData,
    /// Closes the connection without a greeting.
    DropsAtOnce,
    /// Never greets.
    Silent,
    /// Greets with bytes that are no SMTP.
    Noise,
}

/// What the server took: envelope receiver and text of each mail.
type Taken = Arc<Mutex<Vec<(String, String)>>>;

async fn server(mood: Mood) -> (String, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let taken = Taken::default();
    let kept = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = kept.clone();
            tokio::spawn(async move { converse(stream, mood, &kept).await });
        }
    });
    (url, taken)
}

/// One SMTP session; ends when the client or the mood says so.
async fn converse(stream: TcpStream, mood: Mood, taken: &Taken) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    match mood {
        Mood::DropsAtOnce => return None,
        Mood::Silent => {
            // Waits for the client to go away.
            lines.next_line().await.ok();
            return None;
        }
        Mood::Noise => write.write_all(b"\x16\x03\x01 hello\r\n").await.ok()?,
        _ => write.write_all(b"220 stub ESMTP\r\n").await.ok()?,
    }
    let mut receiver = String::new();
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let reply = match (verb.as_str(), mood) {
            ("EHLO", _) => "250-stub\r\n250 8BITMIME\r\n".to_owned(),
            ("RCPT", Mood::NoSuchReceiver) => format!("550 5.1.1 no such mailbox {line}\r\n"),
            ("RCPT", Mood::Greylists) => "451 4.7.1 come back later\r\n".to_owned(),
            ("RCPT", _) => {
                receiver.clone_from(&line);
                "250 ok\r\n".to_owned()
            }
            ("DATA", Mood::DropsAtData) => return None,
            ("DATA", _) => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                taken.lock().unwrap().push((receiver.clone(), text));
                "250 taken\r\n".to_owned()
            }
            ("QUIT", _) => "221 bye\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        };
        write.write_all(reply.as_bytes()).await.ok()?;
    }
    Some(())
}

/// Renders every message the same.
struct Fixed(Option<RenderedMail>);

#[async_trait]
impl Renderer for Fixed {
    async fn render(&self, _message: &Message) -> Result<Option<RenderedMail>, ProviderError> {
        Ok(self.0.clone())
    }
}

fn rendered(to: &str, subject: &str) -> RenderedMail {
    RenderedMail {
        to_address: to.to_owned(),
        subject: subject.to_owned(),
        body: "Your code is 123456.\n.\nIt ends soon.".to_owned(),
    }
}

fn message() -> Message {
    Message {
        id: uuid::Uuid::from_u128(7),
        to: huzhu_domain::id::MemberId::from_uuid(uuid::Uuid::from_u128(8)),
        language: "en".to_owned(),
        template: "mail-code".to_owned(),
        values: Vec::new(),
        at: "2019-01-16T08:00:00Z".parse().unwrap(),
        sent: None,
        inbox: None,
    }
}

async fn send(url: &str, mail: Option<RenderedMail>) -> Result<(), String> {
    let limit = Duration::from_millis(300);
    let mailer = SmtpMailer::new(url, "Huzhu <plan@huzhu.example>", limit, Arc::new(Fixed(mail))).unwrap();
    mailer.send(&message()).await.map_err(|error| {
        assert_eq!(error.provider, "mail");
        assert!(!error.why.contains("li@"), "{}", error.why);
        error.why
    })
}

#[tokio::test]
async fn a_mail_arrives_with_its_id_date_subject_and_text() {
    let (url, taken) = server(Mood::Kind).await;
    assert_eq!(send(&url, Some(rendered("li@example.org", "Your code"))).await, Ok(()));
    let taken = taken.lock().unwrap().clone();
    let [(receiver, text)] = taken.as_slice() else { panic!("{taken:?}") };
    assert!(receiver.contains("<li@example.org>"));
    for line in [
        "From: Huzhu <plan@huzhu.example>",
        "To: li@example.org",
        "Subject: Your code",
        "Message-ID: <00000000-0000-0000-0000-000000000007@huzhu.example>",
        "Date: Wed, 16 Jan 2019 08:00:00 +0000",
        "Auto-Submitted: auto-generated",
        "Your code is 123456.",
        "It ends soon.",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
    }
}

#[tokio::test]
async fn a_subject_cannot_smuggle_in_headers() {
    let (url, taken) = server(Mood::Kind).await;
    send(&url, Some(rendered("li@example.org", "Hello\r\nBcc: eve@example.org"))).await.unwrap();
    let text = taken.lock().unwrap()[0].1.clone();
    assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
}

#[tokio::test]
async fn a_chinese_subject_and_text_arrive() {
    let (url, taken) = server(Mood::Kind).await;
    let mut mail = rendered("li@example.org", "您的验证码");
    mail.body = "验证码 123456".to_owned();
    send(&url, Some(mail)).await.unwrap();
    let text = taken.lock().unwrap()[0].1.clone();
    assert!(text.contains("Subject: =?utf-8?b?5oKo55qE6aqM6K+B56CB?="), "{text}");
    assert!(text.contains("charset=utf-8"), "{text}");
}

#[tokio::test]
async fn a_server_that_misbehaves_is_an_error_without_the_address() {
    for (mood, expected) in [
        (Mood::NoSuchReceiver, "the mail server refused it for good with code 550"),
        (Mood::Greylists, "the mail server refused it for now with code 451"),
        (Mood::DropsAtData, "the mail server broke off or made no sense"),
        (Mood::DropsAtOnce, "the mail server broke off or made no sense"),
        (Mood::Silent, "no answer in time"),
        (Mood::Noise, "the mail server broke off or made no sense"),
    ] {
        let (url, taken) = server(mood).await;
        let answer = send(&url, Some(rendered("li@example.org", "Your code"))).await;
        assert_eq!(answer, Err(expected.to_owned()), "{mood:?}");
        assert!(taken.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn starttls_is_not_given_up_when_the_server_does_not_offer_it() {
    let (url, taken) = server(Mood::Kind).await;
    let answer = send(&format!("{url}?tls=required"), Some(rendered("li@example.org", "Hi"))).await;
    assert!(answer.is_err());
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_malformed_address_fails_before_a_connection_and_no_receiver_counts_as_sent() {
    let (url, taken) = server(Mood::Kind).await;
    for (to, expected) in [
        (Some("li@example.org\r\nRCPT TO:<eve@example.org>"), Err("the address is malformed".to_owned())),
        (Some("nobody"), Err("the address is malformed".to_owned())),
        (None, Ok(())),
    ] {
        assert_eq!(send(&url, to.map(|to| rendered(to, "Hi"))).await, expected, "{to:?}");
    }
    assert!(taken.lock().unwrap().is_empty());
}

#[test]
fn mail_leaves_this_machine_by_tls_only() {
    let check =
        |url: &str| SmtpMailer::new(url, "a@b.example", Duration::from_secs(1), Arc::new(Fixed(None))).err();
    for (url, expected) in [
        ("smtps://user:pass@mail.example.org", None),
        ("smtps://mail.example.org:465", None),
        ("smtp://mail.example.org:587?tls=required", None),
        ("smtp://127.0.0.1:1025", None),
        ("smtp://[::1]:1025", None),
        ("smtp://mail.example.org:587", Some(MailConfigError::Plain)),
        ("smtp://mail.example.org?tls=opportunistic", Some(MailConfigError::Plain)),
        ("smtp://127.0.0.1?tls=opportunistic", Some(MailConfigError::Plain)),
        ("smtp://localhost:1025", Some(MailConfigError::Plain)),
        ("https://mail.example.org", Some(MailConfigError::Server)),
        ("mail.example.org", Some(MailConfigError::Server)),
        ("smtp://", Some(MailConfigError::Server)),
        ("", Some(MailConfigError::Server)),
    ] {
        assert_eq!(check(url), expected, "{url}");
    }
    let sender =
        SmtpMailer::new("smtps://a.example", "nobody", Duration::from_secs(1), Arc::new(Fixed(None)));
    assert_eq!(sender.err(), Some(MailConfigError::Sender));
}

#[tokio::test]
async fn nothing_that_is_shown_holds_a_password_or_a_code() {
    let mailer = SmtpMailer::new(
        "smtps://u:hunter2@a.example",
        "a@b.example",
        Duration::from_secs(1),
        Arc::new(Fixed(None)),
    )
    .unwrap();
    let shown = format!("{mailer:?} {:?}", rendered("li@example.org", "Your code"));
    assert!(!shown.contains("hunter2") && !shown.contains("li@") && !shown.contains("123456"), "{shown}");
    assert_eq!(NoMailer.send(&message()).await, Ok(()));
}
