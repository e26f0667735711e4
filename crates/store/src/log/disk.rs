//! Every disk call of the log goes through one small trait, so that tests can tear, lose and refuse each of them.
//!
//! Shape: paths are relative, with `/`. Two promises are told apart everywhere: *readers see it* (a process that is killed
//! loses nothing of it) and *durable* (a machine that loses power loses nothing of it).
//!
//! Guarantees of [`FolderDisk`]: a second one on the same folder is refused; a file that is replaced is seen old or new, never
//! half.
//!
//! Limits: after a failed call nobody knows what was kept. A file whose sync has failed may read back well and be gone after
//! the next power failure (the kernel forgets such pages), so the caller must write it again, not sync it again.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Bytes that are read ahead of a stream.
const READ_AHEAD: usize = 64 << 10;

/// What the log asks of a disk. Calls of one log come from one thread, but for [`Disk::sync_all`], which may run beside them.
pub trait Disk: Send + Sync + fmt::Debug {
    /// The whole file; `None` if there is none.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;

    /// [`Disk::read`] piece by piece, for files that grow long.
    fn stream(&self, path: &str) -> io::Result<Option<Box<dyn Read>>> {
        Ok(self.read(path)?.map(|bytes| Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
    }

    /// Names in a folder in alphabetic order; none if there is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Makes a file or puts another content in its place. Readers see the old or the new one. Durable after the next
    /// [`Disk::sync_all`].
    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// [`Disk::replace`] for several files that nobody looks for yet.
    fn replace_all(&self, files: &[(String, Vec<u8>)]) -> io::Result<()> {
        files.iter().try_for_each(|(path, bytes)| self.replace(path, bytes))
    }

    /// [`Disk::replace`], durable when it returns, content and name.
    fn keep(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Writes the first bytes of a file again, and nothing else of it; durable when it returns. Not by a copy inside the file
    /// system, which may share pages that were never written.
    fn keep_beginning(&self, path: &str, length: u64) -> io::Result<()> {
        let mut bytes = self.read(path)?.ok_or(ErrorKind::NotFound)?;
        bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        self.keep(path, &bytes)
    }

    /// Writes bytes at an offset of a file that is there, and makes them durable. One file at a time is written so.
    fn append(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable all that was replaced or removed by calls that returned before this one began.
    fn sync_all(&self) -> io::Result<()>;

    /// Removes a file, or a folder with the files in it; none there is as good.
    fn remove(&self, path: &str) -> io::Result<()>;
}

/// A folder of the file system, held by one process.
#[derive(Debug)]
pub struct FolderDisk {
    root: PathBuf,
    /// The file that was appended to last: its errors of writing are told to this handle.
    appended: Mutex<Option<(String, File)>>,
    /// The system frees it with the process, however that ends.
    _lock: File,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder or its lock cannot be made or opened.
    #[error("the folder {folder} cannot be used: {source}")]
    Unusable {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it.
    #[error("another process writes the log in {0}; end it first: two writers would publish two histories")]
    InUse(PathBuf),
}

impl FolderDisk {
    /// Takes a folder, which is made if it is missing; `lock` is the path of the lock file in it.
    ///
    /// # Errors
    /// [`FolderError::InUse`] if another process has it.
    pub fn open(root: &Path, lock: &str) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { folder: root.to_owned(), source };
        let path = root.join(lock);
        std::fs::create_dir_all(path.parent().unwrap_or(root)).map_err(unusable)?;
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {
                sync_folder(root.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(root))
                    .map_err(unusable)?;
                Ok(Self { root: root.to_owned(), appended: Mutex::new(None), _lock: file })
            }
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(root.to_owned())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// Writes a file beside `path` and gives it that name; with `durable`, content and name are forced to disk.
    fn place(
        &self,
        path: &str,
        durable: bool,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let (place, beside) = (self.root.join(path), self.root.join(format!("{path}.new")));
        let mut file = match File::create(&beside) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.make_folder(place.parent().unwrap_or(&self.root), durable)?;
                File::create(&beside)?
            }
            file => file?,
        };
        write(&mut file)?;
        if durable {
            file.sync_all()?;
        }
        drop(file);
        std::fs::rename(&beside, &place)?;
        if durable { sync_folder(place.parent().unwrap_or(&self.root)) } else { Ok(()) }
    }

    fn make_folder(&self, folder: &Path, durable: bool) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        if durable {
            // The name of a new folder stands in the folder above it.
            let mut above = folder.ancestors().skip(1).take_while(|above| above.starts_with(&self.root));
            above.try_for_each(sync_folder)?;
        }
        Ok(())
    }
}

impl Disk for FolderDisk {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        read(&self.root.join(path))
    }

    fn stream(&self, path: &str) -> io::Result<Option<Box<dyn Read>>> {
        match File::open(self.root.join(path)) {
            Ok(file) => Ok(Some(Box::new(BufReader::with_capacity(READ_AHEAD, file)))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        list(&self.root.join(folder))
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.place(path, false, |file| file.write_all(bytes))
    }

    fn keep(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.place(path, true, |file| file.write_all(bytes))
    }

    fn keep_beginning(&self, path: &str, length: u64) -> io::Result<()> {
        let mut rest = File::open(self.root.join(path))?.take(length);
        let mut piece = vec![0; READ_AHEAD];
        self.place(path, true, |file| {
            loop {
                let read = rest.read(&mut piece)?;
                match piece.get(..read).filter(|read| !read.is_empty()) {
                    Some(bytes) => file.write_all(bytes)?,
                    None => return Ok(()),
                }
            }
        })
    }

    fn append(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut appended = self.appended.lock().map_err(|_| io::Error::other("an append has panicked"))?;
        // The handle is put back only after success: after a failure the next caller has to begin anew.
        let file = match appended.take() {
            Some((open, file)) if open == path => file,
            _ => OpenOptions::new().write(true).open(self.root.join(path))?,
        };
        write_at(&file, at, bytes)?;
        file.sync_data()?;
        *appended = Some((path.to_owned(), file));
        Ok(())
    }

    fn sync_all(&self) -> io::Result<()> {
        sync_file_system(&self.root)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let path = self.root.join(path);
        let removed = match std::fs::remove_file(&path) {
            Err(error) if matches!(error.kind(), ErrorKind::IsADirectory | ErrorKind::PermissionDenied) => {
                std::fs::remove_dir_all(&path)
            }
            removed => removed,
        };
        match removed {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

/// The whole file; `None` if there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Names in a folder in alphabetic order; none if there is no such folder.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    io::Seek::seek(&mut file, io::SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// One call for thousands of files; since Linux 5.8 it tells errors of writing back, too.
#[cfg(target_os = "linux")]
fn sync_file_system(root: &Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(root)?).map_err(io::Error::from)
}

/// Each file and folder on its own: slow, and as good.
#[cfg(not(target_os = "linux"))]
fn sync_file_system(root: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_file_system(&entry.path())?;
        } else if let Some(file) = unless_gone(File::open(entry.path()))? {
            unless_gone(file.sync_all())?;
        }
    }
    sync_folder(root)
}

/// Old partial tiles may be removed while the folder is walked.
#[cfg(not(target_os = "linux"))]
fn unless_gone<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_once_and_files_are_replaced_appended_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let disk = FolderDisk::open(folder.path(), "a/lock").unwrap();
        assert!(matches!(FolderDisk::open(folder.path(), "a/lock"), Err(FolderError::InUse(_))));
        assert_eq!(disk.read("b/c/1").unwrap(), None);
        disk.replace("b/c/1", b"one").unwrap();
        disk.keep("b/c/2", b"two").unwrap();
        disk.replace("b/c/1", b"more").unwrap();
        disk.append("b/c/2", 3, b"+").unwrap();
        disk.append("b/c/2", 4, b"+").unwrap();
        disk.sync_all().unwrap();
        assert_eq!(disk.list("b/c").unwrap(), ["1", "2"]);
        assert_eq!(disk.read("b/c/1").unwrap().unwrap(), b"more");
        assert_eq!(disk.read("b/c/2").unwrap().unwrap(), b"two++");
        let mut text = String::new();
        disk.stream("b/c/2").unwrap().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "two++");
        assert!(disk.stream("b/c/3").unwrap().is_none());
        disk.keep_beginning("b/c/2", 4).unwrap();
        assert_eq!(disk.read("b/c/2").unwrap().unwrap(), b"two+");
        disk.append("b/c/2", 4, b"+").unwrap();
        assert!(disk.append("b/c/3", 0, b"x").is_err(), "nobody makes a file by appending");
        disk.remove("b/c/1").unwrap();
        disk.remove("b/c/1").unwrap();
        assert_eq!(disk.list("b/c").unwrap(), ["2"]);
        disk.remove("b/c").unwrap();
        assert_eq!(disk.list("b/c").unwrap(), Vec::<String>::new());
        drop(disk);
        FolderDisk::open(folder.path(), "a/lock").unwrap();
    }
}
