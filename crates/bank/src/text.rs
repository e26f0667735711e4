//! Texts as banks take them: short, and of few characters.

/// Why a text is none that a bank takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// Longer than the field.
    #[error("has {found} characters, {allowed} fit into the field")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters that fit.
        allowed: usize,
    },
    /// A character that is not carried.
    #[error("holds {0:?}, which banks do not carry here")]
    Character(char),
    /// Slashes at the ends or two in a row mean something of their own in older networks.
    #[error("begins or ends with `/` or holds `//`, which older networks read as a mark of their own")]
    Slashes,
}

/// A reference: 1 to 35 characters of those that every bank carries unchanged (`a-z A-Z 0-9 / - ? : ( ) . , ' +` and space), so
/// that it comes back as it went out. Source: implementation guidelines of the European Payments Council, section 1.4.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Characters at most.
    pub const MAX: usize = 35;

    /// Takes a text as it is.
    ///
    /// # Errors
    /// [`TextError`] naming what a bank would not carry.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        fits(&text, Self::MAX)?;
        let carried = |c: char| c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c);
        if let Some(other) = text.chars().find(|c| !carried(*c)) {
            return Err(TextError::Character(other));
        }
        if text.starts_with('/') || text.ends_with('/') || text.contains("//") {
            return Err(TextError::Slashes);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Words for people: 1 to `MAX` characters of any script, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Words<const MAX: usize>(String);

impl<const MAX: usize> Words<MAX> {
    /// Takes a text as it is.
    ///
    /// # Errors
    /// [`TextError`] naming what does not fit.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        fits(&text, MAX)?;
        // U+FFFE and U+FFFF are no characters of XML 1.0 either.
        let carried = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
        match text.chars().find(|c| !carried(*c)) {
            Some(other) => Err(TextError::Character(other)),
            None => Ok(Self(text)),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fits(text: &str, allowed: usize) -> Result<(), TextError> {
    let found = text.chars().count();
    if text.trim().is_empty() {
        Err(TextError::Empty)
    } else if found > allowed {
        Err(TextError::TooLong { found, allowed })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_holds_what_every_bank_carries() {
        for (text, expected) in [
            ("xhb/2019-01-2:000000017", Ok(())),
            ("a.b,c'd+e(f)?", Ok(())),
            ("", Err(TextError::Empty)),
            ("  ", Err(TextError::Empty)),
            ("0123456789012345678901234567890123456", Err(TextError::TooLong { found: 37, allowed: 35 })),
            ("a_b", Err(TextError::Character('_'))),
            ("互助", Err(TextError::Character('互'))),
            ("a\n", Err(TextError::Character('\n'))),
            ("/a", Err(TextError::Slashes)),
            ("a//b", Err(TextError::Slashes)),
        ] {
            assert_eq!(Reference::new(text).map(|_| ()), expected, "{text:?}");
        }
    }

    #[test]
    fn words_are_of_any_script() {
        for (text, expected) in [
            ("互助计划 2026年第1期", Ok(())),
            ("Ann & Søn <1>", Ok(())),
            ("a\u{0}b", Err(TextError::Character('\u{0}'))),
            ("a\tb", Err(TextError::Character('\t'))),
            ("\u{ffff}", Err(TextError::Character('\u{ffff}'))),
            ("123456789012345678901", Err(TextError::TooLong { found: 21, allowed: 20 })),
        ] {
            assert_eq!(Words::<20>::new(text).map(|_| ()), expected, "{text:?}");
        }
    }
}
