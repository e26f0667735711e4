//! The evidence viewer: which files of a claim stand in the page, alone or side by side, and the ways between them.
//!
//! Shape: everything is in the address (`file`, `beside`, `size`), and every way is a link with its key beside it, so that the
//! viewer works without script; `assets/desk.js` presses the same links for whoever likes keys.
//!
//! Guarantees: a file is loaded only when it was asked for, since each look is recorded.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Response;
use huzhu_app::claims::EvidenceView;
use huzhu_domain::claim::FileKind;
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::PlanTerms;
use serde::Deserialize;

use super::words;
use crate::i18n::Locale;
use crate::pages::frame::MemberVisit;
use crate::transfer::shape;

/// Sizes that a shown file can have; the class in the stylesheet is `zoom-` and the number.
const SIZE_MAX: usize = 4;

/// What a page with a PDF in it may load: what every page may, and objects from here.
const WITH_PDF: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                        font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                        frame-ancestors 'none'; object-src 'self'; frame-src 'self'";

/// What the address asks the viewer for.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Looking {
    /// The file to show.
    #[serde(default)]
    pub(super) file: String,
    /// The file beside it.
    #[serde(default)]
    pub(super) beside: String,
    /// From 1, the width of the page, to [`SIZE_MAX`]; anything else is 1.
    #[serde(default)]
    pub(super) size: String,
}

/// A file in the list.
pub(super) struct FileLine {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) digest: String,
    pub(super) href: String,
    /// Where it is shown in the page; empty when the page cannot.
    pub(super) show_href: String,
    /// Where it is shown beside the one that is shown; empty when that makes no sense.
    pub(super) beside_href: String,
    pub(super) opens: bool,
    pub(super) shown: bool,
}

/// A file that stands in the page.
pub(super) struct Pane {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) is_pdf: bool,
}

/// A way of the viewer with its key.
pub(super) struct Way {
    pub(super) key: &'static str,
    pub(super) label: String,
    pub(super) href: String,
    /// The size it leads to, for the script; 0 for none.
    pub(super) size: usize,
}

/// The viewer.
pub(super) struct Viewer {
    pub(super) files: Vec<FileLine>,
    pub(super) panes: Vec<Pane>,
    pub(super) ways: Vec<Way>,
    pub(super) size: usize,
}

impl Viewer {
    /// The viewer of `files` on the page `here`.
    pub(super) fn of(
        visit: &MemberVisit,
        claim: ClaimId,
        here: &str,
        terms: &PlanTerms,
        files: &[EvidenceView],
        wish: &Looking,
    ) -> Self {
        let l = visit.l();
        let can_show: Vec<&EvidenceView> = files.iter().filter(|file| shape(file.kind).1).collect();
        let find = |id: &str| can_show.iter().position(|file| file.id.to_string() == id);
        let first = find(&wish.file);
        let second = find(&wish.beside).filter(|at| first.is_some() && Some(*at) != first);
        let size = wish.size.parse().ok().filter(|size| (1..=SIZE_MAX).contains(size)).unwrap_or(1);
        let address = Address { here, files: &can_show, size };
        let shown = |file: &EvidenceView| {
            [first, second]
                .into_iter()
                .flatten()
                .any(|at| can_show.get(at).is_some_and(|one| one.id == file.id))
        };
        let line = |file: &EvidenceView| {
            let at = can_show.iter().position(|one| one.id == file.id);
            let is_shown = shown(file);
            FileLine {
                show_href: at.filter(|_| !is_shown).map_or_else(String::new, |at| address.of(Some(at), None)),
                beside_href: at
                    .filter(|_| first.is_some() && !is_shown)
                    .map_or_else(String::new, |at| address.of(first, Some(at))),
                ..plain_line(l, claim, terms, file, is_shown)
            }
        };
        let pane = |at: usize| can_show.get(at).map(|file| pane(l, claim, file));
        Self {
            files: files.iter().map(line).collect(),
            panes: [first, second].into_iter().flatten().filter_map(pane).collect(),
            ways: ways(l, &address, first, second),
            size,
        }
    }

    /// The page, which may show a PDF of this site in it when one was asked for, and nothing else more than every page may.
    pub(super) fn allowed(&self, mut page: Response) -> Response {
        if self.panes.iter().any(|pane| pane.is_pdf) {
            let allows = HeaderValue::from_static(WITH_PDF);
            page.headers_mut().insert(CONTENT_SECURITY_POLICY, allows);
        }
        page
    }
}

/// Makes the addresses of the viewer.
struct Address<'a> {
    here: &'a str,
    files: &'a [&'a EvidenceView],
    size: usize,
}

impl Address<'_> {
    fn of(&self, first: Option<usize>, second: Option<usize>) -> String {
        self.sized(first, second, self.size)
    }

    fn sized(&self, first: Option<usize>, second: Option<usize>, size: usize) -> String {
        let id = |at: Option<usize>| at.and_then(|at| self.files.get(at)).map(|file| file.id.to_string());
        let mut address = format!("{}?file={}", self.here, id(first).unwrap_or_default());
        if let Some(beside) = id(second) {
            address += "&beside=";
            address += &beside;
        }
        if size > 1 {
            address += "&size=";
            address += &size.to_string();
        }
        address + "#viewer"
    }
}

fn ways(l: Locale, address: &Address<'_>, first: Option<usize>, second: Option<usize>) -> Vec<Way> {
    let last = address.files.len().checked_sub(1);
    let mut ways = Vec::new();
    let mut way =
        |key, label: &str, href: String, size| ways.push(Way { key, label: l.t(label), href, size });
    let next = match first {
        None => last.map(|_| 0),
        Some(at) => at.checked_add(1).filter(|at| Some(*at) <= last),
    };
    if let Some(next) = next {
        way(
            "j",
            if first.is_none() { "viewer-first" } else { "viewer-next" },
            address.of(Some(next), None),
            0,
        );
    }
    let before = first.and_then(|at| at.checked_sub(1));
    if let Some(before) = before {
        way("k", "viewer-previous", address.of(Some(before), None), 0);
    }
    if first.is_some() {
        match (second, next.or(before)) {
            (Some(_), _) => way("o", "viewer-alone", address.of(first, None), 0),
            (None, Some(other)) => way("o", "viewer-beside", address.of(first, Some(other)), 0),
            (None, None) => {}
        }
        let size = address.size;
        let larger = size.saturating_add(1).min(SIZE_MAX);
        let smaller = size.saturating_sub(1).max(1);
        way("+", "viewer-larger", address.sized(first, second, larger), larger);
        way("-", "viewer-smaller", address.sized(first, second, smaller), smaller);
        way("0", "viewer-fit", address.sized(first, second, 1), 1);
    }
    ways
}

fn plain_line(l: Locale, claim: ClaimId, terms: &PlanTerms, file: &EvidenceView, shown: bool) -> FileLine {
    FileLine {
        name: name_of(l, file),
        about: l.t2("staff-file-about", "size", size(l, file.bytes), "at", l.moment(file.at, terms.zone())),
        digest: file.digest.to_string(),
        href: format!("/staff/claims/{claim}/files/{}", file.id),
        show_href: String::new(),
        beside_href: String::new(),
        opens: shape(file.kind).1,
        shown,
        id: file.id.to_string(),
    }
}

fn pane(l: Locale, claim: ClaimId, file: &EvidenceView) -> Pane {
    let is_pdf = matches!(file.kind, FileKind::Pdf);
    let href = format!("/staff/claims/{claim}/files/{}", file.id);
    Pane { name: name_of(l, file), href, is_pdf }
}

fn name_of(l: Locale, file: &EvidenceView) -> String {
    let (ending, _) = shape(file.kind);
    l.t2("staff-file-name", "kind", ending.to_uppercase(), "id", words::short_id(&file.id))
}

fn size(l: Locale, bytes: u64) -> String {
    match bytes {
        0..1_000_000 => l.t1("staff-size-kb", "count", bytes.div_ceil(1_000)),
        _ => l.t1("staff-size-mb", "count", bytes.div_ceil(1_000_000)),
    }
}
