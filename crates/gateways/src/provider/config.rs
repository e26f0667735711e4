//! Where a provider is, how to sign, and every limit.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use zeroize::Zeroizing;

use super::circuit::CircuitLimits;
use crate::loopback::is_loopback;

/// Shortest key in bytes: as long as the output of the hash.
const MIN_KEY: usize = 32;

/// What is wrong with the configuration of a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The base address cannot be read.
    #[error("the address is not a URL")]
    Address,
    /// Personal data would travel in the clear.
    #[error("the address must begin with https:// (http:// is allowed for 127.0.0.1 and [::1] only)")]
    Plain,
    /// The base address has more than scheme, host, port and path.
    #[error("the address must have no user, password, query or fragment")]
    Extra,
    /// The key is no base64.
    #[error("the key is not base64")]
    KeyText,
    /// The key is too short.
    #[error("the key has {0} bytes; it must have {MIN_KEY} at least")]
    KeyLength(usize),
    /// The key id cannot stand in a header.
    #[error("the key id must have 1 to 64 letters, digits, '-', '_' or '.'")]
    KeyId,
    /// The TLS library cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// A key that we share with a provider. Wiped from memory when dropped, shown nowhere.
#[derive(Clone)]
pub struct SharedKey(Zeroizing<Vec<u8>>);

impl SharedKey {
    /// A key of these bytes.
    ///
    /// # Errors
    /// [`ConfigError::KeyLength`] below 32 bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ConfigError> {
        let bytes = Zeroizing::new(bytes);
        if bytes.len() < MIN_KEY {
            return Err(ConfigError::KeyLength(bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// A key written in base64 with padding; space around it is ignored.
    ///
    /// # Errors
    /// [`ConfigError::KeyText`] and those of [`SharedKey::new`].
    pub fn from_base64(text: &str) -> Result<Self, ConfigError> {
        Self::new(STANDARD.decode(text.trim()).map_err(|_| ConfigError::KeyText)?)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedKey(hidden)")
    }
}

/// Every limit of the calls to one provider, each with what it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderLimits {
    /// Time to connect, TLS included: protects the attempt from a host that drops packets.
    pub connect: Duration,
    /// Time of one attempt, body included: protects the budget from a server that hangs or drips.
    pub attempt: Duration,
    /// Time of a call with all its attempts, pauses and waiting for a place: protects the member who waits.
    pub budget: Duration,
    /// Attempts at most, the first one included: protects the provider.
    pub attempts: u32,
    /// Longest pause after the first attempt, doubled after each further one.
    pub first_pause: Duration,
    /// Longest pause between attempts, unless the provider asks for a longer one.
    pub longest_pause: Duration,
    /// Longest answer in bytes: protects memory.
    pub answer_bytes: usize,
    /// Calls under way at once: protects the provider and our sockets.
    pub at_once: usize,
    /// How far the provider's clock may be from ours, in seconds: bounds what a stolen answer is worth.
    pub clock_seconds: i64,
    /// When the provider is left alone.
    pub circuit: CircuitLimits,
}

impl Default for ProviderLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            attempt: Duration::from_secs(4),
            budget: Duration::from_secs(10),
            attempts: 3,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(2),
            answer_bytes: 16 * 1024,
            at_once: 64,
            clock_seconds: 300,
            circuit: CircuitLimits { failures: 5, rest: Duration::from_secs(30) },
        }
    }
}

/// One provider: where, and how to sign.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    base: Url,
    pub(crate) key_id: String,
    pub(crate) key: SharedKey,
    pub(crate) limits: ProviderLimits,
}

impl ProviderConfig {
    /// A provider below `base`, such as `https://identity.example.org/api/`.
    ///
    /// # Errors
    /// When personal data would travel in the clear, or an address or key id is malformed.
    pub fn new(
        base: &str,
        key_id: &str,
        key: SharedKey,
        limits: ProviderLimits,
    ) -> Result<Self, ConfigError> {
        let mut base: Url = base.trim().parse().map_err(|_| ConfigError::Address)?;
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&base) => {}
            _ => return Err(ConfigError::Plain),
        }
        let extra = !base.username().is_empty()
            || base.password().is_some()
            || base.query().is_some()
            || base.fragment().is_some();
        if extra {
            return Err(ConfigError::Extra);
        }
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !(1..=64).contains(&key_id.len()) || !key_id.chars().all(plain) {
            return Err(ConfigError::KeyId);
        }
        Ok(Self { base, key_id: key_id.to_owned(), key, limits })
    }

    /// Whether the provider is on this machine and spoken to without TLS.
    pub(crate) fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// The address of `path` (without a slash at its start) below the base.
    pub(crate) fn address(&self, path: &str) -> Result<Url, ConfigError> {
        self.base.join(path).map_err(|_| ConfigError::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SharedKey {
        SharedKey::new(vec![7; 32]).unwrap()
    }

    #[test]
    fn an_address_is_https_or_plain_on_this_machine_only() {
        for (base, expected) in [
            ("https://id.example.org", Ok("https://id.example.org/v1/x")),
            ("https://id.example.org/api", Ok("https://id.example.org/api/v1/x")),
            ("https://id.example.org:8443/api/", Ok("https://id.example.org:8443/api/v1/x")),
            ("http://127.0.0.1:9000", Ok("http://127.0.0.1:9000/v1/x")),
            ("http://[::1]:9000/", Ok("http://[::1]:9000/v1/x")),
            ("http://localhost:9000", Err(ConfigError::Plain)),
            ("http://id.example.org", Err(ConfigError::Plain)),
            ("http://10.1.2.3", Err(ConfigError::Plain)),
            ("ftp://127.0.0.1", Err(ConfigError::Plain)),
            ("file:///etc/passwd", Err(ConfigError::Plain)),
            ("https://user@id.example.org", Err(ConfigError::Extra)),
            ("https://:secret@id.example.org", Err(ConfigError::Extra)),
            ("https://id.example.org/?a=b", Err(ConfigError::Extra)),
            ("https://id.example.org/#a", Err(ConfigError::Extra)),
            ("id.example.org", Err(ConfigError::Address)),
            ("", Err(ConfigError::Address)),
        ] {
            let address = ProviderConfig::new(base, "k1", key(), ProviderLimits::default())
                .and_then(|config| config.address("v1/x"))
                .map(|url| url.to_string());
            assert_eq!(address, expected.map(str::to_owned), "{base}");
        }
    }

    #[test]
    fn key_ids_that_could_break_a_header_are_refused() {
        let long = "k".repeat(65);
        for (id, right) in [
            ("k1", true),
            ("huzhu-2026.a_b", true),
            ("", false),
            ("a b", false),
            ("a\r\nb", false),
            ("钥", false),
            (long.as_str(), false),
        ] {
            let config = ProviderConfig::new("https://a.example", id, key(), ProviderLimits::default());
            assert_eq!(config.is_ok(), right, "{id:?}");
        }
    }

    #[test]
    fn short_keys_are_refused_and_no_key_is_shown() {
        for (text, expected) in [
            ("AAAA", Some(ConfigError::KeyLength(3))),
            ("not base64", Some(ConfigError::KeyText)),
            (" BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n", None),
        ] {
            assert_eq!(SharedKey::from_base64(text).err(), expected, "{text}");
        }
        let config =
            ProviderConfig::new("https://a.example", "k1", key(), ProviderLimits::default()).unwrap();
        let shown = format!("{config:?}");
        assert!(shown.contains("SharedKey(hidden)") && !shown.contains("7, 7"), "{shown}");
    }
}
