//! Plans: terms, versions and what they allow.
