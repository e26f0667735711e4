//! Signing in and out: a one-time code by mail for a bearer token.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use huzhu_app::sign_in::{RequestCode, SignIn};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::{Edge, Visitor};
use crate::problem::Problem;
use crate::wire::{Instant, MemberRef};

/// Longest mail address (RFC 5321).
const ADDRESS_MAX: usize = 254;

/// A mail address.
#[derive(Clone, Debug, ToSchema)]
#[schema(
    value_type = String,
    pattern = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$",
    max_length = 254,
    examples("ann@example.org")
)]
pub(crate) struct MailAddress(pub(crate) String);

impl<'de> Deserialize<'de> for MailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_address(&text) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("expected a mail address like ann@example.org"))
        }
    }
}

/// The pattern of [`MailAddress`] in Rust.
fn is_address(text: &str) -> bool {
    let local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.len() <= ADDRESS_MAX
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && name.bytes().all(local) && host.contains('.') && host.split('.').all(label)
        })
}

/// Language of mails.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

/// Asks for a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeRequest {
    /// Where to send it.
    address: MailAddress,
    /// Language of the mail; English when it is missing.
    #[serde(default)]
    #[schema(required = false)]
    language: Language,
}

/// Signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// The address that the code was sent to.
    address: MailAddress,
    /// The six digits.
    code: Code,
}

/// A one-time code.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = "^[0-9]{6}$", examples("271828"))]
struct Code(String);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("expected six digits"))
        }
    }
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
struct SessionBody {
    /// The bearer token.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    token: String,
    /// Who is signed in.
    member: MemberRef,
    /// When the session ends.
    until: Instant,
    /// This was the first time.
    registered: bool,
}

/// The secret of the first start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstOperatorRequest {
    /// 64 hexadecimal digits, printed once.
    secret: crate::wire::DigestText,
}

/// Who it was about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberReceipt {
    /// The member.
    pub(crate) member: MemberRef,
}

pub(super) fn add(table: Table) -> Table {
    let address = "ann@example.org";
    table
        .add(
            &Method::POST,
            "/sign-in/codes",
            request_code,
            Op::new("sign-in", "requestCode", "Ask for a sign-in code by mail")
                .says("The answer is the same whether the address is known or not.")
                .public()
                .takes::<CodeRequest>(json!({"address": address, "language": "en"}))
                .answers_nothing(),
        )
        .add(
            &Method::POST,
            "/sign-in",
            sign_in,
            Op::new("sign-in", "signIn", "Sign in with the code")
                .says("Registers the member the first time. A code has five tries and fifteen minutes.")
                .public()
                .takes::<SignInRequest>(json!({"address": address, "code": "271828"}))
                .answers::<SessionBody>(201),
        )
        .add(
            &Method::POST,
            "/sign-out",
            sign_out,
            Op::new("sign-in", "signOut", "End the session").answers_nothing(),
        )
        .add(
            &Method::POST,
            "/first-operator",
            first_operator,
            Op::new(
                "sign-in",
                "becomeFirstOperator",
                "Become the first operator with the secret of the first start",
            )
            .verb()
            .takes::<FirstOperatorRequest>(json!({"secret": "0".repeat(64)}))
            .answers::<MemberReceipt>(200),
        )
}

async fn request_code(State(edge): State<Edge>, Strict(body): Strict<CodeRequest>) -> Answer {
    let language = match body.language {
        Language::En => "en",
        Language::Zh => "zh",
    };
    let command = RequestCode { address: body.address.0, language: language.to_owned() };
    edge.app.request_code(&command).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn sign_in(State(edge): State<Edge>, Strict(body): Strict<SignInRequest>) -> Answer {
    let signed_in = edge.app.sign_in(&SignIn { address: body.address.0, code: body.code.0 }).await?;
    let body = SessionBody {
        token: signed_in.token,
        member: MemberRef(signed_in.member),
        until: Instant(signed_in.until),
        registered: signed_in.registered,
    };
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

async fn sign_out(State(edge): State<Edge>, visitor: Visitor) -> Answer {
    let token = visitor.token.as_ref().filter(|_| visitor.signed_in()).ok_or_else(Problem::sign_in_needed)?;
    edge.app.sign_out(token).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn first_operator(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<FirstOperatorRequest>,
) -> Answer {
    let receipt = edge.app.become_first_operator(&call, &body.secret.0.to_string()).await?;
    done(StatusCode::OK, receipt, |member| MemberReceipt { member: MemberRef(member) })
}

/// Somebody by mail address; the address stands in the body, since addresses of requests end up in logs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressBody {
    /// The mail address.
    pub(crate) address: MailAddress,
}

/// Shows who has a mail address.
pub(super) fn member(id: huzhu_domain::id::MemberId) -> Answer {
    ok(MemberReceipt { member: MemberRef(id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_address_has_one_at_and_a_host_with_a_dot() {
        for (text, expected) in [
            ("ann@example.org", true),
            ("a.b+c@sub.example.co.uk", true),
            ("ann@localhost", false),
            ("ann@example..org", false),
            ("@example.org", false),
            ("a@b@example.org", false),
            ("ann @example.org", false),
            ("ann@example.org\n", false),
        ] {
            assert_eq!(is_address(text), expected, "{text:?}");
        }
    }
}
