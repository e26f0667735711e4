//! Which addresses never leave this machine, so that plain text may be spoken to them.

use std::net::IpAddr;

use reqwest::Url;

/// Whether the host of `url` is an IP address of this machine. Names do not count, `localhost` neither: a name may be
/// resolved to anything.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str()
        .map(|host| host.trim_start_matches('[').trim_end_matches(']'))
        .and_then(|host| host.parse::<IpAddr>().ok())
        .is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ip_addresses_of_this_machine_are_loopback() {
        for (url, expected) in [
            ("http://127.0.0.1:80/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:8080/", true),
            ("smtp://127.0.0.1:25", true),
            ("smtp://[::1]:25", true),
            ("http://localhost/", false),
            ("http://127.0.0.1.example.org/", false),
            ("http://127.0.0.1@example.org/", false),
            ("http://10.0.0.1/", false),
            ("http://0.0.0.0/", false),
            ("http://[::ffff:10.0.0.1]/", false),
            ("http://example.org/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }
}
