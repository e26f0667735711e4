//! What a file is, read from its first bytes. Its name is never asked.

use huzhu_domain::claim::FileKind;

/// Bytes after which the type of a file is certain: where a PDF must begin, since readers accept some junk before it and scanners
/// write it, and the five bytes of its mark.
pub(super) const HEAD_BYTES: usize = PDF_WITHIN + 4;
/// Where a PDF must begin.
const PDF_WITHIN: usize = 1_024;
/// Brands of HEIC pictures (ISO/IEC 23008-12); `mif1` and `msf1` are what phones write for a single picture or a burst.
const HEIC_BRANDS: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];
/// Beginnings of files that are something else, whatever stands further on: archives, programs, pictures of other types. A ZIP
/// that holds a PDF as it is has the mark of a PDF within its first bytes.
const FOREIGN: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"MZ",
    b"\x7fELF",
    b"GIF8",
    b"Rar!",
    b"7z\xBC\xAF",
    b"\x1F\x8B",
    b"BZh",
    b"\xD0\xCF\x11\xE0",
];

/// The type of a file by its first bytes; `None` for everything that evidence cannot be.
pub fn sniff(bytes: &[u8]) -> Option<FileKind> {
    let at = |from: usize, to: usize| bytes.get(from..to);
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Some(FileKind::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        Some(FileKind::Png)
    } else if at(4, 8) == Some(b"ftyp".as_slice())
        && at(8, 12).is_some_and(|brand| HEIC_BRANDS.contains(&brand))
    {
        Some(FileKind::Heic)
    } else if at(128, 132) == Some(b"DICM".as_slice()) {
        Some(FileKind::Dicom)
    } else if !is_foreign(bytes) && has_pdf_mark(bytes) {
        Some(FileKind::Pdf)
    } else {
        None
    }
}

/// Pictures have a limit of their own: a photo never needs as much as a scan of a hundred pages.
pub(super) const fn is_picture(kind: FileKind) -> bool {
    matches!(kind, FileKind::Jpeg | FileKind::Png | FileKind::Heic)
}

fn has_pdf_mark(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    head.windows(5).take(PDF_WITHIN).any(|five| five == b"%PDF-")
}

fn is_foreign(bytes: &[u8]) -> bool {
    let markup = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start().starts_with(b"<");
    markup || FOREIGN.iter().any(|mark| bytes.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_file_is_read_from_its_content() {
        let dicom = [vec![0_u8; 128], b"DICM\x02\x00".to_vec()].concat();
        let short_dicom = [vec![0_u8; 127], b"DICM".to_vec()].concat();
        let late_pdf = [vec![b' '; 1_000], b"%PDF-1.7".to_vec()].concat();
        let last_pdf = [vec![b' '; 1_023], b"%PDF-1.7".to_vec()].concat();
        let too_late_pdf = [vec![b' '; 1_024], b"%PDF-1.7".to_vec()].concat();
        for (bytes, expected) in [
            (b"%PDF-1.4\n".to_vec(), Some(FileKind::Pdf)),
            (late_pdf, Some(FileKind::Pdf)),
            (last_pdf, Some(FileKind::Pdf)),
            (too_late_pdf, None),
            (b"\xFF\xD8\xFF\xE0\x00\x10JFIF".to_vec(), Some(FileKind::Jpeg)),
            (b"\xFF\xD8".to_vec(), None),
            (b"\x89PNG\r\n\x1A\n\x00".to_vec(), Some(FileKind::Png)),
            (b"\x89PNG\n\x1A\n".to_vec(), None),
            (b"\x00\x00\x00\x18ftypheic\x00\x00".to_vec(), Some(FileKind::Heic)),
            (b"\x00\x00\x00\x18ftypmif1\x00\x00".to_vec(), Some(FileKind::Heic)),
            (b"\x00\x00\x00\x18ftypisom\x00\x00".to_vec(), None),
            (dicom, Some(FileKind::Dicom)),
            (short_dicom, None),
            (b"<html><script>".to_vec(), None),
            (b"<!doctype html><p>%PDF-1.4".to_vec(), None),
            (b"\xEF\xBB\xBF \n<svg>%PDF-1.4".to_vec(), None),
            (b"PK\x03\x04".to_vec(), None),
            (b"PK\x03\x04 stored: a.pdf%PDF-1.4".to_vec(), None),
            (b"MZ\x90\x00%PDF-1.4".to_vec(), None),
            (b"".to_vec(), None),
        ] {
            assert_eq!(sniff(&bytes), expected, "{:?}", bytes.get(..bytes.len().min(12)));
        }
    }
}
