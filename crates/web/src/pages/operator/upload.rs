//! Forms with a file: the fields as text, and the file, whichever way the browser sends them.

use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;

use crate::edge::Edge;
use crate::pages::forms::{FIELDS_MAX, Fields};
use crate::pages::frame::PageError;
use crate::problem::Problem;

/// The fields of a form and the one file in it.
#[derive(Debug, Default)]
pub(super) struct Upload {
    /// What was typed.
    pub(super) fields: Fields,
    /// The file; empty when none was chosen.
    pub(super) file: Vec<u8>,
}

impl FromRequest<Edge> for Upload {
    type Rejection = PageError;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, PageError> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let fields = Fields::from_request(request, edge).await?;
            return Ok(Self { fields, file: Vec::new() });
        }
        let mut parts = Multipart::from_request(request, edge).await.map_err(|_| Problem::broken_off())?;
        let (mut pairs, mut file) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let bytes = part.bytes().await.map_err(|error| broken(&error))?;
            if is_file {
                file = bytes.to_vec();
            } else if pairs.len() < FIELDS_MAX {
                pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok(Self { fields: Fields::of(pairs), file })
    }
}

fn broken(error: &axum::extract::multipart::MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::too_large()
    } else {
        Problem::broken_off()
    }
}

/// The lines that a browser sent with `\r\n` as they stood in the file.
pub(super) fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
