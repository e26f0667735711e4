//! Reading a file or a part of it, record by record.

use std::ops::Range;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use huzhu_app::ports::{FileId, Pieces, VaultError};
use object_store::path::Path as Name;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};

use super::chunk::{self, Shape};
use super::unavailable;
use crate::crypto::{DoesNotOpen, Key};

/// Content of a file, piece by piece.
pub(super) struct Records {
    stream: BoxStream<'static, object_store::Result<bytes::Bytes>>,
    waiting: Vec<u8>,
    file: FileId,
    key: Key,
    shape: Shape,
    next: u64,
    until: u64,
    wanted: Range<u64>,
}

fn found(error: object_store::Error) -> VaultError {
    match error {
        object_store::Error::NotFound { .. } => VaultError::Missing,
        other => unavailable(other),
    }
}

impl Records {
    /// Opens a part of the content; a range beyond the end is cut there.
    pub(super) async fn open(
        store: &dyn ObjectStore,
        name: &Name,
        file: FileId,
        key: Key,
        range: Range<u64>,
    ) -> Result<Self, VaultError> {
        let stored = store.head(name).await.map_err(found)?.size;
        let shape = Shape::of(stored).map_err(|DoesNotOpen| VaultError::Tampered)?;
        let wanted =
            range.start.min(shape.content)..range.end.clamp(range.start, u64::MAX).min(shape.content);
        let wanted = wanted.start..wanted.end.max(wanted.start);
        let magic = store.get_range(name, 0..4).await.map_err(found)?;
        if magic.as_ref() != chunk::MAGIC {
            return Err(VaultError::Tampered);
        }
        let (records, bytes) = shape.records_of(&wanted);
        // An empty file has a record too, which shows that nobody emptied it; an empty part of another file needs none.
        let nothing = wanted.is_empty() && shape.content > 0;
        let (stream, until) = if nothing {
            (futures_util::stream::empty().boxed(), records.start)
        } else {
            let options = GetOptions { range: Some(GetRange::Bounded(bytes)), ..GetOptions::default() };
            (store.get_opts(name, options).await.map_err(found)?.into_stream(), records.end)
        };
        Ok(Self { stream, waiting: Vec::new(), file, key, shape, next: records.start, until, wanted })
    }

    async fn record(&mut self) -> Result<Vec<u8>, VaultError> {
        let length = self.shape.record_bytes(self.next);
        while self.waiting.len() < length {
            match self.stream.next().await {
                Some(bytes) => self.waiting.extend_from_slice(&bytes.map_err(unavailable)?),
                None => return Err(VaultError::Tampered),
            }
        }
        let rest = self.waiting.split_off(length);
        Ok(std::mem::replace(&mut self.waiting, rest))
    }
}

#[async_trait]
impl Pieces for Records {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        if self.next >= self.until {
            return Ok(None);
        }
        let record = self.record().await?;
        let (number, last) = (self.next, self.shape.is_last(self.next));
        let mut clear = chunk::open(&self.key, self.file, number, last, &record)
            .map_err(|DoesNotOpen| VaultError::Tampered)?;
        self.next = number.saturating_add(1);
        let start = chunk::start_of(number);
        let within = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
        clear.truncate(within(self.wanted.end));
        clear.drain(..within(self.wanted.start).min(clear.len()));
        Ok((!clear.is_empty()).then_some(clear))
    }
}
