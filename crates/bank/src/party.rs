//! Who pays and who is paid, and where.

use iban::{Iban, IbanLike as _};

use crate::text::{Reference, TextError, Words};

/// Why a party's account or bank is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyError {
    /// An IBAN with a wrong check sum, country or length.
    #[error("is no IBAN: {0}")]
    Iban(String),
    /// A bank's code of the wrong shape.
    #[error("is no BIC: 4 letters or digits, 2 letters of a country, 2 and perhaps 3 more letters or digits")]
    Bic,
    /// See [`TextError`].
    #[error(transparent)]
    Text(#[from] TextError),
}

/// What an account is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Iban,
    Other,
}

/// An account: an IBAN, or another number that the bank knows (a wallet, a card), of at most 34 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    kind: Kind,
    number: String,
}

impl Account {
    /// An IBAN, with or without spaces; its check sum and the length of its country are checked.
    ///
    /// # Errors
    /// [`PartyError::Iban`].
    pub fn iban(text: &str) -> Result<Self, PartyError> {
        let iban: Iban =
            text.parse().map_err(|error: iban::ParseIbanError| PartyError::Iban(error.to_string()))?;
        Ok(Self { kind: Kind::Iban, number: iban.electronic_str().to_owned() })
    }

    /// Any other number.
    ///
    /// # Errors
    /// [`PartyError::Text`].
    pub fn other(text: &str) -> Result<Self, PartyError> {
        let number = Reference::new(text)?;
        let found = number.as_str().chars().count();
        if found > 34 {
            return Err(TextError::TooLong { found, allowed: 34 }.into());
        }
        Ok(Self { kind: Kind::Other, number: number.as_str().to_owned() })
    }

    /// The number in its electronic form.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Whether it is an IBAN.
    pub fn is_iban(&self) -> bool {
        self.kind == Kind::Iban
    }
}

/// A bank by its BIC (ISO 9362).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent(String);

impl Agent {
    /// A BIC of 8 or 11 characters.
    ///
    /// # Errors
    /// [`PartyError::Bic`].
    pub fn new(bic: &str) -> Result<Self, PartyError> {
        let at = |n: usize, test: fn(&u8) -> bool| bic.as_bytes().get(n).is_some_and(test);
        let capital = |c: &u8| c.is_ascii_uppercase() || c.is_ascii_digit();
        let letters = at(4, u8::is_ascii_uppercase) && at(5, u8::is_ascii_uppercase);
        if matches!(bic.len(), 8 | 11) && bic.as_bytes().iter().all(capital) && letters {
            Ok(Self(bic.to_owned()))
        } else {
            Err(PartyError::Bic)
        }
    }

    /// The BIC.
    pub fn bic(&self) -> &str {
        &self.0
    }
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The name as the bank knows it.
    pub name: Words<70>,
    /// The account.
    pub account: Account,
    /// The bank, where the account does not say it.
    pub agent: Option<Agent>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_checked_by_its_sum_and_length() {
        // The examples of the IBAN registry.
        for good in ["GB29NWBK60161331926819", "DE89 3704 0044 0532 0130 00", "NO9386011117947"] {
            assert!(Account::iban(good).is_ok(), "{good}");
        }
        for bad in ["GB28NWBK60161331926819", "DE8937040044053201300", "", "XX00", "DE89370400440532013000<"]
        {
            assert!(matches!(Account::iban(bad), Err(PartyError::Iban(_))), "{bad}");
        }
        assert_eq!(Account::iban("DE89 3704 0044 0532 0130 00").unwrap().number(), "DE89370400440532013000");
    }

    #[test]
    fn a_bic_has_eight_or_eleven_characters() {
        for (bic, good) in [
            ("DEUTDEFF", true),
            ("DEUTDEFF500", true),
            ("BKCHCNBJ", true),
            ("deutdeff", false),
            ("DEUTDEF", false),
            ("DEUT9EFF", false),
            ("DEUTDEFF50", false),
        ] {
            assert_eq!(Agent::new(bic).is_ok(), good, "{bic}");
        }
    }
}
