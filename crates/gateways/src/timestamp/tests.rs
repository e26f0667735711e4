//! Responses that `openssl ts -reply` made for the request below, and changed ones.

use super::*;

const BYTES: &[u8] = b"a checkpoint\n";
const RANDOM: [u8; 32] = [7; 32];
const RSA: (&[u8], &str) = (include_bytes!("rsa.tsr"), include_str!("rsa.pem"));
const EC: (&[u8], &str) = (include_bytes!("ec.tsr"), include_str!("ec.pem"));

fn checked(response: &[u8], bytes: &[u8], random: u8, pem: Option<&str>) -> Result<u64, TimestampError> {
    let certificate = pem.map(|pem| Certificate::from_pem(pem).unwrap());
    check(response, &request(bytes, &[random; 32]).unwrap(), certificate.as_ref())
}

#[test]
fn a_request_is_the_one_that_openssl_reads() {
    let made = request(BYTES, &RANDOM).unwrap().to_der().unwrap();
    let mut expected = vec![0x30, 0x43, 2, 1, 1, 0x30, 0x31, 0x30, 0x0d, 6, 9];
    expected.extend_from_slice(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32]);
    expected.extend_from_slice(&Sha256::digest(BYTES));
    expected.extend_from_slice(&[2, 8, 0x47, 7, 7, 7, 7, 7, 7, 7, 1, 1, 0xff]);
    assert_eq!(made, expected);
}

#[test]
fn a_token_is_for_these_bytes_this_request_and_this_key() {
    for (response, pem) in [RSA, EC] {
        let at = checked(response, BYTES, 7, Some(pem)).unwrap();
        assert!((1_795_000_000..1_800_000_000).contains(&at), "{at}");
        assert_eq!(checked(response, BYTES, 7, None), Ok(at));
        assert_eq!(
            checked(response, b"another checkpoint\n", 7, Some(pem)),
            Err(TimestampError::Other("it is about other bytes"))
        );
        assert_eq!(
            checked(response, BYTES, 8, Some(pem)),
            Err(TimestampError::Other("its nonce is another one"))
        );
    }
    for (response, pem) in [(RSA.0, EC.1), (EC.0, RSA.1)] {
        assert!(matches!(checked(response, BYTES, 7, Some(pem)), Err(TimestampError::Signature(_))));
    }
}

#[test]
fn a_changed_token_is_never_taken_for_another_time() {
    for (response, pem) in [RSA, EC] {
        let good = checked(response, BYTES, 7, Some(pem)).unwrap();
        for at in 0..response.len() {
            let mut changed = response.to_vec();
            changed[at] ^= 1;
            // Bytes that nobody signs, such as the certificates that travel along, may differ.
            if let Ok(time) = checked(&changed, BYTES, 7, Some(pem)) {
                assert_eq!(time, good, "byte {at}");
            }
            let cut = &response[..at];
            assert!(checked(cut, BYTES, 7, Some(pem)).is_err(), "{at} bytes");
        }
        let last = response.len() - 1;
        let mut changed = response.to_vec();
        changed[last] ^= 1;
        assert!(checked(&changed, BYTES, 7, Some(pem)).is_err(), "the signature stands at the end");
    }
}

#[test]
fn a_refusal_is_no_token() {
    // PKIStatusInfo with status 2, rejection.
    let refusal = [0x30, 5, 0x30, 3, 2, 1, 2];
    assert_eq!(checked(&refusal, BYTES, 7, None), Err(TimestampError::Refused(2)));
    let granted_nothing = [0x30, 5, 0x30, 3, 2, 1, 0];
    assert_eq!(checked(&granted_nothing, BYTES, 7, None), Err(TimestampError::Refused(0)));
    assert!(matches!(checked(b"no DER", BYTES, 7, None), Err(TimestampError::Unreadable(_))));
}

#[test]
fn addresses_and_certificates_are_checked_at_the_start() {
    for (url, pem) in [("ftp://tsa.example", None), ("tsa", None), ("https://tsa.example", Some("no PEM"))] {
        assert!(matches!(TimestampClient::new(url, pem), Err(TimestampError::Config(_))), "{url}");
    }
    assert!(TimestampClient::new("https://tsa.example/", Some(RSA.1)).is_ok());
}
