//! Reads the files of a published log over HTTP: what somebody does who checks the log of others.
//!
//! Guarantees: an answer is bounded in bytes and time; redirects are not followed, so that the files come from the place that
//! was named. Limits: nothing is believed here; the caller checks signatures and hashes, so plain HTTP is allowed.

use std::time::Duration;

use reqwest::{StatusCode, Url};

/// How long connecting may take, and how long one file may take altogether.
const CONNECT: Duration = Duration::from_secs(10);
const FILE: Duration = Duration::from_mins(1);
/// Pauses before a file is asked for again after a failure that may pass.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(2)];

/// Why a file of a published log could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    /// The address is none of a log.
    #[error("{0}")]
    Address(String),
    /// The server does not answer as it should.
    #[error("{path}: {why}")]
    Unreadable {
        /// Which file.
        path: String,
        /// What happened.
        why: String,
    },
}

/// A log below an address such as `https://aid.example.org/log/2026`.
#[derive(Clone, Debug)]
pub struct PublishedLog {
    prefix: Url,
    http: reqwest::Client,
}

impl PublishedLog {
    /// The log with this prefix. Does not connect yet.
    pub fn new(prefix: &str) -> Result<Self, PublishedError> {
        let wrong = |why: String| PublishedError::Address(format!("{prefix}: {why}"));
        let mut url: Url = prefix.trim_end_matches('/').parse().map_err(|error| wrong(format!("{error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("an address of a log is http(s)://host/path".to_owned()));
        }
        // With a slash at the end, paths are joined below it.
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        // Somebody has set it already when this fails: all use ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(FILE)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        // Nothing to verify in plain HTTP, so a machine without certificates of authorities will do.
        let builder = if url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let http = builder.build().map_err(|error| wrong(error.without_url().to_string()))?;
        Ok(Self { prefix: url, http })
    }

    /// The address, with a slash at its end.
    pub fn prefix(&self) -> &str {
        self.prefix.as_str()
    }

    /// The bytes of the file at `path` below the prefix; nothing if there is none. Fails if it has more than `limit` bytes.
    /// Asks again when the server is busy or out of reach.
    pub async fn get(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, PublishedError> {
        let unreadable = |why: String| PublishedError::Unreadable { path: path.to_owned(), why };
        let address = self.prefix.join(path).map_err(|error| unreadable(error.to_string()))?;
        let mut pauses = PAUSES.into_iter();
        loop {
            let failure = match self.attempt(&address, limit).await {
                Ok(bytes) => return Ok(bytes),
                Err(Trouble::Final(why)) => return Err(unreadable(why)),
                Err(Trouble::Passing(why)) => why,
            };
            let Some(pause) = pauses.next() else {
                return Err(unreadable(failure));
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&self, address: &Url, limit: usize) -> Result<Option<Vec<u8>>, Trouble> {
        let passing = |error: reqwest::Error| Trouble::Passing(reason(error));
        let mut answer = self.http.get(address.clone()).send().await.map_err(passing)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Trouble::Passing(format!("the server answers {status}")));
            }
            status => return Err(Trouble::Final(format!("the server answers {status}"))),
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(passing)? {
            if bytes.len().saturating_add(piece.len()) > limit {
                return Err(Trouble::Final(format!("the file has more than {limit} bytes")));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Some(bytes))
    }
}

enum Trouble {
    /// Asking again may help.
    Passing(String),
    /// It will not.
    Final(String),
}

/// The error with its causes: the outermost one of reqwest says little.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// Answers one request after the other with these texts, and hands back what was asked for.
    fn serve(answers: Vec<&'static str>) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/log/2026", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let answer = |text: &str| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut piece = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    let read = stream.read(&mut piece).unwrap();
                    request.extend_from_slice(&piece[..read]);
                }
                stream.write_all(text.as_bytes()).unwrap();
                String::from_utf8(request).unwrap().lines().next().unwrap().to_owned()
            };
            answers.into_iter().map(answer).collect()
        });
        (address, served)
    }

    #[tokio::test]
    async fn files_are_read_below_the_prefix() {
        let (address, served) = serve(vec![
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        ]);
        let log = PublishedLog::new(&address).unwrap();
        assert_eq!(log.get("checkpoint", 5).await, Ok(Some(b"hello".to_vec())));
        assert_eq!(log.get("tile/0/000", 5).await, Ok(None));
        assert_eq!(log.get("tile/entries/000.p/7", 5).await, Ok(Some(b"ok".to_vec())));
        let asked = served.join().unwrap();
        let paths: Vec<_> = asked.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
        let again = "/log/2026/tile/entries/000.p/7";
        assert_eq!(paths, ["/log/2026/checkpoint", "/log/2026/tile/0/000", again, again]);
    }

    #[tokio::test]
    async fn long_files_and_redirects_are_refused_at_once() {
        let (address, served) = serve(vec![
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nhello!",
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        ]);
        let log = PublishedLog::new(&address).unwrap();
        for _ in 0..2 {
            assert!(matches!(log.get("checkpoint", 5).await, Err(PublishedError::Unreadable { .. })));
        }
        assert_eq!(served.join().unwrap().len(), 2);
    }

    #[test]
    fn other_addresses_are_refused() {
        for address in ["ftp://host/log", "/log", "http://", "http://host/log?year=2026", "file:///log"] {
            assert!(matches!(PublishedLog::new(address), Err(PublishedError::Address(_))), "{address}");
        }
        for address in ["http://host", "https://host/log/2026//"] {
            assert!(PublishedLog::new(address).unwrap().prefix().ends_with('/'), "{address}");
        }
    }
}
