//! Where files stay: a folder, or a bucket of an object store (S3, Google Cloud Storage, Azure).
//!
//! Guarantees: a file is durable when [`Place::publish`] returns. In a folder it moves by renaming, after which both folders are
//! forced to disk; in a bucket it is sent in parts, whose upload is noted before the first part, so that the next try or a sweep can
//! end it.
//!
//! Limits: credentials of buckets come from the environment, never from the configuration file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huzhu_app::ports::FileId;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::multipart::MultipartStore;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutPayload};
use tokio::io::AsyncReadExt as _;
use url::Url;

/// Bytes of a part. The least that buckets take is 5 MiB; one part stands in memory.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Why a place cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    #[error("{0}")]
    Disk(#[from] std::io::Error),
    #[error("{0}")]
    Object(#[from] object_store::Error),
    #[error("the address {0} is not understood: {1}")]
    Address(String, String),
}

/// Where files stay.
#[derive(Clone)]
pub(super) struct Place {
    store: Arc<dyn ObjectStore>,
    prefix: Name,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Folder(PathBuf),
    Bucket(Arc<dyn MultipartStore>),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Place({})", self.store)
    }
}

impl Place {
    /// A folder, which is made if it is missing.
    pub(super) fn folder(folder: &Path) -> Result<Self, PlaceError> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?;
        Ok(Self { store: Arc::new(store), prefix: Name::default(), kind: Kind::Folder(folder.to_owned()) })
    }

    /// A bucket by its address, such as `s3://bucket/prefix`, with credentials of the environment.
    pub(super) fn bucket(address: &str) -> Result<Self, PlaceError> {
        let wrong = |why: String| PlaceError::Address(address.to_owned(), why);
        let url = Url::parse(address).map_err(|error| wrong(error.to_string()))?;
        let (scheme, prefix) = ObjectStoreScheme::parse(&url).map_err(|error| wrong(error.to_string()))?;
        // The HTTP client asks for a provider that somebody chose; there is one library for TLS (decision 0006).
        rustls::crypto::ring::default_provider().install_default().ok();
        match scheme {
            ObjectStoreScheme::AmazonS3 => {
                Ok(Self::sent_to(AmazonS3Builder::from_env().with_url(address).build()?, prefix))
            }
            ObjectStoreScheme::GoogleCloudStorage => {
                Ok(Self::sent_to(GoogleCloudStorageBuilder::from_env().with_url(address).build()?, prefix))
            }
            ObjectStoreScheme::MicrosoftAzure => {
                Ok(Self::sent_to(MicrosoftAzureBuilder::from_env().with_url(address).build()?, prefix))
            }
            _ => Err(wrong("use s3://, gs:// or az://".to_owned())),
        }
    }

    fn sent_to<S: ObjectStore + MultipartStore>(store: S, prefix: Name) -> Self {
        let store = Arc::new(store);
        Self { store: Arc::clone(&store) as Arc<dyn ObjectStore>, prefix, kind: Kind::Bucket(store) }
    }

    /// The objects, for reading.
    pub(super) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Name of a file's object: its random id and nothing else.
    pub(super) fn name(&self, file: FileId) -> Name {
        self.prefix.clone().join(file.0.simple().to_string())
    }

    /// Whether a file is there.
    pub(super) async fn has(&self, file: FileId) -> Result<bool, PlaceError> {
        match self.store.head(&self.name(file)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Moves a file from the staging folder to here. `note` keeps the id of an upload in parts, `None` when it is over.
    pub(super) async fn publish(
        &self,
        file: FileId,
        staged: PathBuf,
        note: impl Fn(Option<&str>) -> Result<(), PlaceError> + Send + Sync,
    ) -> Result<(), PlaceError> {
        match &self.kind {
            Kind::Folder(folder) => {
                let target = folder.join(file.0.simple().to_string());
                tokio::task::spawn_blocking(move || move_durably(&staged, &target))
                    .await
                    .map_err(|error| std::io::Error::other(error.to_string()))??;
                Ok(())
            }
            Kind::Bucket(parts) => {
                self.send(file, &staged, parts.as_ref(), note).await?;
                tokio::fs::remove_file(&staged).await?;
                Ok(())
            }
        }
    }

    async fn send(
        &self,
        file: FileId,
        staged: &Path,
        parts: &dyn MultipartStore,
        note: impl Fn(Option<&str>) -> Result<(), PlaceError> + Send + Sync,
    ) -> Result<(), PlaceError> {
        let name = self.name(file);
        let mut source = tokio::fs::File::open(staged).await?;
        let first = part(&mut source).await?;
        if first.len() < PART_BYTES {
            self.store.put(&name, PutPayload::from(first)).await?;
            return Ok(());
        }
        let id = parts.create_multipart(&name).await?;
        note(Some(&id))?;
        let mut sent = Vec::new();
        let mut next = first;
        while !next.is_empty() {
            sent.push(parts.put_part(&name, &id, sent.len(), PutPayload::from(next)).await?);
            next = part(&mut source).await?;
        }
        parts.complete_multipart(&name, &id, sent).await?;
        note(None)
    }

    /// Ends an upload in parts that was cut off.
    pub(super) async fn abort(&self, file: FileId, id: &str) -> Result<(), PlaceError> {
        if let Kind::Bucket(parts) = &self.kind {
            match parts.abort_multipart(&self.name(file), &id.to_owned()).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Removes a file. Repeatable.
    pub(super) async fn remove(&self, file: FileId) -> Result<(), PlaceError> {
        match self.store.delete(&self.name(file)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        if let Kind::Folder(folder) = &self.kind {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

/// The next part of a file; shorter than [`PART_BYTES`] at its end.
async fn part(source: &mut tokio::fs::File) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
    source.take(limit).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Renames a file that is durable already, and makes the new name durable before the old one is forgotten.
fn move_durably(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::rename(from, to)?;
    for path in [to, from] {
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
