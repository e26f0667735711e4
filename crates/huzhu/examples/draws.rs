//! Writes draw files: `draws vectors` those of `docs/jury/vectors` again, `draws random FOLDER COUNT` as many random ones.

use std::path::Path;

#[path = "../tests/it/draws/make.rs"]
#[expect(clippy::unwrap_used, reason = "it is the code of a test")]
mod make;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["vectors"] => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/jury/vectors");
            std::fs::create_dir_all(folder.join("refused"))?;
            make::all().iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes))
        }
        ["random", folder, count] => {
            let count: u64 = count.parse().map_err(std::io::Error::other)?;
            std::fs::create_dir_all(folder)?;
            (0..count).try_for_each(|number| {
                let text = make::random(number);
                if number == 0 {
                    for (name, text) in make::unproven(&text) {
                        std::fs::write(Path::new(folder).join(format!("{name}.forged")), text)?;
                    }
                }
                std::fs::write(Path::new(folder).join(format!("{number}.json")), text)
            })
        }
        _ => Err(std::io::Error::other("draws vectors | draws random FOLDER COUNT")),
    }
}
