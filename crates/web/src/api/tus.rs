//! Resumable uploads: the tus protocol 1.0.0 with the extensions creation, termination, expiration and checksum, below a claim
//! or a dispute about one.
//!
//! Shape: an upload is made with its length, gets its bytes in as many requests as the line needs, and becomes evidence
//! of it with its last byte; its id is the id of the file then. Nothing but bytes travels: metadata is read by nobody.
//!
//! Guarantees: offsets are exact (409 otherwise); with a check sum all bytes of a request are kept or none (460); an upload is seen by
//! the member who began it, and is like none for everybody else (404); what is kept survives a restart of the platform.
//!
//! Limits: a length that comes later (`creation-defer-length`) and uploads in parts side by side (`concatenation`) are not offered.

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use huzhu_app::claims::{BeginUpload, ContinueUpload, EvidenceOf, UploadState};
use huzhu_app::error::AppError;
use huzhu_app::ports::{Pieces, VaultError};
use serde::de::DeserializeOwned;

use super::request::{Answer, Member, Of};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::transfer::BodyPieces;
use crate::upload_headers::{Checksum, LENGTH, OFFSET, RESUMABLE, TUS, bytes_in, is_part, speaks_tus};
use crate::wire::{ClaimRef, EvidenceRef, ObjectionRef};

const VERSION: HeaderName = HeaderName::from_static("tus-version");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const ALGORITHMS: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// What uploads can be for, and how the calls for it are named.
struct For {
    /// The end of each name of a call.
    name: &'static str,
    /// Address of what it is for.
    base: &'static str,
    /// What becomes of the file.
    becomes: &'static str,
}

const CLAIM: For = For { name: "Upload", base: "/claims/{claim}", becomes: "evidence of the claim" };
const OBJECTION: For =
    For { name: "ObjectionUpload", base: "/objections/{objection}", becomes: "evidence of the objection" };

pub(super) fn add(table: Table) -> Table {
    let table = add_for::<ClaimRef>(table, &CLAIM);
    add_for::<ObjectionRef>(table, &OBJECTION)
}

/// The five calls for uploads below one kind of thing.
fn add_for<R>(table: Table, of: &For) -> Table
where
    R: DeserializeOwned + Into<EvidenceOf> + Send + 'static,
{
    let op = |id: String, summary| Op::new("uploads", id, summary);
    let (uploads, upload) = (format!("{}/uploads", of.base), format!("{}/uploads/{{upload}}", of.base));
    let last =
        format!("tus 1.0.0. With the last byte the file becomes {}, under the id of the upload.", of.becomes);
    table
        .add(
            &Method::POST,
            &uploads,
            begin::<R>,
            op(format!("begin{}", of.name), "Begin a resumable upload")
                .says("tus 1.0.0, extension creation. `Location` is the upload. The type is read from the content.")
                .tus()
                .announces()
                .answers_empty(201),
        )
        .add(
            &Method::OPTIONS,
            &uploads,
            options::<R>,
            op(format!("describe{}s", of.name), "What the server speaks")
                .says("tus 1.0.0.")
                .public()
                .answers_nothing(),
        )
        .add(
            &Method::HEAD,
            &upload,
            state::<R>,
            op(format!("get{}", of.name), "How many bytes are kept").says("tus 1.0.0: `Upload-Offset`.").tus(),
        )
        .add(
            &Method::PATCH,
            &upload,
            go_on::<R>,
            op(format!("continue{}", of.name), "Send bytes at an offset")
                .says(&last)
                .tus()
                .takes_part()
                .answers_nothing(),
        )
        .add(
            &Method::DELETE,
            &upload,
            end::<R>,
            op(format!("end{}", of.name), "Give an upload up")
                .says("tus 1.0.0, extension termination.")
                .tus()
                .answers_nothing(),
        )
}

async fn options<R>(State(edge): State<Edge>, Of(_): Of<R>) -> Answer
where
    R: DeserializeOwned + Send,
{
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(TUS));
    headers.insert(VERSION, HeaderValue::from_static(TUS));
    headers.insert(EXTENSION, HeaderValue::from_static("creation,termination,expiration,checksum"));
    headers.insert(MAX_SIZE, HeaderValue::from(edge.app.evidence_limits().file_bytes));
    headers.insert(ALGORITHMS, HeaderValue::from_static("sha1,sha256"));
    Ok(response)
}

async fn begin<R>(State(edge): State<Edge>, Member(call): Member, Of(id): Of<R>, headers: HeaderMap) -> Answer
where
    R: DeserializeOwned + Into<EvidenceOf> + Send,
{
    speaks_tus(&headers)?;
    let length = bytes_in(&headers, &LENGTH)?;
    let of = id.into();
    let state = edge.app.begin_upload(&call, BeginUpload { of, length }).await;
    let state = state.map_err(too_large)?;
    let mut response = answer(StatusCode::CREATED, &state);
    let base = match of {
        EvidenceOf::Claim(claim) => format!("claims/{claim}"),
        EvidenceOf::Objection(objection) => format!("objections/{objection}"),
    };
    let place = format!("/api/v1/{base}/uploads/{}", state.upload);
    let place = HeaderValue::from_str(&place).map_err(|_| Problem::broken())?;
    response.headers_mut().insert(LOCATION, place);
    Ok(response)
}

/// The protocol wants 413 where the announced length is too large; the code and the fields say which limit.
fn too_large(error: AppError) -> Problem {
    let large = match &error {
        AppError::Invalid(mistakes) => {
            mistakes.iter().any(|mistake| ["file-too-large", "picture-too-large"].contains(&mistake.code))
        }
        _ => false,
    };
    let problem = Problem::from(error);
    if large { problem.with_status(StatusCode::PAYLOAD_TOO_LARGE) } else { problem }
}

async fn state<R>(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, upload)): Of<(R, EvidenceRef)>,
    headers: HeaderMap,
) -> Answer
where
    R: DeserializeOwned + Into<EvidenceOf> + Send,
{
    speaks_tus(&headers)?;
    Ok(answer(StatusCode::OK, &edge.app.upload_state(&call, id.into(), upload.0).await?))
}

async fn go_on<R>(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, upload)): Of<(R, EvidenceRef)>,
    headers: HeaderMap,
    body: Body,
) -> Answer
where
    R: DeserializeOwned + Into<EvidenceOf> + Send,
{
    speaks_tus(&headers)?;
    is_part(&headers)?;
    let offset = bytes_in(&headers, &OFFSET)?;
    let of: EvidenceOf = id.into();
    let sum = match Checksum::announced(&headers) {
        Ok(sum) => sum,
        // What there is and where it stands comes first: a check sum of bytes that are not wanted here is nobody's worry.
        Err(problem) => {
            let state = edge.app.upload_state(&call, of, upload.0).await?;
            return Err(if state.offset == offset {
                problem
            } else {
                AppError::Stale("upload-offset").into()
            });
        }
    };
    let all_or_none = sum.is_some();
    let command = ContinueUpload { of, upload: upload.0, offset, all_or_none };
    let mut pieces = Checked { inner: BodyPieces::new(body), sum };
    let state = edge.app.continue_upload(&call, command, &mut pieces).await;
    if state.is_err() {
        pieces.inner.drain().await;
    }
    let state = state.map_err(too_large)?;
    Ok(answer(StatusCode::NO_CONTENT, &state))
}

async fn end<R>(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, upload)): Of<(R, EvidenceRef)>,
    headers: HeaderMap,
) -> Answer
where
    R: DeserializeOwned + Into<EvidenceOf> + Send,
{
    speaks_tus(&headers)?;
    edge.app.end_upload(&call, id.into(), upload.0).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(TUS));
    Ok(response)
}

fn answer(status: StatusCode, state: &UploadState) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(TUS));
    headers.insert(OFFSET, HeaderValue::from(state.offset));
    headers.insert(LENGTH, HeaderValue::from(state.length));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(until) = state.until {
        let date = http_date(until);
        headers.insert(EXPIRES, HeaderValue::from_str(&date).unwrap_or(HeaderValue::from_static("0")));
    }
    response
}

/// A date as HTTP writes it (RFC 9110, section 5.6.7).
fn http_date(at: jiff::Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Bytes of a body whose check sum is compared at their end.
struct Checked {
    inner: BodyPieces,
    sum: Option<Checksum>,
}

#[async_trait]
impl Pieces for Checked {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        let piece = self.inner.next().await?;
        match &piece {
            Some(bytes) => {
                if let Some(sum) = &mut self.sum {
                    sum.update(bytes);
                }
            }
            None => {
                if self.sum.take().is_some_and(|sum| !sum.holds()) {
                    return Err(VaultError::WrongChecksum);
                }
            }
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_does() {
        let at = jiff::Timestamp::from_second(784_111_777).unwrap();
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
