//! A small HTTP/1.1 client: one kept-alive connection, requests and answers as bytes, blocking.
//!
//! By hand, so that a measured server shares its processors with as little else as possible, and so that a connection
//! that breaks is an error that the caller sees and never a silent repetition.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take before a test says that the server hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request, ready to be sent any number of times.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// The bearer token.
    pub(crate) token: Option<String>,
    /// The idempotency key.
    pub(crate) key: Option<String>,
    /// Media type and bytes.
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>, token: &str) -> Self {
        Self { method: "GET", path: path.into(), token: Some(token.to_owned()), key: None, body: None }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", self.method, self.path);
        if let Some(token) = &self.token {
            let _ = write!(head, "authorization: Bearer {token}\r\n");
        }
        if let Some(key) = &self.key {
            let _ = write!(head, "idempotency-key: {key}\r\n");
        }
        let body = match &self.body {
            Some((kind, body)) => {
                let _ = write!(head, "content-type: {kind}\r\ncontent-length: {}\r\n", body.len());
                body.as_slice()
            }
            None if self.method == "GET" => &[],
            None => {
                head.push_str("content-length: 0\r\n");
                &[]
            }
        };
        head.push_str("\r\n");
        [head.as_bytes(), body].concat()
    }
}

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// It was given before under the same key.
    pub(crate) replayed: bool,
    pub(crate) body: Vec<u8>,
}

/// One connection to a server.
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    pub(crate) fn send(&mut self, request: &Request) -> io::Result<Answer> {
        self.exchange(&request.bytes())
    }

    /// Sends bytes and reads one answer. After an error the next call connects anew.
    pub(crate) fn exchange(&mut self, bytes: &[u8]) -> io::Result<Answer> {
        let mut stream = if let Some(stream) = self.stream.take() {
            stream
        } else {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            BufReader::new(stream)
        };
        stream.get_mut().write_all(bytes)?;
        let answer = read(&mut stream)?;
        self.stream = Some(stream);
        Ok(answer)
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken("no status line"))?;
    let (mut length, mut chunked, mut replayed) = (0, false, false);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(|_| broken("no length"))?,
            "transfer-encoding" => chunked = true,
            "idempotency-replayed" => replayed = true,
            _ => {}
        }
    }
    let mut body = Vec::new();
    loop {
        if chunked {
            line.clear();
            stream.read_line(&mut line)?;
            length = usize::from_str_radix(line.trim(), 16).map_err(|_| broken("no chunk"))?;
        }
        let begin = body.len();
        body.resize(begin + length, 0);
        stream.read_exact(body.get_mut(begin..).unwrap_or_default())?;
        if chunked {
            line.clear();
            stream.read_line(&mut line)?;
        }
        if !chunked || length == 0 {
            break;
        }
    }
    Ok(Answer { status, replayed, body })
}
