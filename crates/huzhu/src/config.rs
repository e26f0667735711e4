//! `huzhu.toml`: public address, mail server and providers. Secrets stand in files of their own, named here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huzhu_app::claims::EvidenceLimits;
use huzhu_app::ports::{Clock, CreditProvider, Entropy, IdentityProvider};
use huzhu_gateways::provider::{HttpCredit, HttpIdentity, ProviderConfig, ProviderLimits, SharedKey};
use huzhu_gateways::webhook::Reach;
use serde::Deserialize;

use crate::drawing::DrawConfig;
use crate::output::Failure;
use crate::witnessing::LogConfig;

/// Name of the file in the data folder.
const FILE: &str = "huzhu.toml";

/// The configuration of a platform.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The address that members type, such as `https://aid.example.org`.
    #[serde(default)]
    public_url: Option<String>,
    /// The mail server.
    #[serde(default)]
    pub(crate) mail: Option<Mail>,
    /// The identity provider.
    #[serde(default)]
    identity: Option<Provider>,
    /// The credit provider.
    #[serde(default)]
    credit: Option<Provider>,
    /// Outside witnesses of the log.
    #[serde(default)]
    pub(crate) log: LogConfig,
    /// Where the seeds of draws come from.
    #[serde(default)]
    pub(crate) draw: DrawConfig,
    /// Where evidence is kept, and how much of it is taken.
    #[serde(default)]
    vault: VaultPlace,
    /// Where webhooks may lead.
    #[serde(default)]
    webhooks: WebhookReach,
}

/// Where webhooks may lead.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookReach {
    /// To private networks and to this machine too; otherwise to public addresses only.
    #[serde(default)]
    private_addresses: bool,
}

/// Where evidence is kept, and how much of it is taken. Credentials of buckets come from the environment: see `docs/vault.md`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VaultPlace {
    /// Such as `s3://bucket/prefix`; the folder `evidence` of the data folder when left out.
    url: Option<String>,
    /// Largest file in bytes.
    file_bytes: Option<u64>,
    /// Largest picture in bytes.
    picture_bytes: Option<u64>,
    /// All files of one claim together in bytes.
    claim_bytes: Option<u64>,
}

/// The mail server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    /// Such as `smtps://user:password@mail.example.org`.
    pub(crate) server: String,
    /// Such as `Huzhu <aid@example.org>`.
    pub(crate) sender: String,
}

/// A provider, see `docs/providers.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    /// Such as `https://identity.example.org/api/`.
    url: String,
    /// Name of the key at the provider.
    key_id: String,
    /// File that holds the key in base64.
    key_file: PathBuf,
}

impl Config {
    /// Reads the named file, or the one in the data folder if it is there.
    pub(crate) fn read(named: Option<&Path>, data: &Path) -> Result<Self, Failure> {
        let path = named.map_or_else(|| data.join(FILE), Path::to_owned);
        match std::fs::read_to_string(&path) {
            Ok(text) => toml_edit::de::from_str(&text)
                .map_err(|error| Failure::WrongUse(format!("{}: {error}", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(Failure::WrongUse(format!("cannot read {}: {error}", path.display()))),
        }
    }

    /// The address of the bucket in which evidence is kept, if it is one.
    pub(crate) fn vault_url(&self) -> Option<&str> {
        self.vault.url.as_deref()
    }

    /// Which addresses webhooks may lead to.
    pub(crate) const fn webhook_reach(&self) -> Reach {
        Reach { private: self.webhooks.private_addresses }
    }

    /// How much evidence is taken.
    pub(crate) fn evidence_limits(&self) -> EvidenceLimits {
        let usual = EvidenceLimits::USUAL;
        EvidenceLimits {
            file_bytes: self.vault.file_bytes.unwrap_or(usual.file_bytes),
            picture_bytes: self.vault.picture_bytes.unwrap_or(usual.picture_bytes),
            claim_bytes: self.vault.claim_bytes.unwrap_or(usual.claim_bytes),
            ..usual
        }
    }

    /// The public name of the platform, which its logs are called after: the host in its address.
    pub(crate) fn public_name(&self) -> String {
        let url = self.public_url.as_deref().unwrap_or_default();
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() { "localhost".to_owned() } else { host.to_owned() }
    }

    /// Members reach the platform by TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The identity provider, if one is set up.
    pub(crate) fn identity<E: Entropy + 'static>(
        &self,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<E>,
    ) -> Result<Option<Arc<dyn IdentityProvider>>, Failure> {
        let Some(provider) = &self.identity else {
            return Ok(None);
        };
        let entropy = Arc::clone(entropy) as Arc<dyn Entropy>;
        let adapter = HttpIdentity::new(provider.config("identity")?, Arc::clone(clock), entropy);
        Ok(Some(Arc::new(
            adapter.map_err(|error| Failure::WrongUse(format!("configuration, identity: {error}")))?,
        )))
    }

    /// The credit provider, if one is set up.
    pub(crate) fn credit<E: Entropy + 'static>(
        &self,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<E>,
    ) -> Result<Option<Arc<dyn CreditProvider>>, Failure> {
        let Some(provider) = &self.credit else {
            return Ok(None);
        };
        let entropy = Arc::clone(entropy) as Arc<dyn Entropy>;
        let adapter = HttpCredit::new(provider.config("credit")?, Arc::clone(clock), entropy);
        Ok(Some(Arc::new(
            adapter.map_err(|error| Failure::WrongUse(format!("configuration, credit: {error}")))?,
        )))
    }
}

impl Provider {
    fn config(&self, name: &str) -> Result<ProviderConfig, Failure> {
        let wrong = |error: String| Failure::WrongUse(format!("configuration, {name}: {error}"));
        let text = std::fs::read_to_string(&self.key_file)
            .map_err(|error| wrong(format!("cannot read {}: {error}", self.key_file.display())))?;
        let key = SharedKey::from_base64(text.trim()).map_err(|error| wrong(error.to_string()))?;
        ProviderConfig::new(&self.url, &self.key_id, key, ProviderLimits::default())
            .map_err(|error| wrong(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_optional_and_unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!Config::read(None, folder.path()).unwrap().is_https());
        let file = folder.path().join(FILE);
        std::fs::write(&file, "public_url = \"https://aid.example.org\"\n").unwrap();
        let config = Config::read(None, folder.path()).unwrap();
        assert!(config.is_https());
        assert_eq!(config.public_name(), "aid.example.org");
        std::fs::write(&file, "public-url = \"https://aid.example.org\"\n").unwrap();
        assert!(
            matches!(Config::read(None, folder.path()), Err(Failure::WrongUse(why)) if why.contains("public-url"))
        );
        assert!(Config::read(Some(Path::new("missing.toml")), folder.path()).is_err());
        let vault = "[vault]\nurl = \"s3://bucket/evidence\"\nfile_bytes = 1_100_000_000\n";
        std::fs::write(&file, vault).unwrap();
        let config = Config::read(None, folder.path()).unwrap();
        assert_eq!(config.vault_url(), Some("s3://bucket/evidence"));
        assert_eq!(config.evidence_limits().file_bytes, 1_100_000_000);
        assert_eq!(config.evidence_limits().picture_bytes, EvidenceLimits::USUAL.picture_bytes);
    }
}
