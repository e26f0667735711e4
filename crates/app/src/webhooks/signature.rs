//! Signatures of requests as Standard Webhooks 1.0.0 has them: `v1` is HMAC-SHA-256, `v1a` is Ed25519, both over
//! `id.timestamp.body`, in base64, with spaces between several. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use huzhu_domain::time::Moment;
use sha2::Sha256;

use super::record::{Endpoint, WebhookSecret};

/// The text of a secret, as receivers are given it: `whsec_` and base64.
pub fn secret_text(secret: &WebhookSecret) -> String {
    format!("whsec_{}", STANDARD.encode(secret.0))
}

/// The public key of a seed, as receivers are given it: `whpk_` and base64.
pub fn public_key(seed: &WebhookSecret) -> String {
    let key = ed25519_dalek::SigningKey::from_bytes(&seed.0);
    format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()))
}

/// The value of `webhook-signature`: one signature for each secret that is in use at `now`, and one of the Ed25519 key.
pub fn signatures(endpoint: &Endpoint, id: &str, now: Moment, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", now.as_second());
    let keys = endpoint.keys.iter().filter(|key| key.until.is_none_or(|until| now < until));
    let mut all: Vec<String> = keys
        .map(|key| {
            let mut mac =
                Hmac::<Sha256>::new_from_slice(&key.secret.0).expect("HMAC takes keys of any length");
            mac.update(signed.as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        })
        .collect();
    if let Some(seed) = &endpoint.seed {
        let signature = ed25519_dalek::SigningKey::from_bytes(&seed.0).sign(signed.as_bytes());
        all.push(format!("v1a,{}", STANDARD.encode(signature.to_bytes())));
    }
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::record::{EndpointState, SigningKey};
    use super::*;
    use crate::ports::Position;
    use huzhu_domain::id::{MemberId, WebhookId};

    fn endpoint(keys: Vec<SigningKey>, seed: Option<WebhookSecret>) -> Endpoint {
        let at = Moment::UNIX_EPOCH;
        Endpoint {
            id: WebhookId::from_uuid(uuid::Uuid::nil()),
            version: 1,
            url: "https://example.org/".to_owned(),
            kinds: std::collections::BTreeSet::new(),
            state: EndpointState::Active,
            keys,
            seed,
            position: Position(0),
            created: at,
            created_by: MemberId::from_uuid(uuid::Uuid::nil()),
            changed: at,
            changed_by: None,
        }
    }

    fn decoded(text: &str) -> WebhookSecret {
        let bytes = STANDARD.decode(text).unwrap();
        WebhookSecret(bytes.try_into().unwrap())
    }

    /// The vector was computed with the `hmac` and `hashlib` modules of Python, not with this program:
    /// key = bytes(range(32)), id `msg_p5jXN8AQM9LWM0D4loKWxJek`, time 1614265330, body `{"test": 2432232314}`.
    #[test]
    fn an_hmac_is_the_one_that_another_program_computes() {
        let secret = WebhookSecret(std::array::from_fn(|at| u8::try_from(at).unwrap()));
        let endpoint = endpoint(vec![SigningKey { secret, until: None }], None);
        let now = Moment::from_second(1_614_265_330).unwrap();
        let signed = signatures(&endpoint, "msg_p5jXN8AQM9LWM0D4loKWxJek", now, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,O4Gjv1HqPqsMrjmczoggs/sWA8gZD0VyHG+fLh4+ktI=");
        assert_eq!(secret_text(&secret), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    }

    #[test]
    fn an_old_secret_signs_beside_the_new_one_until_its_end() {
        let (old, new) = (WebhookSecret([1; 32]), WebhookSecret([2; 32]));
        let until = Moment::from_second(100).unwrap();
        let keys =
            vec![SigningKey { secret: new, until: None }, SigningKey { secret: old, until: Some(until) }];
        let endpoint = endpoint(keys, None);
        let count = |second| {
            let now = Moment::from_second(second).unwrap();
            signatures(&endpoint, "evt_1", now, "{}").split(' ').count()
        };
        assert_eq!((count(99), count(100)), (2, 1));
    }

    /// The seed and the public key are the first vector of RFC 8032, section 7.1.
    #[test]
    fn the_public_key_is_the_one_of_the_standard_and_opens_the_signature() {
        let seed = decoded("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
        assert_eq!(public_key(&seed), "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        let endpoint = endpoint(Vec::new(), Some(seed));
        let now = Moment::from_second(7).unwrap();
        let signed = signatures(&endpoint, "evt_1", now, "{}");
        let signature = STANDARD.decode(signed.strip_prefix("v1a,").unwrap()).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&seed.0).verifying_key();
        assert!(key.verify_strict(b"evt_1.7.{}", &signature).is_ok());
        assert!(key.verify_strict(b"evt_1.8.{}", &signature).is_err());
    }
}
