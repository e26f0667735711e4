//! `huzhu serve` as a child process, and the mail that it prints.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// The binary under test.
pub(crate) const HUZHU: &str = env!("CARGO_BIN_EXE_huzhu");
/// How long a start, or a mail, may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sign-in codes by address, the newest last.
#[derive(Default)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    codes: BTreeMap<String, Vec<String>>,
    /// A server is running that may still bring mail.
    open: bool,
}

impl State {
    fn newest(&self, address: &str, seen: usize) -> Option<String> {
        self.codes.get(address).filter(|list| list.len() > seen).and_then(|list| list.last().cloned())
    }
}

impl Mailbox {
    fn put(&self, address: &str, code: String) {
        self.state.lock().unwrap().codes.entry(address.to_owned()).or_default().push(code);
        self.changed.notify_all();
    }

    fn set_open(&self, open: bool) {
        self.state.lock().unwrap().open = open;
        self.changed.notify_all();
    }

    /// How many codes have come for an address.
    pub(crate) fn count(&self, address: &str) -> usize {
        self.state.lock().unwrap().codes.get(address).map_or(0, Vec::len)
    }

    /// The newest code, once more than `seen` have come.
    ///
    /// # Errors
    /// When the server is gone. Fails the test when the server runs and brings no mail.
    pub(crate) fn wait(&self, address: &str, seen: usize) -> io::Result<String> {
        let state = self.state.lock().unwrap();
        let is_missing = |state: &mut State| state.open && state.newest(address, seen).is_none();
        let (state, waited) = self.changed.wait_timeout_while(state, PATIENCE, is_missing).unwrap();
        assert!(!waited.timed_out(), "no mail for {address}");
        state.newest(address, seen).ok_or_else(|| io::ErrorKind::ConnectionAborted.into())
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a free port and waits until it listens.
    pub(crate) fn start(data: &Path, mailbox: &Arc<Mailbox>) -> Self {
        let address = free_address();
        let mut child = Command::new(HUZHU)
            .args(["serve", "--print-mail", "--no-rate-limits", "--listen", &address.to_string()])
            .arg("--data")
            .arg(data)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (listens, listening) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        mailbox.set_open(true);
        let mailbox = Arc::clone(mailbox);
        let reader = std::thread::spawn(move || {
            let (mut in_mail, mut to) = (false, None);
            for line in lines.map_while(Result::ok) {
                if line.starts_with("listening on ") {
                    listens.send(()).ok();
                } else if let Some(address) = line.strip_prefix("--- mail to ") {
                    (in_mail, to) = (true, Some(address.to_owned()));
                } else if line == "---" {
                    (in_mail, to) = (false, None);
                } else if !in_mail && !line.is_empty() {
                    eprintln!("server: {line}");
                } else if let Some(code) = six_digits(&line)
                    && let Some(address) = to.take()
                {
                    mailbox.put(&address, code);
                }
            }
            mailbox.set_open(false);
        });
        if listening.recv_timeout(PATIENCE).is_err() {
            child.kill().ok();
            panic!("the server did not start");
        }
        Self { child, address, reader: Some(reader) }
    }

    /// SIGKILL: no destructor runs, nothing is flushed.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "the server was killed and did not end by itself");
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }
}

impl Drop for Server {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// The first word of exactly six digits.
fn six_digits(line: &str) -> Option<String> {
    line.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).map(str::to_owned)
}
