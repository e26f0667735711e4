//! The release binary as a child process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Outcome, now};

/// Builds the binary if need be and says where it is: beside the folder of this example.
pub(crate) fn huzhu() -> Outcome<PathBuf> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--package", "huzhu", "--bin", "huzhu"])
        .status()?;
    if !built.success() {
        return Err("the binary does not build".into());
    }
    Ok(profile_folder()?.join("huzhu"))
}

/// The folder of the profile: `target/release`.
pub(crate) fn profile_folder() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().nth(2).ok_or("this example has no folder")?.to_owned())
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(data: &Path) -> Outcome<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let child = Command::new(huzhu()?)
            .args(["serve", "--no-rate-limits", "--listen", &address.to_string()])
            .arg("--data")
            .arg(data)
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { child, address };
        let begin = now();
        while TcpStream::connect(address).is_err() {
            if begin.elapsed() > Duration::from_mins(1) {
                return Err("the server does not listen".into());
            }
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// Resident memory now and at its highest, in megabytes of 1,000,000 bytes.
    pub(crate) fn memory(&self) -> Outcome<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| -> Outcome<f64> {
            let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such field")?;
            let kibibytes: u32 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
            Ok(f64::from(kibibytes) * 1_024.0 / 1e6)
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
