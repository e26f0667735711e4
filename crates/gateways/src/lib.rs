//! The world outside: clock, ids, identity and credit providers, mail.
