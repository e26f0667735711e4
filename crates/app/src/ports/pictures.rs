//! Tells what a picture looks like.

use async_trait::async_trait;
use huzhu_domain::claim::{FileKind, Look};

use super::Pieces;

/// Reads pictures that come from outside and may be made to hurt.
///
/// Whatever is in the bytes costs bounded time and memory and ends in `None`, never in an error: a picture that cannot be read is
/// evidence all the same.
#[async_trait]
pub trait PictureLooks: Send + Sync {
    /// What a picture of `bytes` bytes looks like; `None` where nobody can tell. Repeatable: the same bytes have the same look for
    /// ever, whichever version of a library reads them, or its name changes with it (see [`PictureLooks::version`]).
    async fn look(&self, kind: FileKind, bytes: u64, pieces: Box<dyn Pieces>) -> Option<Look>;
    /// Looks of different versions are not compared.
    fn version(&self) -> u8;
}

/// Tells nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPictures;

#[async_trait]
impl PictureLooks for NoPictures {
    async fn look(&self, _: FileKind, _: u64, _: Box<dyn Pieces>) -> Option<Look> {
        None
    }

    fn version(&self) -> u8 {
        0
    }
}
