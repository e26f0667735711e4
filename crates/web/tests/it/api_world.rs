//! A small platform behind the router: the plan of the demo, one person for each role, a clock that tests move.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use huzhu_app::call::Call;
use huzhu_app::person::Person;
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::{CreditProvider, IdentityProvider, ProviderError, Secrets, Store as _};
use huzhu_app::roles::ChangeRole;
use huzhu_app::{App, World};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::MemberId;
use huzhu_gateways::clock::ManualClock;
use huzhu_gateways::entropy::SeededEntropy;
use huzhu_sim::memory::MemoryStore;
use huzhu_sim::vault::MemoryVault;
use huzhu_web::edge::{Edge, EdgeConfig};
use huzhu_web::limit::Limits;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

/// The plan that all tests use.
pub(crate) const PLAN: &str = include_str!("../../../../plans/demo-town.toml");

/// Hashes of tests: told apart by purpose, not secret.
struct OpenSecrets;

impl Secrets for OpenSecrets {
    fn keyed_hash(&self, purpose: &'static str, bytes: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        hash.update(purpose);
        hash.update([0]);
        hash.update(bytes);
        Digest::from_bytes(hash.finalize().into())
    }
}

/// Providers that say yes.
struct Yes;

#[async_trait::async_trait]
impl IdentityProvider for Yes {
    async fn confirm(&self, _: &Person) -> Result<bool, ProviderError> {
        Ok(true)
    }
}

#[async_trait::async_trait]
impl CreditProvider for Yes {
    async fn score(&self, _: &Person) -> Result<u32, ProviderError> {
        Ok(700)
    }
}

/// A platform behind its router.
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
}

/// An answer with its body read.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).expect("a JSON body")
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header as text; empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and problem code.
    pub(crate) fn problem(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }
}

/// Roles with an account, beside `member`.
pub(crate) const STAFF: [&str; 4] = ["reviewer", "confirmer", "operator", "auditor"];

fn person_id(who: &str) -> MemberId {
    let number =
        u128::from(who.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))));
    MemberId::from_uuid(uuid::Uuid::from_u128((0x0193_u128 << 112) | (7 << 76) | (1 << 127 >> 64) | number))
}

impl Site {
    /// The platform on 2 January 2026, without rate limits.
    pub(crate) async fn new() -> Self {
        Self::with(Limits::none()).await
    }

    /// The same with rate limits.
    pub(crate) async fn with(limits: Limits) -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(ManualClock::new("2025-12-01T04:00:00Z".parse().expect("a moment")));
        let log = Arc::new(huzhu_sim::log::MemoryLog::new());
        let app = App::new(World {
            store: store.clone(),
            vault: Arc::new(MemoryVault::default()),
            sequencer: log.clone(),
            log,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            secrets: Arc::new(OpenSecrets),
            identity: Some(Arc::new(Yes)),
            credit: Some(Arc::new(Yes)),
            randomness: Arc::new(huzhu_sim::randomness::ScriptedRandomness::prompt([7; 32])),
        });
        let app = Arc::new(app.with_shares(Arc::new(huzhu_sim::shares::MemoryShares::default())));
        let system = Call::system();
        app.publish_plan(&system, PublishPlan { text: PLAN.to_owned() }).await.expect("the plan of the demo");
        for who in STAFF.into_iter().chain(["member", "neighbour"]) {
            let id = person_id(who);
            app.register(&system, id, &format!("{who}@example.org")).await.expect("registered");
            if STAFF.contains(&who) {
                let role = ChangeRole { member: id, role: who, grant: true };
                app.change_role(&system, role).await.expect("granted");
            }
        }
        clock.set("2026-01-02T04:00:00Z".parse().expect("a moment"));
        let config = EdgeConfig { secure: true, demo: false, personas: Vec::new().into(), clock: None };
        let router = huzhu_web::router(Edge { app: app.clone(), config, limits: Arc::new(limits) });
        Self { app, store, clock, router }
    }

    /// Lets days pass.
    pub(crate) fn days(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * 86_400));
    }

    /// A fresh token of somebody.
    pub(crate) async fn token(&self, who: &str) -> String {
        self.app.sign_in_as(person_id(who)).await.expect("an account").token
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, bytes }
    }

    /// Calls the API as somebody (empty: nobody) with a JSON body (null: none) and further headers.
    pub(crate) async fn call_with(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: &serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if !who.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token(who).await));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            if headers.iter().all(|(name, _)| *name != "content-type") {
                request = request.header("content-type", "application/json");
            }
            Body::from(body.to_string())
        };
        self.send(request.body(body).expect("a request")).await
    }

    /// Calls the API as somebody with a JSON body.
    pub(crate) async fn call(&self, who: &str, method: &str, path: &str, body: &serde_json::Value) -> Reply {
        self.call_with(who, method, path, body, &[]).await
    }

    /// Reads something from the API as somebody.
    pub(crate) async fn get(&self, who: &str, path: &str) -> Reply {
        self.call(who, "GET", path, &serde_json::Value::Null).await
    }

    /// The code in the newest mail.
    pub(crate) async fn mailed_code(&self) -> String {
        let mail = self.store.messages(None, 1).await.expect("mail");
        let value = mail.first().and_then(|mail| mail.values.iter().find(|(name, _)| name == "code"));
        value.expect("a code").1.clone()
    }
}
