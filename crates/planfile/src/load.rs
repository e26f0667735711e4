//! From bytes to a TOML tree: size, encoding, control characters, syntax.

use std::ops::Range;

use toml::de::DeTable;

use crate::{Fault, MAX_DEPTH, MAX_FILE_BYTES, rules};

fn fault(span: Range<usize>, rule: huzhu_domain::plan::Rule, message: String, remedy: &str) -> Fault {
    Fault { span, rule, message, remedy: remedy.to_owned() }
}

/// The file as text.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.len() > MAX_FILE_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_FILE_BYTES} are read", bytes.len());
        return Err(fault(
            0..0,
            rules::TOO_LARGE,
            message,
            "a plan has a few dozen KiB; is this the right file?",
        ));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) || looks_wide(bytes) {
        let message = "the file is UTF-16 or UTF-32 text".to_owned();
        return Err(fault(0..0, rules::UTF16, message, "save it as UTF-8"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let message = format!("the byte 0x{byte:02X} here is not UTF-8 text");
        fault(at..at, rules::NOT_UTF8, message, "save the file as UTF-8")
    })?;
    let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if let Some((at, c)) = text.char_indices().find(|(_, c)| bad(*c)) {
        let message = format!("there is a control character, U+{:04X}", u32::from(c));
        let end = at.saturating_add(c.len_utf8());
        return Err(fault(at..end, rules::CONTROL, message, "delete it"));
    }
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let message = "the file is empty".to_owned();
        return Err(fault(0..0, rules::EMPTY_FILE, message, "start from one of the presets"));
    }
    Ok(text)
}

/// Wide text without a byte order mark: every second byte of the beginning is zero.
fn looks_wide(bytes: &[u8]) -> bool {
    let mut zeros = [0_usize; 2];
    for (parity, byte) in [0_usize, 1].into_iter().cycle().zip(bytes.iter().take(64)) {
        if *byte == 0
            && let Some(count) = zeros.get_mut(parity)
        {
            *count = count.saturating_add(1);
        }
    }
    let half = bytes.len().min(64).div_euclid(2);
    half >= 4 && zeros.contains(&half)
}

/// What a report shows of a file that is not text: what comes before the fault.
pub(crate) fn shown(bytes: &[u8], fault: &Fault) -> String {
    let end = if fault.rule == rules::NOT_UTF8 || fault.rule == rules::CONTROL { bytes.len() } else { 0 };
    let lossy = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    // The replacement character is longer than the byte it stands for, but all of them come after the fault.
    lossy.into_owned()
}

/// The TOML tree of `text`.
pub(crate) fn tree(text: &str) -> Result<DeTable<'_>, Vec<Fault>> {
    if let Some(at) = too_deep(text) {
        let message = format!("values are nested more than {MAX_DEPTH} deep");
        return Err(vec![fault(
            at..at.saturating_add(1),
            rules::TOO_DEEP,
            message,
            "plans need 4 levels at most",
        )]);
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(tree.into_inner());
    }
    Err(syntax_faults(text, &errors))
}

/// The mistakes of syntax worth telling: one for each line, none after an open list or table, whose end was not found.
fn syntax_faults(text: &str, errors: &[toml::de::Error]) -> Vec<Fault> {
    let place = |error: &toml::de::Error| {
        let span = error.span().unwrap_or(0..0);
        span.start.min(text.len())..span.end.min(text.len())
    };
    // The parser reports the shape of the file first and single values afterwards.
    let mut sorted: Vec<(Range<usize>, &str)> = errors.iter().map(|e| (place(e), e.message())).collect();
    sorted.sort_by_key(|(span, _)| span.start);
    let mut faults: Vec<Fault> = Vec::new();
    for (span, message) in sorted {
        let start = span.start;
        let found = if message.starts_with("duplicate key") {
            let key = text.get(span.clone()).unwrap_or_default().trim();
            let message = format!("the key `{key}` stands twice in this table");
            fault(span, rules::DUPLICATE_KEY, message, "remove one of them")
        } else if let Some(day) = date_around(text, &span) {
            let remedy = "check month and day, and whether the year is a leap year";
            fault(day, rules::BAD_DATE, format!("this day does not exist: {message}"), remedy)
        } else {
            let (message, remedy) = plainly(message, text.get(span.clone()).unwrap_or_default());
            fault(span, rules::SYNTAX, message, &remedy)
        };
        let same_line = |last: &Fault| {
            let last = last.span.start.min(start);
            !text.get(last..start).unwrap_or_default().contains('\n')
        };
        if found.rule == rules::SYNTAX && faults.last().is_some_and(same_line) {
            continue;
        }
        faults.push(found);
        // After an open list or table everything that follows reads as its contents.
        if message.contains("array") || message.contains("inline table") {
            break;
        }
    }
    faults
}

/// The parser's message in plain words, for the mistakes that people make most, and the remedy.
fn plainly(message: &str, found: &str) -> (String, String) {
    let found = found.trim();
    if !message.starts_with("string values must be quoted") {
        let remedy = "compare with one of the presets; texts stand in quotes, lists in [ ]";
        return (format!("this is not TOML: {message}"), remedy.to_owned());
    }
    match found.to_ascii_lowercase().as_str() {
        "" => ("no value stands here".to_owned(), "write a value after the equals sign".to_owned()),
        "yes" | "true" | "on" => {
            (format!("`{found}` is not a value"), "write true, in small letters".to_owned())
        }
        "no" | "false" | "off" => {
            (format!("`{found}` is not a value"), "write false, in small letters".to_owned())
        }
        _ => {
            let found = crate::scalar::cut(found);
            (format!("`{found}` is not a value: texts stand in quotes"), format!("write \"{found}\""))
        }
    }
}

/// The whole date of which `span` is a part, when the text there has the shape `2019-02-30`.
fn date_around(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let belongs = |c: char| c.is_ascii_digit() || c == '-';
    let before = text.get(..span.start)?;
    let start = before.trim_end_matches(belongs).len();
    let rest = text.get(start..)?;
    let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    let date = rest.get(..length)?;
    let shape = length == 10 && date.bytes().enumerate().all(|(i, b)| (b == b'-') == (i == 4 || i == 7));
    shape.then(|| start..start.saturating_add(length))
}

/// Where brackets, braces or dots of a key go deeper than the limit, outside of strings and comments. The parser has a
/// limit of its own; this one is smaller, comes first and has a clear message.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut dots = 0_usize;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let mut comment = false;
    for (at, c) in text.char_indices() {
        if c == '\n' {
            (comment, dots, escaped) = (false, 0, false);
            // A quote that is open at the end of a line is a mistake or a long string; either way brackets may count.
            quote = None;
            continue;
        }
        if comment {
            continue;
        }
        if let Some(open) = quote {
            if escaped {
                escaped = false;
            } else if c == '\\' && open == '"' {
                escaped = true;
            } else if c == open {
                quote = None;
            }
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '#' => comment = true,
            '[' | '{' => depth = depth.saturating_add(1),
            ']' | '}' => depth = depth.saturating_sub(1),
            '.' => dots = dots.saturating_add(1),
            '=' => dots = 0,
            _ => {}
        }
        if depth > MAX_DEPTH || dots > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}
