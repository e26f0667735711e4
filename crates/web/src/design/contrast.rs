//! Reads the tokens of the stylesheet and measures contrast as WCAG 2.2 defines it (success criteria 1.4.3 and 1.4.11).

#![expect(clippy::float_arithmetic, reason = "relative luminance is defined with real numbers; tests only")]

use std::collections::BTreeMap;

const SOURCE: &str = include_str!("../../assets/huzhu.css");

/// Text colour, background, least contrast. Every pair that the components use: 4.5 for text, 3 for edges of controls.
const PAIRS: &[(&str, &str, f64)] = &[
    ("ink", "paper", 7.0),
    ("ink", "sheet", 7.0),
    ("ink", "sunk", 7.0),
    ("ink", "accent-wash", 7.0),
    ("ink", "wait-wash", 7.0),
    ("ink", "error-wash", 7.0),
    ("soft", "paper", 4.5),
    ("soft", "sheet", 4.5),
    ("soft", "sunk", 4.5),
    ("soft", "accent-wash", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "sheet", 4.5),
    ("accent", "sunk", 4.5),
    ("accent", "accent-wash", 4.5),
    ("accent", "wait-wash", 4.5),
    ("accent", "error-wash", 4.5),
    ("accent-deep", "paper", 4.5),
    ("accent-deep", "sheet", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-deep", 4.5),
    ("wait", "wait-wash", 4.5),
    ("wait", "paper", 4.5),
    ("wait", "sheet", 4.5),
    ("error", "paper", 4.5),
    ("error", "sheet", 4.5),
    ("error", "error-wash", 4.5),
    ("on-error", "error", 4.5),
    ("edge", "paper", 3.0),
    ("edge", "sheet", 3.0),
    ("edge", "sunk", 3.0),
];

fn channel(value: u8) -> f64 {
    let part = f64::from(value) / 255.0;
    if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').expect("a hex colour");
    assert_eq!(digits.len(), 6, "{colour}");
    let [r, g, b] = [0, 2, 4].map(|at| channel(u8::from_str_radix(&digits[at..at + 2], 16).expect("hex")));
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Name -> (light, dark), from the block with `light-dark()`.
fn pairs() -> BTreeMap<String, (String, String)> {
    let block =
        SOURCE.split_once("@supports").and_then(|(_, block)| block.split_once(":root {")).expect("block").1;
    let mut found = BTreeMap::new();
    for part in block.split(';') {
        if let Some((name, value)) = part.split_once(": light-dark(")
            && let Some((name, (light, dark))) =
                name.rsplit_once("--").map(|(_, name)| name).zip(value.trim_end_matches(')').split_once(", "))
        {
            found.insert(name.to_owned(), (light.to_owned(), dark.to_owned()));
        }
    }
    found
}

#[test]
fn black_on_white_is_21_to_1() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
}

#[test]
fn every_pair_of_colours_is_readable_in_both_themes() {
    let tokens = pairs();
    for (text, ground, least) in PAIRS {
        let ((light, dark), (light_ground, dark_ground)) = (&tokens[*text], &tokens[*ground]);
        for (theme, a, b) in [("light", light, light_ground), ("dark", dark, dark_ground)] {
            let ratio = contrast(a, b);
            assert!(ratio >= *least, "{theme}: {text} {a} on {ground} {b} is {ratio:.2}, needs {least}");
        }
    }
}

#[test]
fn no_token_of_colour_is_left_out_of_the_measurement() {
    for name in pairs().keys().filter(|name| *name != "line") {
        assert!(
            PAIRS.iter().any(|(text, ground, _)| text == name || ground == name),
            "--{name} is in no pair"
        );
    }
}

#[test]
fn browsers_without_light_dark_get_the_light_colours() {
    let plain = SOURCE.split_once("@supports").expect("block with light-dark()").0;
    let tokens = pairs();
    assert!(tokens.len() >= 14, "the tokens were read");
    for (name, (light, _)) in tokens {
        assert!(plain.contains(&format!("--{name}: {light};")), "--{name} differs from {light}");
    }
}
