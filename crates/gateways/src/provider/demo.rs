//! The register of the demo: it answers from a rule, in process, about people who do not exist.
//!
//! Limits: for `huzhu demo` alone. It confirms almost everybody, so no other command may construct it.

use async_trait::async_trait;
use huzhu_app::person::Person;
use huzhu_app::ports::{CreditProvider, IdentityProvider, ProviderError};
use sha2::{Digest, Sha256};

/// An identity and credit register of invented people.
///
/// The rule, told on the demo's join page so that a visitor can try a refusal:
/// - an identity number that ends in `0000` does not belong to the name: not confirmed;
/// - one that ends in `1111` has the credit score 550, which the plans with a minimum refuse;
/// - anybody else is confirmed, with a score between 650 and 900 that follows from the number.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemoRegister;

#[async_trait]
impl IdentityProvider for DemoRegister {
    async fn confirm(&self, person: &Person) -> Result<bool, ProviderError> {
        Ok(!person.identity_number.ends_with("0000"))
    }
}

#[async_trait]
impl CreditProvider for DemoRegister {
    async fn score(&self, person: &Person) -> Result<u32, ProviderError> {
        if person.identity_number.ends_with("1111") {
            return Ok(550);
        }
        let digest = Sha256::digest(person.identity_number.as_bytes());
        let drawn = u32::from(digest[0]) << 8 | u32::from(digest[1]);
        Ok(650 + drawn.rem_euclid(251))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_demo_register_answers_by_its_rule() {
        for (number, confirmed, scores) in [
            ("110101199003070000", false, 650..=900),
            ("110101199003071111", true, 550..=550),
            ("110101199003071234", true, 650..=900),
            ("", true, 650..=900),
        ] {
            let person = Person {
                name: "张伟".to_owned(),
                identity_number: number.to_owned(),
                birth: jiff::civil::date(1990, 3, 7),
                sex: None,
                region: "北京".to_owned(),
            };
            assert_eq!(DemoRegister.confirm(&person).await, Ok(confirmed), "{number}");
            let score = DemoRegister.score(&person).await.unwrap();
            assert!(scores.contains(&score), "{number}: {score}");
            assert_eq!(DemoRegister.score(&person).await, Ok(score), "the same every time");
        }
    }
}
