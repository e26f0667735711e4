//! Headers of uploads and downloads, and the beginning of a file: a block of lines `name: value`, an empty line, bytes.
#![no_main]

use axum::http::header::RANGE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use huzhu_app::claims::sniff;
use huzhu_web::upload_headers::{Checksum, LENGTH, OFFSET, asked_range, bytes_in, is_part, speaks_tus};
use libfuzzer_sys::fuzz_target;

/// As a server of HTTP/1.1 hands them on; what is no header for it never reaches us.
fn headers(block: &[u8]) -> HeaderMap {
    let pair = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        Some((HeaderName::from_bytes(&line[..colon]).ok()?, value))
    };
    block.split(|byte| *byte == b'\n').take(100).filter_map(pair).collect()
}

fuzz_target!(|data: &[u8]| {
    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let (block, body) = (&data[..end], data.get(end + 2..).unwrap_or_default());
    let headers = headers(block);
    let _ = (speaks_tus(&headers), is_part(&headers), sniff(body));
    for name in [&LENGTH, &OFFSET] {
        if let Ok(number) = bytes_in(&headers, name) {
            let text = headers[name].to_str().expect("digits");
            let digits = text.trim_start_matches('0');
            assert_eq!(number.to_string(), if digits.is_empty() { "0" } else { digits });
        }
    }
    for length in [0, 1, u64::try_from(data.len()).expect("small"), 1 << 30, u64::MAX] {
        match asked_range(&headers, length) {
            Ok(Some(range)) => assert!(range.start < range.end && range.end <= length && headers.contains_key(RANGE)),
            Ok(None) => {}
            Err(_) => assert!(headers.contains_key(RANGE)),
        }
    }
    // In two pieces or whole, it is the same sum.
    if let Ok(Some(mut whole)) = Checksum::announced(&headers) {
        let mut pieces = Checksum::announced(&headers).ok().flatten().expect("as before");
        let (first, second) = body.split_at(body.len() / 2);
        whole.update(body);
        pieces.update(first);
        pieces.update(second);
        assert_eq!(whole.holds(), pieces.holds());
    }
});
