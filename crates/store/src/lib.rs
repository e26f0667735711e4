//! SQLite behind the Store port, and the evidence vault.
