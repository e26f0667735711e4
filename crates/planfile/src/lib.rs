//! Plan files: TOML in, plan terms or every mistake with its place out; show, diff, JSON Schema.
