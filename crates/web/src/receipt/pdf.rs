//! A receipt on one page of paper, as PDF: the sheet in words, a QR code, and the receipt itself as an attached file.
//!
//! Shape: [`draw`] walks down the page; `Type` measures and sets text. Lengths are whole points; no float is computed.
//!
//! Guarantees: no font is in the file: Latin text is set in the built-in Helvetica and Courier, Chinese in the predefined
//! STSong-Light, for which every reader has a substitute. The attached receipt is stored as it is, byte for byte.
//!
//! Limits: A4. Text beyond the basic multilingual plane shows as a question mark. A receipt of more than 2,953 bytes does not
//! fit into a QR code; the code then holds its digest and where the entry stands.

use pdf_writer::types::{AssociationKind, CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use qrcodegen::{QrCode, QrCodeEcc};
use sha2::{Digest as _, Sha256};

use super::Sheet;

const WIDTH: i16 = 595;
const HEIGHT: i16 = 842;
const MARGIN: i16 = 48;
/// Where values begin.
const VALUES: i16 = 168;
/// Room for values.
const VALUES_WIDE: i16 = WIDTH - MARGIN - VALUES;

/// Widths of the signs 32 to 126 of Helvetica in thousandths of the size (Adobe font metrics of the 14 standard fonts).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// How a text is set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Plain,
    Strong,
    Exact,
}

/// Draws a sheet.
pub fn draw(sheet: &Sheet) -> Vec<u8> {
    let mut page = Sketch { content: Content::new(), y: HEIGHT - MARGIN };
    let l = sheet.l;
    page.y -= 16;
    page.text(MARGIN, 20, Face::Strong, &l.t("sheet-title"));
    page.y -= 10;
    page.paragraph(MARGIN, WIDTH - 2 * MARGIN, 10, Face::Plain, &l.t("sheet-lead"));
    page.y -= 8;
    for row in &sheet.rows {
        let top = page.y;
        page.paragraph(MARGIN, VALUES - MARGIN - 8, 9, Face::Strong, &row.name);
        let after_name = page.y;
        page.y = top;
        let face = if row.exact { Face::Exact } else { Face::Plain };
        page.paragraph(VALUES, VALUES_WIDE, 9, face, &row.value);
        page.y = page.y.min(after_name) - 3;
    }
    page.y -= 8;
    page.line(12, Face::Strong, &l.t("sheet-check-title"));
    page.paragraph(MARGIN, WIDTH - 2 * MARGIN, 9, Face::Plain, &l.t("sheet-check-page"));
    for check in &sheet.checks {
        page.paragraph(MARGIN, WIDTH - 2 * MARGIN, 9, Face::Plain, &check.name);
        page.paragraph(MARGIN, WIDTH - 2 * MARGIN, 7, Face::Exact, &check.value);
    }
    page.paragraph(MARGIN, WIDTH - 2 * MARGIN, 9, Face::Plain, &l.t("sheet-not"));
    // Half a centimetre around the code stays empty, as readers ask.
    page.y -= 14;
    page.code(sheet);
    assembled(sheet, page.content)
}

/// The page while it is drawn, from the top down.
struct Sketch {
    content: Content,
    /// Where the next line goes.
    y: i16,
}

impl Sketch {
    /// One line with room below.
    fn line(&mut self, size: i16, face: Face, text: &str) {
        self.y -= size;
        self.text(MARGIN, size, face, text);
        self.y -= 6;
    }

    /// Lines of at most `wide` points.
    fn paragraph(&mut self, x: i16, wide: i16, size: i16, face: Face, text: &str) {
        for line in broken(text, face, size, wide) {
            self.y -= size;
            self.text(x, size, face, &line);
            self.y -= size.div_euclid(3);
        }
    }

    /// One line at the height reached.
    fn text(&mut self, x: i16, size: i16, face: Face, text: &str) {
        self.content.begin_text();
        self.content.next_line(f32::from(x), f32::from(self.y));
        for (is_latin, run) in runs(text) {
            let (font, bytes): (&[u8], Vec<u8>) = if is_latin {
                let font: &[u8] = match face {
                    Face::Plain => b"H",
                    Face::Strong => b"B",
                    Face::Exact => b"C",
                };
                (font, run.bytes().collect())
            } else {
                let units = run.chars().map(|sign| u16::try_from(u32::from(sign)).unwrap_or(u16::from(b'?')));
                (b"S", units.flat_map(u16::to_be_bytes).collect())
            };
            self.content.set_font(Name(font), f32::from(size));
            self.content.show(Str(&bytes));
        }
        self.content.end_text();
    }

    /// The QR code with the words beside it.
    fn code(&mut self, sheet: &Sheet) {
        let (held, key) = held(sheet);
        let Ok(code) = QrCode::encode_binary(held.as_bytes(), QrCodeEcc::Low) else { return };
        let room = self.y - MARGIN;
        // Points of one module, in halves: what fits, and is still read by a telephone.
        let modules = i16::try_from(code.size()).unwrap_or(i16::MAX);
        let halves = room.saturating_mul(2).checked_div(modules).unwrap_or(1).clamp(1, 6);
        let side = modules.saturating_mul(halves).div_euclid(2).saturating_add(1);
        let scale = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0].get(usize::from(halves.unsigned_abs()) - 1).copied();
        self.content.save_state();
        let bottom = self.y.saturating_sub(side);
        let scale = scale.unwrap_or(1.0);
        self.content.transform([scale, 0.0, 0.0, scale, f32::from(MARGIN), f32::from(bottom)]);
        for (x, y, wide) in bars(&code) {
            self.content.rect(f32::from(x), f32::from(y), f32::from(wide), 1.0);
        }
        self.content.fill_nonzero();
        self.content.restore_state();
        let beside = MARGIN.saturating_add(side).saturating_add(16);
        self.paragraph(beside, WIDTH - MARGIN - beside, 9, Face::Plain, &sheet.l.t(key));
    }
}

/// What the code holds, and the key of the words that say so.
fn held(sheet: &Sheet) -> (String, &'static str) {
    if QrCode::encode_binary(sheet.text.as_bytes(), QrCodeEcc::Low).is_ok() {
        return (sheet.text.clone(), "sheet-code-whole");
    }
    let digest: [u8; 32] = Sha256::digest(&sheet.text).into();
    let exact = sheet.rows.iter().filter(|row| row.exact).map(|row| row.value.as_str());
    let facts: Vec<&str> = exact.collect();
    let digest = huzhu_log::Hash::from_bytes(digest).to_hex();
    (format!("sha256 {digest}\n{}\n", facts.join("\n")), "sheet-code-digest")
}

/// Dark modules side by side as bars: x, y from the bottom, width.
fn bars(code: &QrCode) -> Vec<(i16, i16, i16)> {
    let mut bars: Vec<(i16, i16, i16)> = Vec::new();
    let size = i16::try_from(code.size()).unwrap_or(0);
    for y in 0..size {
        let mut last: Option<(i16, i16, i16)> = None;
        for x in 0..size {
            if code.get_module(i32::from(x), i32::from(y)) {
                last = Some(last.map_or((x, size - 1 - y, 1), |(from, y, wide)| (from, y, wide + 1)));
            } else {
                bars.extend(last.take());
            }
        }
        bars.extend(last);
    }
    bars
}

/// A text in runs of signs that Helvetica has and signs that it has not.
fn runs(text: &str) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for sign in text.chars() {
        let is_latin = matches!(sign, ' '..='~');
        match runs.last_mut() {
            Some((own, run)) if *own == is_latin => run.push(sign),
            _ => runs.push((is_latin, sign.to_string())),
        }
    }
    runs
}

/// Width of a sign in thousandths of the size.
fn width(sign: char, face: Face) -> u32 {
    let at = u32::from(sign).checked_sub(32).and_then(|at| usize::try_from(at).ok());
    match at.and_then(|at| HELVETICA.get(at)) {
        Some(_) if face == Face::Exact => 600,
        // Bold is a little wider than plain.
        Some(wide) if face == Face::Strong => u32::from(*wide) + 30,
        Some(wide) => u32::from(*wide),
        None => 1000,
    }
}

/// Lines of at most `wide` points. Words stay whole where they fit; Chinese and digests break anywhere.
fn broken(text: &str, face: Face, size: i16, wide: i16) -> Vec<String> {
    let room = u32::from(wide.unsigned_abs()) * 1000;
    let long = |text: &str| -> u32 {
        text.chars().map(|sign| width(sign, face)).sum::<u32>() * u32::from(size.unsigned_abs())
    };
    let mut lines = vec![String::new()];
    for word in words(text) {
        let line = lines.last().map_or("", String::as_str);
        let joined = format!("{line}{word}");
        if long(joined.trim_end()) <= room {
            if let Some(last) = lines.last_mut() {
                *last = joined;
            }
            continue;
        }
        let mut line = String::new();
        for sign in word.trim_start().chars() {
            line.push(sign);
            if long(&line) > room {
                let rest = line.pop();
                lines.push(std::mem::take(&mut line));
                line.extend(rest);
            }
        }
        lines.push(line);
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The pieces between which a line may break: words with the blank behind them, single Chinese signs.
fn words(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut is_open = false;
    for sign in text.chars() {
        let is_latin = matches!(sign, ' '..='~');
        // A full stop or comma never begins a line.
        let hangs = matches!(sign, '，' | '。' | '；' | '：' | '、' | '）' | '”' | '！');
        match pieces.last_mut() {
            Some(piece) if (is_open && is_latin) || hangs => piece.push(sign),
            _ => pieces.push(sign.to_string()),
        }
        is_open = is_latin && sign != ' ';
    }
    pieces
}

/// Page, fonts and attachment around the drawing.
fn assembled(sheet: &Sheet, drawing: Content) -> Vec<u8> {
    let mut next = 0;
    let mut fresh = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, pages, page, content) = (fresh(), fresh(), fresh(), fresh());
    let (plain, strong, exact, chinese, cid, descriptor) =
        (fresh(), fresh(), fresh(), fresh(), fresh(), fresh());
    let (file, spec, info) = (fresh(), fresh(), fresh());
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(pages).lang(TextStr(sheet.l.tag()));
    root.names().embedded_files().names().insert(Str(sheet.file_name.as_bytes()), spec);
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.pages(pages).kids([page]).count(1);
    let mut leaf = pdf.page(page);
    leaf.media_box(Rect::new(0.0, 0.0, f32::from(WIDTH), f32::from(HEIGHT))).parent(pages).contents(content);
    let mut resources = leaf.resources();
    let mut fonts = resources.fonts();
    for (name, font) in [(b"H", plain), (b"B", strong), (b"C", exact), (b"S", chinese)] {
        fonts.pair(Name(name), font);
    }
    fonts.finish();
    resources.finish();
    leaf.finish();
    pdf.stream(content, &drawing.finish());
    let latin: [(Ref, &[u8]); 3] = [(plain, b"Helvetica"), (strong, b"Helvetica-Bold"), (exact, b"Courier")];
    for (font, name) in latin {
        pdf.type1_font(font).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    chinese_font(&mut pdf, chinese, cid, descriptor);
    attachment(&mut pdf, sheet, file, spec);
    let title = format!("{}: {}", sheet.l.t("sheet-title"), sheet.what);
    pdf.document_info(info).title(TextStr(&title)).creator(TextStr("Huzhu"));
    pdf.finish()
}

/// A font that is not in the file: the reader has it or a substitute.
fn chinese_font(pdf: &mut Pdf, font: Ref, cid: Ref, descriptor: Ref) {
    let name = Name(b"STSong-Light");
    pdf.type0_font(font)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(cid);
    let info = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 4 };
    pdf.cid_font(cid)
        .subtype(CidFontType::Type0)
        .base_font(name)
        .system_info(info)
        .font_descriptor(descriptor)
        .default_width(1000.0);
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
}

/// The receipt as a file within the file.
fn attachment(pdf: &mut Pdf, sheet: &Sheet, file: Ref, spec: Ref) {
    let bytes = sheet.text.as_bytes();
    let mut embedded = pdf.embedded_file(file, bytes);
    embedded.subtype(Name(b"text#2Fplain"));
    embedded.params().size(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
    embedded.finish();
    pdf.file_spec(spec)
        .path(Str(sheet.file_name.as_bytes()))
        .unic_file(TextStr(&sheet.file_name))
        .description(TextStr(&sheet.l.t("sheet-attached")))
        .embedded_file(file)
        .association_kind(AssociationKind::Source);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;
    use crate::receipt::Row;

    fn sheet(l: Locale, text: &str) -> Sheet {
        let row = |name: &str, value: &str, exact| Row { name: name.into(), value: value.into(), exact };
        Sheet {
            l,
            what: "a file".into(),
            rows: vec![row("When", "一个 moment", false), row("Digest", &"a".repeat(64), true)],
            checks: vec![row("By hand", "sha256sum", true)],
            file_name: "evidence.tlog-proof".into(),
            text: text.into(),
            message: String::new(),
        }
    }

    #[test]
    fn the_receipt_lies_in_the_file_byte_for_byte_and_the_page_is_one() {
        for l in Locale::ALL {
            let receipt = "c2sp.org/tlog-proof@v1\nextra AA==\n— a b\n";
            let bytes = draw(&sheet(l, receipt));
            let needle = format!("stream\n{receipt}");
            assert!(bytes.windows(needle.len()).any(|part| part == needle.as_bytes()), "{l:?}");
            let text = String::from_utf8_lossy(&bytes);
            assert!(text.starts_with("%PDF-1.") && text.contains("/Count 1"), "{l:?}");
            assert!(!text.contains("/FontFile"), "no font travels");
        }
    }

    #[test]
    fn a_receipt_that_is_too_long_for_the_code_is_named_by_its_digest() {
        for (length, key) in [(2_953, "sheet-code-whole"), (2_954, "sheet-code-digest")] {
            let sheet = sheet(Locale::En, &"x".repeat(length));
            let (held, said) = held(&sheet);
            assert_eq!(said, key, "{length}");
            assert!(QrCode::encode_binary(held.as_bytes(), QrCodeEcc::Low).is_ok());
        }
    }

    #[test]
    fn lines_break_between_words_and_digests_anywhere() {
        for (text, face, wide, expected) in [
            ("one two three", Face::Plain, 40, vec!["one two", "three"]),
            ("互助计划，很好", Face::Plain, 40, vec!["互助计", "划，很好"]),
            ("aaaaaaaaaa", Face::Exact, 30, vec!["aaaaa", "aaaaa"]),
            ("", Face::Plain, 30, vec![]),
        ] {
            assert_eq!(broken(text, face, 10, wide), expected, "{text}");
        }
    }

    #[test]
    fn bars_hold_exactly_the_dark_modules() {
        let code = QrCode::encode_binary(b"huzhu", QrCodeEcc::Low).unwrap();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();
        assert_eq!(bars(&code).iter().map(|(.., wide)| usize::try_from(*wide).unwrap()).sum::<usize>(), dark);
    }
}
