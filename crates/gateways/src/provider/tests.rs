//! The adapters against a provider that misbehaves in every way. Times are real but short: with the runtime's clock
//! paused, a socket that is waited for would look like idleness and end every wait at once.

use std::sync::Arc;
use std::time::Duration;

use huzhu_app::person::Person;
use huzhu_app::ports::{CreditProvider, IdentityProvider, ProviderError};
use huzhu_domain::claim::Sex;
use huzhu_domain::time::Moment;
use tokio::time::Instant;

use super::stub::{Step, Stub};
use super::*;
use crate::clock::ManualClock;
use crate::entropy::SeededEntropy;

const NOW: i64 = 1_547_596_800;
const YES: Step = Step::Answer(r#"{"status":"confirmed"}"#);
const NO: Step = Step::Answer(r#"{"status":"not_confirmed"}"#);

fn person() -> Person {
    Person {
        name: "王秀英".to_owned(),
        identity_number: "440301198502291234".to_owned(),
        birth: jiff::civil::date(1985, 3, 1),
        sex: Some(Sex::Female),
        region: "广东".to_owned(),
    }
}

fn limits() -> ProviderLimits {
    ProviderLimits {
        connect: Duration::from_millis(200),
        attempt: Duration::from_millis(400),
        budget: Duration::from_millis(2_500),
        attempts: 3,
        first_pause: Duration::from_millis(4),
        longest_pause: Duration::from_millis(8),
        answer_bytes: 4_096,
        at_once: 2,
        clock_seconds: 300,
        circuit: CircuitLimits { failures: 100, rest: Duration::from_secs(30) },
    }
}

fn key() -> SharedKey {
    SharedKey::new((0..32).collect()).unwrap()
}

/// A stub with its script, the clock, and the two adapters that ask it.
struct Scene {
    stub: Stub,
    clock: Arc<ManualClock>,
    identity: HttpIdentity,
    credit: HttpCredit,
}

impl Scene {
    async fn new(limits: ProviderLimits, script: Vec<Step>) -> Self {
        let stub = Stub::start(key(), NOW, script).await;
        let clock = Arc::new(ManualClock::new(Moment::from_second(NOW).unwrap()));
        let entropy = Arc::new(SeededEntropy::new(5));
        let base = format!("http://{}/api", stub.address);
        let config = ProviderConfig::new(&base, "k1", key(), limits).unwrap();
        let identity = HttpIdentity::new(config.clone(), clock.clone(), entropy.clone()).unwrap();
        let credit = HttpCredit::new(config, clock.clone(), entropy).unwrap();
        Self { stub, clock, identity, credit }
    }

    async fn confirm(&self) -> Result<bool, String> {
        let answer = self.identity.confirm(&person()).await;
        answer.map_err(|ProviderError { provider, why }| {
            assert_eq!(provider, "identity");
            assert!(!why.contains("王") && !why.contains("4403") && !why.contains("127.0.0.1"), "{why}");
            why
        })
    }
}

/// Plays a script against one question: what is answered (an error by the start of its words), after how many requests.
async fn check(script: &[Step], expected: Result<bool, &str>, requests: usize) {
    let scene = Scene::new(limits(), script.to_vec()).await;
    let began = Instant::now();
    let answer = scene.confirm().await;
    let right = match (&answer, expected) {
        (Ok(answer), Ok(expected)) => *answer == expected,
        (Err(why), Err(start)) => why.starts_with(start),
        _ => false,
    };
    assert!(right, "{script:?}: {answer:?}, expected {expected:?}");
    assert_eq!(scene.stub.seen().len(), requests, "requests of {script:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{script:?} took {:?}", began.elapsed());
}

#[tokio::test]
async fn a_request_is_signed_and_says_what_the_format_says() {
    let scene = Scene::new(limits(), vec![YES, Step::Answer(r#"{"status":"scored","score":701}"#)]).await;
    assert_eq!(scene.confirm().await, Ok(true));
    assert_eq!(scene.credit.score(&person()).await, Ok(701));
    let seen = scene.stub.seen();
    assert!(seen.iter().all(|request| request.signed), "{seen:?}");
    assert_eq!(seen[0].path, "/api/v1/identity/confirm");
    assert_eq!(
        seen[0].body,
        r#"{"name":"王秀英","identity_number":"440301198502291234","birth":"1985-03-01","sex":"female"}"#
    );
    assert_eq!(seen[1].path, "/api/v1/credit/score");
    assert_eq!(seen[1].body, r#"{"name":"王秀英","identity_number":"440301198502291234"}"#);
    assert!(seen[0].head.to_lowercase().contains("content-type: application/json"));
}

#[tokio::test]
async fn good_answers_are_believed() {
    check(&[YES], Ok(true), 1).await;
    check(&[NO], Ok(false), 1).await;
    check(&[Step::AnswerAt(300, r#"{"status":"confirmed"}"#)], Ok(true), 1).await;
    check(
        &[Step::Changed(
            "content-type",
            Some("Application/JSON; charset=utf-8"),
            r#"{"status":"confirmed"}"#,
        )],
        Ok(true),
        1,
    )
    .await;
    check(&[Step::Drip(Duration::ZERO, r#"{"status":"confirmed"}"#)], Ok(true), 1).await;
}

#[tokio::test]
async fn passing_faults_are_asked_again() {
    let half = Step::Half(r#"{"status":"confirmed"}"#);
    let busy = Step::Status(429, "Retry-After: 0\r\n");
    check(&[Step::Status(500, ""), YES], Ok(true), 2).await;
    check(&[Step::Status(503, ""), Step::Status(502, ""), NO], Ok(false), 3).await;
    check(&[Step::Status(500, ""), Step::Status(500, ""), Step::Status(500, ""), YES], Err("status 500"), 3)
        .await;
    check(&[Step::Close, YES], Ok(true), 2).await;
    check(&[half.clone(), YES], Ok(true), 2).await;
    check(&[half.clone(), half.clone(), half], Err("the connection broke"), 3).await;
    check(&[Step::Noise, YES], Ok(true), 2).await;
    check(&[Step::Hang, YES], Ok(true), 2).await;
    check(&[busy.clone(), YES], Ok(true), 2).await;
    check(&[Step::Status(429, ""), YES], Ok(true), 2).await;
    check(&[Step::Status(429, "Retry-After: soon\r\n"), YES], Ok(true), 2).await;
    check(&[busy.clone(), busy.clone(), busy], Err("too many requests"), 3).await;
}

#[tokio::test]
async fn a_provider_that_hangs_costs_bounded_time() {
    check(&[Step::Hang, Step::Hang, Step::Hang], Err("no answer within"), 3).await;
}

#[tokio::test]
async fn a_slow_drip_costs_bounded_time() {
    let drip = Step::Drip(Duration::from_millis(5), r#"{"status":"confirmed"}"#);
    check(&[drip.clone(), drip.clone(), drip], Err("no answer within"), 3).await;
}

#[tokio::test]
async fn a_pause_longer_than_the_budget_is_not_begun() {
    check(&[Step::Status(429, "Retry-After: 3600\r\n"), YES], Err("too many requests"), 1).await;
    check(&[Step::Status(429, "Retry-After: 18446744073709551615\r\n"), YES], Err("too many requests"), 1)
        .await;
}

#[tokio::test]
async fn the_budget_ends_what_attempts_would_go_on_with() {
    let limits = ProviderLimits {
        attempts: 100,
        attempt: Duration::from_millis(80),
        budget: Duration::from_millis(700),
        ..limits()
    };
    let scene = Scene::new(limits, vec![Step::Hang; 100]).await;
    let began = Instant::now();
    assert!(scene.confirm().await.is_err());
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!((2..=9).contains(&scene.stub.seen().len()), "{} requests", scene.stub.seen().len());
}

#[tokio::test]
async fn a_pause_that_the_provider_asks_for_is_kept() {
    let limits = ProviderLimits { budget: Duration::from_secs(3), ..limits() };
    let scene = Scene::new(limits, vec![Step::Status(429, "Retry-After: 1\r\n"), YES]).await;
    assert_eq!(scene.confirm().await, Ok(true));
    let seen = scene.stub.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1));
}

#[tokio::test]
async fn wrong_answers_are_neither_believed_nor_asked_for_again() {
    for (step, why) in [
        (Step::Answer("{\"status\":"), "the answer is not the JSON"),
        (Step::Answer(""), "the answer is not the JSON"),
        (Step::Answer("\0\u{fffd} garbage"), "the answer is not the JSON"),
        (Step::Answer("[]"), "the answer is not the JSON"),
        (Step::Answer("{}"), "the answer is not the JSON"),
        (Step::Answer(r#"{"status":true}"#), "the answer is not the JSON"),
        (Step::Answer(r#"{"status":"confirmed","status":"confirmed"}"#), "the answer is not the JSON"),
        (Step::Answer(r#"{"status":"confirmed","more":1}"#), "the answer is not the JSON"),
        (Step::Answer(r#"{"status":"confirmed"}{"status":"confirmed"}"#), "the answer is not the JSON"),
        (Step::Answer(r#"{"status":"Confirmed"}"#), "the answer says something"),
        (Step::Answer(r#"{"status":"scored","score":700}"#), "the answer says something"),
        (Step::Answer(r#"{"status":"confirmed","score":700}"#), "the answer says something"),
    ] {
        check(&[step, YES], Err(why), 1).await;
    }
}

#[tokio::test]
async fn answers_whose_head_or_signature_is_wrong_are_not_believed() {
    let yes = r#"{"status":"confirmed"}"#;
    for (step, why) in [
        (Step::Changed("content-type", Some("text/html"), yes), "the answer is not application/json"),
        (Step::Changed("content-type", Some("application/jsonp"), yes), "the answer is not application/json"),
        (Step::Changed("content-type", None, yes), "the answer is not application/json"),
        (Step::Changed("huzhu-signature", None, yes), "the answer has no valid signature"),
        (Step::Changed("huzhu-signature", Some("v1=00"), yes), "the answer has no valid signature"),
        (Step::Changed("huzhu-timestamp", Some("1547596801"), yes), "the answer has no valid signature"),
        (Step::Changed("huzhu-timestamp", Some("today"), yes), "the answer has no valid signature"),
        (Step::Swapped(r#"{"status":"not_confirmed"}"#, yes), "the answer has no valid signature"),
        (Step::Changed("huzhu-nonce", None, yes), "the answer belongs to another request"),
        (Step::Changed("huzhu-nonce", Some("00"), yes), "the answer belongs to another request"),
    ] {
        check(&[step, YES], Err(why), 1).await;
    }
}

#[tokio::test]
async fn answers_that_are_late_long_or_point_elsewhere_are_not_believed() {
    let yes = r#"{"status":"confirmed"}"#;
    for (step, why) in [
        (Step::AnswerAt(301, yes), "the answer is stamped more than 300 s"),
        (Step::AnswerAt(-301, yes), "the answer is stamped more than 300 s"),
        (Step::AnswerAt(i64::MAX - NOW, yes), "the answer is stamped more than 300 s"),
        (Step::Huge { bytes: 5_000, announced: true }, "the answer is longer than 4096 bytes"),
        (Step::Huge { bytes: 5_000_000, announced: false }, "the answer is longer than 4096 bytes"),
        (Step::Status(301, "Location: /api/v1/identity/confirm\r\n"), "redirected with status 301"),
        (Step::Status(307, "Location: http://127.0.0.1:1/\r\n"), "redirected with status 307"),
        (Step::Status(400, ""), "the request was refused with status 400"),
        (Step::Status(401, ""), "the request was refused with status 401"),
        (Step::Status(204, ""), "the answer says something"),
    ] {
        check(&[step, YES], Err(why), 1).await;
    }
}

#[tokio::test]
async fn an_answer_played_again_is_not_believed() {
    let scene = Scene::new(limits(), vec![YES, Step::Replay]).await;
    assert_eq!(scene.confirm().await, Ok(true));
    assert_eq!(scene.confirm().await, Err("the answer belongs to another request".to_owned()));
}

#[tokio::test]
async fn each_attempt_has_a_nonce_of_its_own() {
    let scene = Scene::new(limits(), vec![Step::Status(500, ""), YES]).await;
    scene.confirm().await.unwrap();
    let nonces: std::collections::BTreeSet<_> = scene
        .stub
        .seen()
        .iter()
        .flat_map(|request| request.head.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("huzhu-nonce: "))
        .collect();
    assert_eq!(nonces.len(), 2);
    assert!(nonces.iter().all(|line| line.len() == "huzhu-nonce: ".len() + 32));
}

#[tokio::test]
async fn scores_are_read_strictly() {
    for (body, expected) in [
        (r#"{"status":"scored","score":650}"#, Ok(650)),
        (r#"{"status":"scored","score":0}"#, Ok(0)),
        (r#"{"status":"no_record"}"#, Ok(0)),
        (r#"{"status":"scored"}"#, Err(())),
        (r#"{"status":"scored","score":-1}"#, Err(())),
        (r#"{"status":"scored","score":650.5}"#, Err(())),
        (r#"{"status":"scored","score":"650"}"#, Err(())),
        (r#"{"status":"scored","score":99999999999}"#, Err(())),
        (r#"{"status":"no_record","score":650}"#, Err(())),
        (r#"{"status":"confirmed"}"#, Err(())),
    ] {
        let scene = Scene::new(limits(), vec![Step::Answer(body)]).await;
        let answer = scene.credit.score(&person()).await;
        assert_eq!(answer.map_err(|error| assert_eq!(error.provider, "credit")), expected, "{body}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_no_connection() {
    let scene = Scene::new(limits(), vec![]).await;
    let Scene { stub, identity, .. } = scene;
    drop(stub);
    // The listener is closed once the runtime has dropped the task.
    tokio::task::yield_now().await;
    assert_eq!(identity.confirm(&person()).await.unwrap_err().why, "no connection");
}

#[tokio::test]
async fn a_provider_without_tls_is_told_nothing_over_https() {
    let Scene { stub, .. } = Scene::new(limits(), vec![YES]).await;
    let clock = Arc::new(ManualClock::new(Moment::from_second(NOW).unwrap()));
    let base = format!("https://{}", stub.address);
    let config = ProviderConfig::new(&base, "k1", key(), limits()).unwrap();
    let identity = HttpIdentity::new(config, clock, Arc::new(SeededEntropy::new(5))).unwrap();
    assert!(identity.confirm(&person()).await.is_err());
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn after_failures_in_a_row_the_provider_is_left_alone_and_then_tried() {
    let circuit = CircuitLimits { failures: 2, rest: Duration::from_secs(30) };
    let limits = ProviderLimits { circuit, attempts: 1, ..limits() };
    let down = Step::Status(503, "");
    let refused = Step::Status(400, "");
    let scene = Scene::new(limits, vec![down.clone(), refused, down.clone(), down, Step::Hang, YES]).await;
    for (wait, expected, requests) in [
        (0, Err("status 503"), 1),
        (0, Err("the request was refused"), 2), // speaks of the request, not of the provider
        (0, Err("status 503"), 3),
        (0, Err("status 503"), 4), // the second in a row opens the circuit
        (0, Err("it failed too often; it is asked again in 30 s"), 4),
        (29, Err("it failed too often; it is asked again in 1 s"), 4),
        (1, Err("no answer within"), 5), // one try
        (29, Err("it failed too often; it is asked again in 1 s"), 5),
        (1, Ok(true), 6), // closed again
        (0, Err("status 599"), 7),
    ] {
        scene.clock.advance(Duration::from_secs(wait));
        let answer = scene.confirm().await;
        match expected {
            Ok(answer_expected) => assert_eq!(answer, Ok(answer_expected)),
            Err(start) => {
                assert!(answer.as_ref().unwrap_err().starts_with(start), "{answer:?} is not {start}");
            }
        }
        assert_eq!(scene.stub.seen().len(), requests);
    }
}

#[tokio::test]
async fn a_member_who_goes_away_does_not_leave_the_circuit_half_open() {
    let circuit = CircuitLimits { failures: 1, rest: Duration::from_secs(30) };
    let limits = ProviderLimits { circuit, attempts: 1, ..limits() };
    let scene = Scene::new(limits, vec![Step::Status(503, ""), Step::Hang, YES]).await;
    scene.confirm().await.unwrap_err();
    scene.clock.advance(Duration::from_secs(30));
    let gone = tokio::time::timeout(Duration::from_millis(50), scene.confirm()).await;
    assert!(gone.is_err(), "the try hangs and its caller goes away");
    assert_eq!(scene.confirm().await, Ok(true));
}

#[tokio::test]
async fn calls_beyond_the_places_wait_within_the_budget_only() {
    let limits = ProviderLimits {
        at_once: 1,
        attempts: 1,
        attempt: Duration::from_millis(400),
        budget: Duration::from_millis(500),
        ..limits()
    };
    let scene = Scene::new(limits, vec![Step::Hang, Step::Hang, YES]).await;
    let (first, second) = tokio::join!(scene.confirm(), scene.confirm());
    assert_eq!(first, Err("no answer within the time of one attempt".to_owned()));
    assert_eq!(second, Err("too many calls wait already".to_owned()));
    assert_eq!(scene.stub.seen().len(), 1);
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_hold_no_personal_data_and_no_key() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let garbage = Step::Answer(r#"{"status":"王秀英 440301198502291234"}"#);
    let scene = Scene::new(limits(), vec![Step::Status(500, ""), garbage, YES]).await;
    scene.confirm().await.unwrap_err();
    scene.confirm().await.unwrap();
    drop(guard);
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("asked again") && log.contains("no answer"), "{log}");
    for secret in ["王秀英", "440301198502291234", "1985-03-01", "AAECAwQF"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
