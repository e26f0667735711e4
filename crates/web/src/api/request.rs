//! What the calls read of a request, strictly: one body type, no unknown fields, one form of each id.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use huzhu_app::call::{Call, Done};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::table::EVIDENCE_MEDIA;
use crate::edge::{Edge, Visitor};
use crate::problem::Problem;
use crate::transfer::BodyPieces;

/// Rows of a page when the caller does not say.
const LIMIT_USUAL: u32 = 50;
/// Rows of a page at most: protects memory and the reader.
pub(crate) const LIMIT_MAX: u32 = 200;
/// First byte of a cursor; another form of cursors takes another one.
const CURSOR_VERSION: u8 = 1;
/// Bytes of the check sum of a cursor: a cut or mistyped one is told apart, nothing is hidden.
const CURSOR_CHECK: usize = 6;

/// Ids of the path. One of the wrong shape is like one that does not exist.
pub(crate) struct Of<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for Of<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}

/// A JSON body of exactly the type.
pub(crate) struct Strict<T>(pub(crate) T);

impl<T> FromRequest<Edge> for Strict<T>
where
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Problem> {
        if media_type(request.headers()).as_deref() != Some("application/json") {
            return Err(Problem::wrong_media_type());
        }
        let bytes = body(request, edge).await?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            match inner.classify() {
                serde_json::error::Category::Data => {
                    Problem::malformed(path.trim_matches('.'), "unreadable", inner.to_string())
                }
                _ => Problem::not_json(inner.to_string()),
            }
        })?;
        reader.end().map_err(|error| Problem::not_json(error.to_string()))?;
        Ok(Self(value))
    }
}

/// The bytes of a file, as they come, with their length if it was announced.
pub(crate) struct FileBody(pub(crate) BodyPieces, pub(crate) Option<u64>);

impl FromRequest<Edge> for FileBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Edge) -> Result<Self, Problem> {
        let kind = media_type(request.headers());
        if !kind.is_some_and(|kind| EVIDENCE_MEDIA.contains(&kind.as_str())) {
            return Err(Problem::wrong_media_type());
        }
        let length =
            request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Self(BodyPieces::new(request.into_body()), length))
    }
}

async fn body(request: Request, edge: &Edge) -> Result<Bytes, Problem> {
    Bytes::from_request(request, edge).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(why) if why.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::too_large()
        }
        _ => Problem::broken_off(),
    })
}

/// The media type without its parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Which page of a list.
pub(crate) struct Paging {
    /// Rows at most.
    pub(crate) limit: u32,
    cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PagingText {
    limit: Option<String>,
    cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<PagingText>::from_request_parts(parts, state).await;
        let Query(text) =
            query.map_err(|rejection| Problem::malformed("query", "unreadable", rejection.body_text()))?;
        Self::of(text.limit, text.cursor)
    }
}

impl Paging {
    /// The page that two texts ask for.
    pub(crate) fn of(limit: Option<String>, cursor: Option<String>) -> Result<Self, Problem> {
        let limit = match limit {
            None => LIMIT_USUAL,
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().unwrap_or(0),
            Some(_) => 0,
        };
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Problem::malformed("limit", "limit-out-of-range", String::new()));
        }
        Ok(Self { limit, cursor })
    }

    /// Where the page begins in `list`: the key of the last row of the page before.
    pub(crate) fn after(&self, list: &str) -> Result<Option<String>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        open_cursor(list, cursor).map(Some).ok_or_else(|| Problem::field("cursor", "bad-cursor"))
    }

    /// The page of `rows` after the cursor, with the cursor of the next one. `key` names a row; keys are unique.
    pub(crate) fn cut<T>(
        &self,
        list: &str,
        rows: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<String>), Problem> {
        let after = self.after(list)?;
        let mut rows = rows.into_iter();
        if let Some(after) = after {
            let found = rows.by_ref().any(|row| key(&row) == after);
            if !found {
                return Err(Problem::field("cursor", "bad-cursor"));
            }
        }
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let page: Vec<T> = rows.by_ref().take(limit).collect();
        let next =
            if rows.next().is_some() { page.last().map(|row| make_cursor(list, &key(row))) } else { None };
        Ok((page, next))
    }
}

/// An opaque cursor: version byte, check sum, key.
pub(crate) fn make_cursor(list: &str, key: &str) -> String {
    let mut bytes = vec![CURSOR_VERSION];
    bytes.extend_from_slice(&cursor_check(list, key));
    bytes.extend_from_slice(key.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open_cursor(list: &str, cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (version, rest) = bytes.split_first()?;
    let (check, key) = rest.split_at_checked(CURSOR_CHECK)?;
    let key = std::str::from_utf8(key).ok()?;
    (*version == CURSOR_VERSION && check == cursor_check(list, key)).then(|| key.to_owned())
}

fn cursor_check(list: &str, key: &str) -> [u8; CURSOR_CHECK] {
    let mut hash = Sha256::new();
    hash.update(list.as_bytes());
    hash.update([0]);
    hash.update(key.as_bytes());
    let mut check = [0; CURSOR_CHECK];
    check.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    check
}

/// The version in `If-Match`; `None` when the caller sent none or `*`.
pub(crate) struct IfMatch(pub(crate) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Ok(Self(None));
        };
        if value == "*" {
            return Ok(Self(None));
        }
        // A tag that was never ours, or a weak one, cannot match; something that is no tag at all is a mistake.
        let text = value.to_str().unwrap_or_default();
        let strong = text.strip_prefix("W/").unwrap_or(text);
        let inner = strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        // Programs forget the quotation marks; the number says the same without them.
        let bare = (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text);
        if inner.or(bare).is_none_or(|inner| inner.contains('"')) {
            return Err(Problem::malformed("If-Match", "not-a-tag", String::new()));
        }
        let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).or(bare);
        let digits = inner.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        let version = digits.and_then(|text| text.parse().ok());
        version.map(|version| Self(Some(version))).ok_or_else(Problem::changed)
    }
}

/// The call of somebody who is signed in.
///
/// Taken before the body is read, so that who may not is told so before what is wrong.
pub(crate) struct Member(pub(crate) Call);

impl FromRequestParts<Edge> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        let visitor = Visitor::from_request_parts(parts, edge).await?;
        if visitor.signed_in() { Ok(Self(visitor.call())) } else { Err(Problem::sign_in_needed()) }
    }
}

/// The answer to a call.
pub(crate) type Answer = Result<Response, Problem>;

/// A JSON answer.
#[expect(clippy::unnecessary_wraps, reason = "the last expression of handlers, which can fail before it")]
pub(crate) fn ok<T: Serialize>(body: T) -> Answer {
    Ok(axum::Json(body).into_response())
}

/// The answer to a verb: says when it was given before under the same key.
#[expect(clippy::unnecessary_wraps, reason = "the last expression of handlers, which can fail before it")]
pub(crate) fn done<R, T: Serialize>(status: StatusCode, done: Done<R>, show: impl FnOnce(R) -> T) -> Answer {
    let mut response = (status, axum::Json(show(done.receipt))).into_response();
    if done.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_list_only_and_never_when_it_was_changed() {
        let cursor = make_cursor("claims", "clm_1");
        assert_eq!(open_cursor("claims", &cursor).as_deref(), Some("clm_1"));
        assert_eq!(open_cursor("periods", &cursor), None);
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open_cursor("claims", &String::from_utf8(changed).unwrap()), None, "byte {at}");
        }
        for text in ["", "A", "====", "\u{4e00}", "AQAAAAAAAA"] {
            assert_eq!(open_cursor("claims", text), None, "{text}");
        }
    }
}
