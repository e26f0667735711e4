//! Use cases, permissions, ports and queries.
