//! Legal time for a checkpoint: tokens of a time-stamp authority over HTTP (RFC 3161).
//!
//! Shape: [`TimestampClient::stamp`] sends the SHA-256 of some bytes and hands back the whole response as it came, for
//! `openssl ts -verify` and courts. Formats are those of the crates `x509-tsp` and `cms`, signatures are checked by `ring`.
//!
//! Guarantees: a response is handed back only if it was granted, is about these very bytes, answers this very request (nonce),
//! and, where the authority's certificate is configured, was signed by its key.
//!
//! Limits: the certificate is compared by its key and not followed to a root; without one the token is kept unverified, and
//! `openssl ts -verify` has the last word. RSA with PKCS #1 padding and ECDSA on P-256 and P-384 are checked.

use std::time::Duration;

use cms::cert::x509::Certificate;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{Int, OctetString};
use der::oid::ObjectIdentifier;
use der::{Any, AnyRef, Decode, DecodePem, Encode, Tag};
use huzhu_app::ports::Entropy;
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_tsp::{MessageImprint, TimeStampReq, TspVersion, TstInfo};

const CONNECT: Duration = Duration::from_secs(10);
const REQUEST: Duration = Duration::from_secs(30);
/// Bytes of the longest response: a token with a chain of certificates has a few thousand.
const RESPONSE: usize = 64 * 1024;

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE_ATTRIBUTE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Address or certificate cannot be used.
    #[error("{0}")]
    Config(String),
    /// Nobody answers, or not as HTTP should.
    #[error("the time-stamp authority does not answer: {0}")]
    Unreachable(String),
    /// The response is not in the format.
    #[error("the response of the time-stamp authority cannot be read: {0}")]
    Unreadable(String),
    /// The authority refuses; the number is its status.
    #[error("the time-stamp authority refuses (status {0})")]
    Refused(u32),
    /// The token is about something else or answers another request.
    #[error("the token does not answer the request: {0}")]
    Other(&'static str),
    /// The token was not signed with the configured key.
    #[error("the signature of the token is not that of the configured certificate: {0}")]
    Signature(&'static str),
}

/// A token that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// The response as it came: a `.tsr` file.
    pub response: Vec<u8>,
    /// The time it states, in seconds since 1970-01-01 UTC.
    pub at: u64,
    /// True if the signature was checked against the configured certificate.
    pub is_verified: bool,
}

/// Asks one time-stamp authority.
#[derive(Clone, Debug)]
pub struct TimestampClient {
    address: Url,
    http: reqwest::Client,
    certificate: Option<Certificate>,
}

fn unreadable(error: impl std::fmt::Display) -> TimestampError {
    TimestampError::Unreadable(error.to_string())
}

impl TimestampClient {
    /// A client of the authority at this address; `certificate` is the PEM text of the certificate it signs with.
    ///
    /// # Errors
    /// [`TimestampError::Config`].
    pub fn new(url: &str, certificate: Option<&str>) -> Result<Self, TimestampError> {
        let wrong = |why: String| TimestampError::Config(why);
        let address: Url = url.parse().map_err(|error| wrong(format!("{url}: {error}")))?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(wrong(format!("{url}: an authority is asked by http or https")));
        }
        let certificate = certificate.map(Certificate::from_pem).transpose();
        let certificate = certificate.map_err(|error| wrong(format!("the certificate: {error}")))?;
        // Somebody has set it already when this fails: all use ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(REQUEST)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        // Nothing to verify in plain HTTP, so a machine without certificates of authorities will do.
        let builder = if address.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let http = builder.build().map_err(|error| wrong(error.without_url().to_string()))?;
        Ok(Self { address, http, certificate })
    }

    /// A token over `bytes`.
    ///
    /// # Errors
    /// [`TimestampError`]; there is no token then.
    pub async fn stamp(&self, bytes: &[u8], entropy: &dyn Entropy) -> Result<Timestamp, TimestampError> {
        let request = request(bytes, &entropy.secret())?;
        let encoded = request.to_der().map_err(unreadable)?;
        let response = self.send(encoded).await?;
        let at = check(&response, &request, self.certificate.as_ref())?;
        Ok(Timestamp { response, at, is_verified: self.certificate.is_some() })
    }

    async fn send(&self, request: Vec<u8>) -> Result<Vec<u8>, TimestampError> {
        let unreachable =
            |error: reqwest::Error| TimestampError::Unreachable(error.without_url().to_string());
        let sent = self.http.post(self.address.clone()).header(CONTENT_TYPE, "application/timestamp-query");
        let mut answer = sent.body(request).send().await.map_err(unreachable)?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(TimestampError::Unreachable(format!("it answers {}", answer.status())));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(unreachable)? {
            if bytes.len().saturating_add(piece.len()) > RESPONSE {
                return Err(unreadable(format_args!("it has more than {RESPONSE} bytes")));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

/// The request for some bytes. The nonce is the beginning of `random`.
fn request(bytes: &[u8], random: &[u8; 32]) -> Result<TimeStampReq, TimestampError> {
    // 64 bits, positive and without leading zeros, as DER wants a number.
    let nonce: Vec<u8> = (0_u8..)
        .zip(random.iter().take(8))
        .map(|(at, byte)| if at == 0 { byte & 0x3f | 0x40 } else { *byte })
        .collect();
    let null = Any::new(Tag::Null, Vec::new()).map_err(unreadable)?;
    Ok(TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint {
            hash_algorithm: spki_of(SHA_256, null),
            hashed_message: OctetString::new(Sha256::digest(bytes).to_vec()).map_err(unreadable)?,
        },
        req_policy: None,
        nonce: Some(Int::new(&nonce).map_err(unreadable)?),
        cert_req: true,
        extensions: None,
    })
}

fn spki_of(oid: ObjectIdentifier, parameters: Any) -> cms::cert::x509::spki::AlgorithmIdentifier<Any> {
    cms::cert::x509::spki::AlgorithmIdentifier { oid, parameters: Some(parameters) }
}

/// Checks a response and answers its time in seconds since 1970-01-01 UTC.
fn check(
    response: &[u8],
    request: &TimeStampReq,
    certificate: Option<&Certificate>,
) -> Result<u64, TimestampError> {
    let response = x509_tsp::TimeStampResp::from_der(response).map_err(unreadable)?;
    let status = response.status.status as u32;
    let token: ContentInfo = match response.time_stamp_token {
        // 0 granted, 1 granted with modifications (RFC 3161, section 2.4.2).
        Some(token) if status <= 1 => token,
        _ => return Err(TimestampError::Refused(status)),
    };
    if token.content_type != SIGNED_DATA {
        return Err(unreadable("the token is no signed data"));
    }
    let data: SignedData = token.content.decode_as().map_err(unreadable)?;
    let inner = data.encap_content_info.econtent.as_ref().ok_or_else(|| unreadable("the token is empty"))?;
    if data.encap_content_info.econtent_type != TST_INFO {
        return Err(unreadable("the token is about no time"));
    }
    let info = TstInfo::from_der(inner.value()).map_err(unreadable)?;
    if info.message_imprint.hash_algorithm.oid != SHA_256
        || info.message_imprint.hashed_message != request.message_imprint.hashed_message
    {
        return Err(TimestampError::Other("it is about other bytes"));
    }
    if info.nonce != request.nonce {
        return Err(TimestampError::Other("its nonce is another one"));
    }
    if let Some(certificate) = certificate {
        let signers = data.signer_infos.0.as_slice();
        let [signer] = signers else { return Err(TimestampError::Signature("there is not one signer")) };
        check_signer(signer, inner.value(), certificate)?;
    }
    Ok(info.gen_time.to_unix_duration().as_secs())
}

/// The signature of CMS (RFC 5652, section 5.4): over the attributes, one of which is the digest of the content.
fn check_signer(
    signer: &SignerInfo,
    content: &[u8],
    certificate: &Certificate,
) -> Result<(), TimestampError> {
    let wrong = TimestampError::Signature;
    let attributes = signer.signed_attrs.as_ref().ok_or(wrong("it signs no attributes"))?;
    let value = |oid: ObjectIdentifier| {
        let attribute = attributes.iter().find(|attribute| attribute.oid == oid)?;
        attribute.values.get(0)
    };
    let kind = value(CONTENT_TYPE_ATTRIBUTE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    if kind != Some(TST_INFO) {
        return Err(wrong("it signs another kind of content"));
    }
    let digest = value(MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
    let expected = match signer.digest_alg.oid {
        SHA_256 => Sha256::digest(content).to_vec(),
        SHA_384 => Sha384::digest(content).to_vec(),
        SHA_512 => Sha512::digest(content).to_vec(),
        _ => return Err(wrong("its digest is none of SHA-2")),
    };
    if digest.is_none_or(|digest| digest.as_bytes() != expected.as_slice()) {
        return Err(wrong("it signs another content"));
    }
    let key = &certificate.tbs_certificate.subject_public_key_info;
    let curve = key.algorithm.parameters.as_ref().map(AnyRef::from).and_then(|any| any.decode_as().ok());
    let algorithm = algorithm(key.algorithm.oid, curve, signer.digest_alg.oid)
        .ok_or(wrong("its algorithm is not one that is checked here"))?;
    let bits = key.subject_public_key.raw_bytes();
    let message = attributes.to_der().map_err(unreadable)?;
    UnparsedPublicKey::new(algorithm, bits)
        .verify(&message, signer.signature.as_bytes())
        .map_err(|_| wrong("it does not verify"))
}

fn algorithm(
    key: ObjectIdentifier,
    curve: Option<ObjectIdentifier>,
    digest: ObjectIdentifier,
) -> Option<&'static dyn VerificationAlgorithm> {
    match (key, curve, digest) {
        (RSA_KEY, _, SHA_256) => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        (RSA_KEY, _, SHA_384) => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        (RSA_KEY, _, SHA_512) => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        (EC_KEY, Some(P_256), SHA_256) => Some(&signature::ECDSA_P256_SHA256_ASN1),
        (EC_KEY, Some(P_256), SHA_384) => Some(&signature::ECDSA_P256_SHA384_ASN1),
        (EC_KEY, Some(P_384), SHA_256) => Some(&signature::ECDSA_P384_SHA256_ASN1),
        (EC_KEY, Some(P_384), SHA_384) => Some(&signature::ECDSA_P384_SHA384_ASN1),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
