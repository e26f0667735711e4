//! Writes the design page as files that a browser opens without a server: `cargo run -p huzhu-web --example design -- FOLDER`.

use huzhu_web::design::{self, Theme, gallery};
use huzhu_web::i18n::Locale;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder to write to is missing")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let hrefs = [design::style_href(), design::script_href(), design::icon_href()];
    for href in &hrefs {
        let name = href.trim_start_matches("/assets/");
        let (_, text) = design::asset(name).ok_or("an asset is missing")?;
        std::fs::write(folder.join(name), text)?;
    }
    for locale in Locale::ALL {
        for theme in [Theme::Light, Theme::Dark] {
            let html = gallery::themed(locale, theme)?.replace("=\"/assets/", "=\"");
            std::fs::write(folder.join(format!("design-{}-{}.html", locale.code(), theme.code())), html)?;
        }
    }
    Ok(())
}
