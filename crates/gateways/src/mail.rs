//! Mail over SMTP (RFC 5321), and the mailer of the demo that sends nothing.
//!
//! Shape: a [`Message`] names a person, a template and values; a [`Renderer`], given at construction, looks up the address
//! and writes subject and text; [`SmtpMailer`] hands the result to the mail server, encrypted unless the server is this
//! machine.
//!
//! Guarantees: the message's id becomes the `Message-ID`, so that receivers can remove what arrived twice. Errors hold the
//! server's code and never its words, which may repeat the address.
//!
//! Limits: plain text, one recipient, one connection per mail.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use huzhu_app::ports::{Mailer, ProviderError};
use huzhu_app::record::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Mail};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use reqwest::Url;

use crate::loopback::is_loopback;

/// A mail that is ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// Address of the receiver, such as `li@example.org`.
    pub to_address: String,
    /// Subject in the receiver's language; line breaks become spaces.
    pub subject: String,
    /// Plain text in the receiver's language.
    pub body: String,
}

impl std::fmt::Debug for RenderedMail {
    /// Shows nothing: personal data and one-time codes stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RenderedMail(hidden)")
    }
}

/// Turns a message into a mail: opens the sealed address and fills the text of the catalogue.
#[async_trait]
pub trait Renderer: Send + Sync {
    /// The mail, or `None` when there is nobody to send it to any more (the person was erased, or has no address).
    ///
    /// # Errors
    /// When the address cannot be read now; the message is tried again later.
    async fn render(&self, message: &Message) -> Result<Option<RenderedMail>, ProviderError>;
}

/// What is wrong with the configuration of the mail server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailConfigError {
    /// The address of the server cannot be read.
    #[error("the mail server must be written smtps://host or smtp://host?tls=required")]
    Server,
    /// Mail would travel in the clear.
    #[error(
        "the mail server must be reached by TLS: smtps://host or smtp://host?tls=required (smtp:// alone is allowed for \
         127.0.0.1 and [::1] only)"
    )]
    Plain,
    /// The address of the sender cannot be read.
    #[error("the sender must be an address such as Huzhu <plan@example.org>")]
    Sender,
}

/// Sends mail through a mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
    limit: Duration,
    renderer: Arc<dyn Renderer>,
}

impl std::fmt::Debug for SmtpMailer {
    /// Leaves the server out: its URL holds the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// A mailer that has not connected yet. `server` is `smtps://user:password@host:port` (TLS from the start) or
    /// `smtp://user:password@host:port?tls=required` (STARTTLS, refused when the server does not offer it); `limit` is the
    /// time for one mail, connection included.
    ///
    /// # Errors
    /// When mail would travel in the clear, or an address is malformed.
    pub fn new(
        server: &str,
        sender: &str,
        limit: Duration,
        renderer: Arc<dyn Renderer>,
    ) -> Result<Self, MailConfigError> {
        check_server(server)?;
        let sender: Mailbox = sender.parse().map_err(|_| MailConfigError::Sender)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
            .map_err(|_| MailConfigError::Server)?
            .hello_name(ClientId::Domain(sender.email.domain().to_owned()))
            .timeout(Some(limit))
            .build();
        Ok(Self { transport, sender, limit, renderer })
    }

    fn compose(&self, message: &Message, rendered: RenderedMail) -> Result<Mail, ProviderError> {
        let to: Address = rendered.to_address.parse().map_err(|_| failed("the address is malformed"))?;
        let subject: String =
            rendered.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Mail::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(SystemTime::from(message.at))
            .message_id(Some(format!("<{}@{}>", message.id, self.sender.email.domain())))
            // RFC 3834: tells out-of-office robots not to answer.
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(rendered.body)
            .map_err(|_| failed("the mail cannot be composed"))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    /// A message without a receiver counts as sent: there is nothing left to do.
    async fn send(&self, message: &Message) -> Result<(), ProviderError> {
        let Some(rendered) = self.renderer.render(message).await? else {
            return Ok(());
        };
        let mail = self.compose(message, rendered)?;
        match tokio::time::timeout(self.limit, self.transport.send(mail)).await {
            Err(_) => Err(failed("no answer in time")),
            Ok(Err(error)) => Err(failed(&in_words(&error))),
            Ok(Ok(_)) => Ok(()),
        }
    }
}

/// Sends nothing: for the demo, whose mailbox page shows the messages that the store keeps. The demo runs no outbox, so no
/// message is marked as sent by this.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _message: &Message) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// Only TLS leaves this machine; `tls=opportunistic` would fall back to plain text when somebody in between says so.
fn check_server(server: &str) -> Result<(), MailConfigError> {
    let url: Url = server.parse().map_err(|_| MailConfigError::Server)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(MailConfigError::Server);
    }
    let tls = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
    match (url.scheme(), tls.as_deref()) {
        ("smtps", None) | ("smtp", Some("required")) => Ok(()),
        ("smtp", None) if is_loopback(&url) => Ok(()),
        ("smtp" | "smtps", _) => Err(MailConfigError::Plain),
        _ => Err(MailConfigError::Server),
    }
}

fn failed(why: &str) -> ProviderError {
    ProviderError { provider: "mail", why: why.to_owned() }
}

/// The kind of an SMTP error. Its own text may repeat the address and is dropped.
fn in_words(error: &lettre::transport::smtp::Error) -> String {
    if let Some(code) = error.status() {
        let kind = if error.is_permanent() { "for good" } else { "for now" };
        format!("the mail server refused it {kind} with code {code}")
    } else if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_tls() {
        "no TLS with the mail server".to_owned()
    } else if error.is_response() {
        "the mail server broke off or made no sense".to_owned()
    } else {
        "no connection to the mail server".to_owned()
    }
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
