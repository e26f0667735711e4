//! Signing in with a code sent by mail, signing out, and becoming the first operator.
//!
//! Between the two steps the mail address stands in a short-lived cookie, so that it is in no address and no log.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use huzhu_app::sign_in::{RequestCode, SignIn};

use super::super::forms::{Fields, form_errors};
use super::super::frame::{Answer, MemberVisit, Visit, encoded, safe_back, see_other};
use crate::design::{Account, FieldError, Page};
use crate::edge::{Edge, cookie};
use crate::i18n::Locale;

/// Cookie that carries the mail address from the first step to the second.
const ADDRESS_COOKIE: &str = "huzhu-sign-in";
/// How long it lives in seconds: as long as a code.
const ADDRESS_SECONDS: u32 = 900;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/sign-in", get(ask_address).post(send_code))
        .route("/sign-in/code", get(ask_code).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/first-operator", get(ask_secret).post(become_operator))
}

#[derive(serde::Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "public/sign_in.html")]
struct AddressPage {
    page: Page,
    l: Locale,
    address: String,
    back: String,
    errors: Vec<FieldError>,
}

async fn ask_address(visit: Visit, Query(back): Query<Back>) -> Answer {
    if visit.member().is_some() {
        return Ok(see_other(safe_back(&back.back)));
    }
    address_page(&visit, String::new(), back.back, Vec::new())
}

fn address_page(visit: &Visit, address: String, back: String, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let page = Page { account: Account::Hidden, ..visit.page(l.t("sign-in-title")) };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    visit.render_as(status, &AddressPage { page, l, address, back, errors })
}

async fn send_code(visit: Visit, fields: Fields) -> Answer {
    let (address, back) = (fields.text("address").trim().to_owned(), fields.text("back").to_owned());
    let command = RequestCode { address: address.clone(), language: visit.l().code().to_owned() };
    if let Err(error) = visit.app().request_code(&command).await {
        return address_page(&visit, address, back, form_errors(visit.l(), error)?);
    }
    let mut response = see_other(&format!("/sign-in/code?back={}", encoded(safe_back(&back))));
    let value = URL_SAFE_NO_PAD.encode(address.as_bytes());
    set_cookie(&mut response, &address_cookie(&visit, &value, ADDRESS_SECONDS));
    Ok(response)
}

#[derive(Template)]
#[template(path = "public/sign_in_code.html")]
struct CodePage {
    page: Page,
    l: Locale,
    address: String,
    back: String,
    mailbox: String,
    errors: Vec<FieldError>,
}

async fn ask_code(visit: Visit, headers: HeaderMap, Query(back): Query<Back>) -> Answer {
    match sent_to(&headers) {
        Some(address) => code_page(&visit, address, back.back, Vec::new()),
        None => Ok(see_other(&format!("/sign-in?back={}", encoded(safe_back(&back.back))))),
    }
}

fn code_page(visit: &Visit, address: String, back: String, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let page = Page { account: Account::Hidden, ..visit.page(l.t("sign-in-code-title")) };
    let mailbox = page.mailbox_href.clone();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    visit.render_as(status, &CodePage { page, l, address, back, mailbox, errors })
}

async fn sign_in(visit: Visit, headers: HeaderMap, fields: Fields) -> Answer {
    let back = fields.text("back").to_owned();
    let Some(address) = sent_to(&headers) else {
        return Ok(see_other(&format!("/sign-in?back={}", encoded(safe_back(&back)))));
    };
    let code = fields.text("code").chars().filter(|c| !c.is_whitespace()).collect();
    match visit.app().sign_in(&SignIn { address: address.clone(), code }).await {
        Err(error) => code_page(&visit, address, back, form_errors(visit.l(), error)?),
        Ok(signed_in) => {
            let seconds = signed_in.until.as_second().saturating_sub(visit.now().as_second());
            let mut response = see_other(safe_back(&back));
            set_cookie(&mut response, &visit.edge.config.session_cookie_value(&signed_in.token, seconds));
            set_cookie(&mut response, &address_cookie(&visit, "", 0));
            Ok(response)
        }
    }
}

/// Lets the browser forget what an investigator took along: pages, texts and files that were not sent yet.
fn forget_kept(response: &mut Response) {
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"storage\""));
}

async fn sign_out(visit: Visit) -> Answer {
    if let Some(token) = &visit.visitor.token {
        visit.app().sign_out(token).await?;
    }
    let mut response = see_other("/");
    set_cookie(&mut response, &visit.edge.config.session_cookie_value("", 0));
    forget_kept(&mut response);
    Ok(response)
}

#[derive(Template)]
#[template(path = "public/first_operator.html")]
struct SecretPage {
    page: Page,
    l: Locale,
    key: String,
    errors: Vec<FieldError>,
}

async fn ask_secret(visit: MemberVisit) -> Answer {
    secret_page(&visit, Vec::new())
}

fn secret_page(visit: &Visit, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = visit.page(l.t("first-operator-title"));
    visit.render_as(status, &SecretPage { page, l, key: visit.fresh_key(), errors })
}

async fn become_operator(visit: MemberVisit, fields: Fields) -> Answer {
    let call = visit.call_with(fields.text("key"));
    match visit.app().become_first_operator(&call, fields.text("secret")).await {
        Ok(_) => Ok(see_other("/operator")),
        Err(error) => secret_page(&visit, form_errors(visit.l(), error)?),
    }
}

/// The address that the last code was sent to, from the cookie.
fn sent_to(headers: &HeaderMap) -> Option<String> {
    let value = cookie(headers, ADDRESS_COOKIE).filter(|value| !value.is_empty())?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

fn address_cookie(visit: &Visit, value: &str, seconds: u32) -> String {
    let secure = if visit.edge.config.secure { "; Secure" } else { "" };
    format!("{ADDRESS_COOKIE}={value}; Path=/sign-in; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn set_cookie(response: &mut Response, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
