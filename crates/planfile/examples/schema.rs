//! Prints the JSON Schema of plan files, which is committed as `plans/plan.schema.json`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let text = serde_json::to_string_pretty(&huzhu_planfile::schema())?;
    writeln!(io::stdout(), "{text}")
}
