//! All pairs of state and verb, and random lives of claims.
