//! Writes the test vectors of `docs/log/vectors` again. A difference means that the format changed: that needs a new version byte.

use std::path::Path;

#[path = "../tests/it/vectors/make.rs"]
#[expect(clippy::unwrap_used, reason = "it is the code of a test")]
mod make;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/log/vectors");
    for (name, bytes) in make::all() {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
