//! Files of evidence over HTTP: bytes in from bodies and form fields, bytes out whole or in part.
//!
//! Guarantees: no file stands in memory as a whole, in either direction; a sender who says nothing for [`PATIENCE`] is hung up on; what
//! goes out may run nothing and reach nothing of the site, whatever is in it.
//!
//! Limits: what the headers may ask for, see [`crate::upload_headers`].

use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::Field;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use huzhu_app::App;
use huzhu_app::claims::OpenedEvidence;
use huzhu_app::ports::{Pieces, VaultError};
use huzhu_domain::claim::FileKind;
use huzhu_domain::id::EvidenceId;

use crate::problem::Problem;
use crate::upload_headers::asked_range;

/// How long a sender may say nothing. Protects connections and half-written files; a phone that changes cells is silent for less.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes of a refused body that are read to the end all the same, so that the refusal is heard.
const DRAIN_BYTES: usize = 256 * 1024 * 1024;
/// How long more of a refused body is waited for.
const DRAIN_PATIENCE: Duration = Duration::from_secs(2);
/// What a file may do in a browser: nothing.
const NOTHING: &str = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; \
                       base-uri 'none'; frame-ancestors 'none'; sandbox";

/// What a PDF may do that the browser's own reader shows in a page of this site: be read there, in a sandbox all the same
/// (Chromium 156 shows it so). A browser that shows no PDF in a sandbox shows the link in its place.
const READER: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; form-action 'none'; \
                      base-uri 'none'; frame-ancestors 'self'; sandbox";

/// The bytes of a body.
pub(crate) struct BodyPieces(BodyDataStream);

impl BodyPieces {
    /// Reads a body piece by piece, whatever its length: the use case knows the limits.
    pub(crate) fn new(body: Body) -> Self {
        Self(body.into_data_stream())
    }

    /// Reads and drops what is still coming, within limits: a client that is answered and hung up on while it sends never reads the
    /// answer.
    pub(crate) async fn drain(&mut self) {
        let mut dropped = 0_usize;
        while dropped < DRAIN_BYTES {
            match tokio::time::timeout(DRAIN_PATIENCE, self.0.next()).await {
                Ok(Some(Ok(bytes))) => dropped = dropped.saturating_add(bytes.len()),
                _ => break,
            }
        }
    }
}

#[async_trait]
impl Pieces for BodyPieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        match tokio::time::timeout(PATIENCE, self.0.next()).await {
            Ok(Some(Ok(bytes))) => Ok(Some(bytes.into())),
            Ok(None) => Ok(None),
            Ok(Some(Err(_))) | Err(_) => Err(VaultError::BrokenOff),
        }
    }
}

/// The bytes of a field of a form.
pub(crate) struct FieldPieces<'a> {
    /// Bytes that were read before it was known what the field is.
    pub(crate) first: Option<Bytes>,
    /// The field.
    pub(crate) field: Field<'a>,
}

#[async_trait]
impl Pieces for FieldPieces<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first.into()));
        }
        match tokio::time::timeout(PATIENCE, self.field.chunk()).await {
            Ok(Ok(bytes)) => Ok(bytes.map(Into::into)),
            Ok(Err(_)) | Err(_) => Err(VaultError::BrokenOff),
        }
    }
}

/// How a browser is to take a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taking {
    /// Saved, never shown: its content comes from outside.
    Saved,
    /// Shown in a frame of its own where browsers can, for whoever reviews it.
    Shown,
    /// The same inside a page of this site.
    Embedded,
}

/// The answer that carries a file or the part of it that was asked for.
pub(crate) async fn send_file(
    app: &App,
    opened: &OpenedEvidence,
    evidence: EvidenceId,
    headers: &HeaderMap,
    taking: Taking,
) -> Result<Response, Problem> {
    let length = opened.bytes;
    let asked = asked_range(headers, length)?;
    let range = asked.clone().unwrap_or(0..length);
    let sent = range.end.saturating_sub(range.start);
    let pieces = app.read_evidence(opened, range.clone()).await?;
    let stream = futures_util::stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.next().await.transpose()?;
        if let Err(error) = &piece {
            tracing::error!(%error, "a file broke off while it was sent");
        }
        Some((piece, pieces))
    });
    let mut response = Response::new(Body::from_stream(stream));
    let (ending, can_show) = shape(opened.kind);
    let how = if taking != Taking::Saved && can_show { "inline" } else { "attachment" };
    let embedded = taking == Taking::Embedded && matches!(opened.kind, FileKind::Pdf);
    let name = format!("{how}; filename=\"{evidence}.{ending}\"");
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(opened.kind.media_type()));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(sent));
    headers
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(if embedded { READER } else { NOTHING }));
    let attachment = HeaderValue::from_static("attachment");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&name).unwrap_or(attachment));
    if asked.is_some() {
        let text = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
        headers.insert(CONTENT_RANGE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// The ending of a file's name, and whether browsers show such files.
pub(crate) const fn shape(kind: FileKind) -> (&'static str, bool) {
    match kind {
        FileKind::Pdf => ("pdf", true),
        FileKind::Jpeg => ("jpg", true),
        FileKind::Png => ("png", true),
        FileKind::Heic => ("heic", false),
        FileKind::Dicom => ("dcm", false),
    }
}
