//! Outside witnesses of the log: hands checkpoints to them and gathers their cosignatures (C2SP tlog-witness).
//!
//! Shape: [`WitnessClient`] asks one witness once. [`Witnesses`] is all of them: [`Witnesses::run`] picks the newest published
//! checkpoint as the target, one task for each witness works towards it, and what comes in is put beside the published
//! checkpoint through [`Witnessed`]. [`Witnesses::covering`] is for receipts: it waits, not for long, for a checkpoint with a
//! quorum.
//!
//! Guarantees: publishing never waits for a witness; a cosignature is kept only if the configured key made it for this very
//! checkpoint; a witness that lies, sleeps or sends megabytes costs bounded time and memory and holds nobody else up.
//!
//! Limits: the target moves on when all witnesses have answered, when a quorum has and the others had a moment, or after
//! [`ROUND`]; on a busy log not each checkpoint is cosigned, and each entry is covered by the next one that is.

use std::time::Duration;

use huzhu_log::witness::{AddCheckpoint, SIZE_TYPE};
use huzhu_log::{KeyKind, Signature, Vkey, cosignature};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode, Url};

mod rounds;

pub use rounds::{ROUND, Witnessed, Witnesses};

/// How long connecting may take, and how long one request may take altogether.
const CONNECT: Duration = Duration::from_secs(3);
const REQUEST: Duration = Duration::from_secs(8);
/// Bytes of the longest answer that is read: a few signature lines.
const ANSWER: usize = 16 * 1024;
/// Seconds by which a witness's clock may be ahead of ours.
const AHEAD: u64 = 300;

/// A witness as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessConfig {
    /// What the rules of trust call it.
    pub name: String,
    /// Its key.
    pub vkey: Vkey,
    /// Its submission prefix.
    pub url: Url,
}

impl WitnessConfig {
    /// A witness from the three texts of its configuration.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub fn new(name: &str, vkey: &str, url: &str) -> Result<Self, String> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) || name == "none" {
            return Err(format!("`{name}` is no name for a witness: one word, and not `none`"));
        }
        let vkey: Vkey = vkey.parse().map_err(|error| format!("vkey `{vkey}`: {error}"))?;
        if vkey.kind() != KeyKind::Cosignature {
            return Err(format!("vkey `{vkey}` is no key of a witness: its kind must be 0x04"));
        }
        let mut url: Url = url.parse().map_err(|error| format!("url `{url}`: {error}"))?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.has_host();
        if !is_plain || !matches!(url.scheme(), "http" | "https") {
            return Err(format!("url `{url}` is none of a witness: http(s)://host/path"));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self { name: name.to_owned(), vkey, url })
    }
}

/// Why there is no cosignature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessFault {
    /// Nobody answers, or not in time.
    #[error("the witness does not answer: {0}")]
    Unreachable(String),
    /// It is busy or failed; asking later may help.
    #[error("the witness answers {0}")]
    Busy(u16),
    /// 404: it does not follow this log.
    #[error("the witness does not follow this log: give its operator the log's key")]
    NotFollowed,
    /// 403: it does not know the key that signed.
    #[error("the witness does not know the key that signed: give its operator the log's newest key")]
    KeyUnknown,
    /// 422: what it saw before does not go with what it is shown now.
    #[error("the witness says that this checkpoint does not continue what it saw before")]
    Inconsistent,
    /// It cosigned more entries than this log has ever published.
    #[error(
        "the witness has cosigned {0} entries, more than this log has: the log was brought back from an old copy, or two \
         machines write it; stop and see docs/witness.md"
    )]
    RolledBack(u64),
    /// It cosigned a newer checkpoint than the one it was asked about.
    #[error("the witness is ahead, at {0} entries")]
    Ahead(u64),
    /// It answers something that the protocol does not have.
    #[error("the witness answers nonsense: {0}")]
    Nonsense(String),
    /// No line in the answer is by its key.
    #[error("the witness has not cosigned: no line is by the configured key")]
    NoCosignature,
    /// A line claims to be by its key and is not, or not for this checkpoint.
    #[error("the cosignature of the witness is false or for another checkpoint")]
    FalseCosignature,
    /// The time in the cosignature is none or lies ahead.
    #[error("the cosignature states the time {0}, which is not now")]
    WrongTime(u64),
    /// The published log could not be read.
    #[error("the log could not be read for a proof: {0}")]
    NoProof(String),
}

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It cosigned; the signature was checked.
    Cosigned(Signature),
    /// It cosigned this many entries before, not as many as it was told.
    Conflict(u64),
}

/// Asks one witness.
#[derive(Clone, Debug)]
pub struct WitnessClient {
    config: WitnessConfig,
    address: Url,
    http: reqwest::Client,
    limit: Duration,
}

impl WitnessClient {
    /// A client of this witness. Does not connect yet.
    ///
    /// # Errors
    /// No HTTP client could be made.
    pub fn new(config: WitnessConfig) -> Result<Self, String> {
        Self::with_limit(config, REQUEST)
    }

    fn with_limit(config: WitnessConfig, limit: Duration) -> Result<Self, String> {
        // Somebody has set it already when this fails: all use ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        // Nothing to verify in plain HTTP, so a machine without certificates of authorities will do.
        let builder = if config.url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let http = builder.build().map_err(|error| error.without_url().to_string())?;
        let address = config.url.join("add-checkpoint").map_err(|error| error.to_string())?;
        Ok(Self { config, address, http, limit })
    }

    /// The witness.
    #[must_use]
    pub const fn config(&self) -> &WitnessConfig {
        &self.config
    }

    /// Asks once. `now` is in seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// [`WitnessFault`]; nothing of the answer is to be believed then.
    pub async fn ask(&self, request: &AddCheckpoint, now: u64) -> Result<Answer, WitnessFault> {
        let asked = tokio::time::timeout(self.limit, self.send(request));
        let answered = asked.await.map_err(|_| WitnessFault::Unreachable("no answer in time".to_owned()))?;
        match answered? {
            Said::Size(size) => Ok(Answer::Conflict(size)),
            Said::Lines(lines) => self.check(&lines, request.note.text(), now).map(Answer::Cosigned),
        }
    }

    async fn send(&self, request: &AddCheckpoint) -> Result<Said, WitnessFault> {
        let unreachable = |error: reqwest::Error| WitnessFault::Unreachable(error.without_url().to_string());
        let sent = self.http.post(self.address.clone()).body(request.to_string()).send();
        let answer = sent.await.map_err(unreachable)?;
        let status = answer.status();
        let is_size =
            answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == SIZE_TYPE.as_bytes());
        match status {
            StatusCode::OK => Ok(Said::Lines(body(answer).await?)),
            StatusCode::CONFLICT if is_size => {
                let text = body(answer).await?;
                let nonsense = || WitnessFault::Nonsense("a conflict without a size".to_owned());
                let size = text.strip_suffix('\n').ok_or_else(nonsense)?;
                let is_plain = size.bytes().all(|byte| byte.is_ascii_digit());
                size.parse().ok().filter(|_| is_plain).map(Said::Size).ok_or_else(nonsense)
            }
            StatusCode::NOT_FOUND => Err(WitnessFault::NotFollowed),
            StatusCode::FORBIDDEN => Err(WitnessFault::KeyUnknown),
            StatusCode::UNPROCESSABLE_ENTITY => Err(WitnessFault::Inconsistent),
            StatusCode::TOO_MANY_REQUESTS => Err(WitnessFault::Busy(429)),
            status if status.is_server_error() => Err(WitnessFault::Busy(status.as_u16())),
            status => Err(WitnessFault::Nonsense(format!("status {status}"))),
        }
    }

    /// The line by the configured key. Lines by others are ignored, as the specification says.
    fn check(&self, lines: &str, text: &str, now: u64) -> Result<Signature, WitnessFault> {
        let mut found = None;
        for line in lines.lines() {
            let signature = Signature::parse(line)
                .map_err(|error| WitnessFault::Nonsense(format!("a signature line: {error}")))?;
            if !self.config.vkey.claims(&signature) {
                continue;
            }
            let at = cosignature::verify(text, &signature, &self.config.vkey)
                .map_err(|_| WitnessFault::FalseCosignature)?;
            if at == 0 || at > now.saturating_add(AHEAD) {
                return Err(WitnessFault::WrongTime(at));
            }
            found = Some(signature);
        }
        found.ok_or(WitnessFault::NoCosignature)
    }
}

enum Said {
    Lines(String),
    Size(u64),
}

/// The body, if it is text of bearable length.
async fn body(mut answer: Response) -> Result<String, WitnessFault> {
    let mut bytes = Vec::new();
    let broken = |error: reqwest::Error| WitnessFault::Unreachable(error.without_url().to_string());
    while let Some(piece) = answer.chunk().await.map_err(broken)? {
        if bytes.len().saturating_add(piece.len()) > ANSWER {
            return Err(WitnessFault::Nonsense(format!("more than {ANSWER} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| WitnessFault::Nonsense("no text".to_owned()))
}

#[cfg(test)]
mod tests;
