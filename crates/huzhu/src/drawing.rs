//! Where the seeds of draws come from: from the configuration to the port.

use std::sync::Arc;
use std::time::Duration;

use huzhu_app::ports::Randomness;
use huzhu_gateways::randomness::OperatorVrf;
use huzhu_gateways::randomness::drand::{Drand, LEAD};
use huzhu_gateways::randomness::vrf::VrfKey;
use huzhu_store::InstanceSecret;
use serde::Deserialize;

use crate::output::Failure;

/// The section `[draw]` of the configuration, see `docs/jury/draw.md`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrawConfig {
    /// Who is asked for seeds.
    #[serde(default)]
    source: Source,
    /// Servers that hand out rounds of the beacon, the first one asked first.
    #[serde(default)]
    relays: Vec<String>,
    /// How long after a request the round of its seed is published.
    #[serde(default)]
    lead_seconds: Option<u64>,
}

/// Who is asked for seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// The operator's own function: no network, and no surprise for the operator.
    #[default]
    Operator,
    /// Rounds of quicknet.
    Drand,
}

/// The operator's own function.
pub(crate) fn operator_function(secret: &InstanceSecret) -> OperatorVrf {
    OperatorVrf::new(VrfKey::from_seed(&secret.seed_of_draws()))
}

impl DrawConfig {
    /// What the configuration says. Does not connect.
    pub(crate) fn randomness(&self, secret: &InstanceSecret) -> Result<Arc<dyn Randomness>, Failure> {
        let wrong = |why: &str| Failure::WrongUse(format!("configuration, draw: {why}"));
        match self.source {
            Source::Operator if !self.relays.is_empty() || self.lead_seconds.is_some() => {
                Err(wrong("`relays` and `lead_seconds` are for `source = \"drand\"`"))
            }
            Source::Operator => Ok(Arc::new(operator_function(secret))),
            Source::Drand => {
                let lead = self.lead_seconds.map_or(LEAD, Duration::from_secs);
                let drand = Drand::new(&self.relays, lead).map_err(|why| wrong(&why))?;
                Ok(Arc::new(drand))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use huzhu_domain::jury::SeedSource;
    use huzhu_domain::time::Moment;

    use super::*;

    #[test]
    fn the_operator_s_function_is_the_default_and_a_beacon_needs_relays() {
        let secret = InstanceSecret::from_bytes([7; 32]);
        let relays = "relays = [\"https://relay.example\"]\n";
        for (text, expected) in [
            (String::new(), Some(false)),
            ("source = \"operator\"\n".to_owned(), Some(false)),
            (format!("source = \"drand\"\n{relays}"), Some(true)),
            (format!("source = \"drand\"\nlead_seconds = 30\n{relays}"), Some(true)),
            (format!("source = \"drand\"\nlead_seconds = 3\n{relays}"), None),
            ("source = \"drand\"\n".to_owned(), None),
            (relays.to_owned(), None),
        ] {
            let config: DrawConfig = toml_edit::de::from_str(&text).unwrap();
            let randomness = config.randomness(&secret).ok();
            let is_beacon = randomness
                .map(|randomness| matches!(randomness.source(Moment::UNIX_EPOCH), SeedSource::Drand(_)));
            assert_eq!(is_beacon, expected, "{text}");
        }
        for text in ["source = \"dice\"\n", "relay = \"x\"\n"] {
            assert!(toml_edit::de::from_str::<DrawConfig>(text).is_err(), "{text}");
        }
    }
}
