//! Somebody who uses the API: signs in, says who they are, joins, files a claim with evidence.
//!
//! Shape: [`Person::step`] does the next thing and remembers what was acknowledged; when the connection breaks, the next
//! call does the same thing again under the same key. [`Person::check`] reads everything back.

use std::io;

use serde_json::{Value, json};

use super::client::{Answer, Client, Request};
use super::server::Mailbox;

/// The plan that people join.
pub(crate) const PLAN: &str = "neighbours";

/// A write that was acknowledged.
struct Fact {
    request: Request,
    answer: Answer,
    /// Not yet looked at after a kill.
    fresh: bool,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    AskCode,
    SignIn,
    GiveIdentity,
    Join,
    Draft,
    AddEvidence(u64),
    Report,
    Done,
}

/// Files that each claim gets.
const FILES: u64 = 2;

pub(crate) struct Person {
    number: u64,
    step: Step,
    /// Codes that had come before the last one was asked for.
    codes_seen: usize,
    token: String,
    member: Value,
    joined: String,
    facts: Vec<Fact>,
}

impl Person {
    pub(crate) const fn new(number: u64) -> Self {
        Self {
            number,
            step: Step::AskCode,
            codes_seen: 0,
            token: String::new(),
            member: Value::Null,
            joined: String::new(),
            facts: Vec::new(),
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.step == Step::Done
    }

    /// The next step waits for mail.
    pub(crate) fn waits_for_mail(&self) -> bool {
        self.step == Step::SignIn
    }

    fn address(&self) -> String {
        format!("person-{}@example.org", self.number)
    }

    /// An id of this person: UUID version 7 in hexadecimal digits.
    fn id(&self, prefix: &str, n: u64) -> String {
        format!("{prefix}_019300000000700080{:012x}{n:02x}", self.number)
    }

    /// Does the next thing. Answers whether it was acknowledged.
    pub(crate) fn step(&mut self, client: &mut Client, mailbox: &Mailbox) -> io::Result<()> {
        match self.step {
            Step::AskCode => {
                self.codes_seen = mailbox.count(&self.address());
                let answer =
                    client.send(&post("/api/v1/sign-in/codes", &json!({"address": self.address()})))?;
                assert_eq!(answer.status, 204, "{}", text(&answer));
                self.step = Step::SignIn;
            }
            Step::SignIn => self.sign_in(client, mailbox)?,
            Step::Done => {}
            step => {
                let request = self.request(step);
                let answer = client.send(&request)?;
                assert!(is_good(&answer), "{request:?}\n{}", text(&answer));
                if step == Step::Join {
                    self.joined = json_of(&answer)["joined"].as_str().unwrap().to_owned();
                }
                self.facts.push(Fact { request, answer, fresh: true });
                self.step = next(step);
            }
        }
        Ok(())
    }

    fn sign_in(&mut self, client: &mut Client, mailbox: &Mailbox) -> io::Result<()> {
        // A code that was sent twice because the server died in between is the same code.
        let code = mailbox.wait(&self.address(), self.codes_seen)?;
        let answer =
            client.send(&post("/api/v1/sign-in", &json!({"address": self.address(), "code": code})))?;
        if is_good(&answer) {
            let session = json_of(&answer);
            self.token = session["token"].as_str().unwrap().to_owned();
            self.member = session["member"].clone();
            self.step = Step::GiveIdentity;
        } else {
            // The code was spent by a request whose answer was lost with the server.
            assert_eq!(answer.status, 422, "{}", text(&answer));
            self.step = Step::AskCode;
        }
        Ok(())
    }

    fn request(&self, step: Step) -> Request {
        let claim = self.id("clm", 0);
        let (method, path, body) = match step {
            Step::GiveIdentity => {
                let person = json!({
                    "name": format!("Person {}", self.number), "identity_number": format!("K{:09}", self.number),
                    "birth": "1980-02-03", "sex": "female", "region": "Berlin",
                });
                ("PUT", "/api/v1/me/identity".to_owned(), Some(person))
            }
            Step::Join => {
                let join = json!({
                    "enrolment": self.id("enr", 0), "plan": PLAN, "version": 1, "history_shown": true,
                    "mandate": true, "answers": {},
                });
                ("POST", "/api/v1/enrolments".to_owned(), Some(join))
            }
            Step::Draft => {
                let illness = json!({
                    "condition": "death", "severity": "severe", "event_date": self.joined, "accident": true,
                });
                let draft = json!({"claim": claim, "enrolment": self.id("enr", 0), "illness": illness});
                ("POST", "/api/v1/claims".to_owned(), Some(draft))
            }
            Step::AddEvidence(n) => {
                let path = format!("/api/v1/claims/{claim}/evidence/{}", self.id("evd", n));
                return self.keyed(step, "PUT", path, Some(("application/pdf", self.file(n))));
            }
            Step::Report | Step::AskCode | Step::SignIn | Step::Done => {
                ("POST", format!("/api/v1/claims/{claim}/report"), None)
            }
        };
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.keyed(step, method, path, body)
    }

    fn keyed(
        &self,
        step: Step,
        method: &'static str,
        path: String,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> Request {
        let key = format!("{step:?}-{}", self.number).replace(['(', ')'], "-");
        Request { method, path, token: Some(self.token.clone()), key: Some(key), body }
    }

    /// A file of some kilobytes that nobody else hands in.
    fn file(&self, n: u64) -> Vec<u8> {
        let line = format!("% evidence {n} of person {}\n", self.number);
        format!("%PDF-1.4\n{}%%EOF\n", line.repeat(200)).into_bytes()
    }

    /// Looks after a kill: what was acknowledged is there, once, and repeating a request changes nothing. Answers how many
    /// acknowledgements were looked at; `all` also looks at those that an earlier look has seen.
    pub(crate) fn check(&mut self, client: &mut Client, all: bool) -> io::Result<usize> {
        let is_known = self.facts.iter().all(|fact| !fact.fresh);
        if self.token.is_empty() || (is_known && !all) {
            return Ok(0);
        }
        let get = |client: &mut Client, path: &str| -> io::Result<Value> {
            let answer = client.send(&Request::get(path, &self.token))?;
            assert_eq!(answer.status, 200, "{path} of {}: {}", self.number, text(&answer));
            Ok(json_of(&answer))
        };
        assert_eq!(get(client, "/api/v1/me")?["member"], self.member, "the session is still there");
        let home = get(client, "/api/v1/me/home")?;
        let claims = get(client, "/api/v1/claims")?;
        let (enrolments, claims) =
            (home["enrolments"].as_array().unwrap(), claims["claims"].as_array().unwrap());
        assert!(enrolments.len() <= 1 && claims.len() <= 1, "{home}\n{claims:?}");
        let mut looked = 0;
        for fact in &self.facts {
            let path = &fact.request.path;
            let receipt = json_of(&fact.answer);
            if path.ends_with("/enrolments") {
                assert_eq!(enrolments[0]["enrolment"], receipt["enrolment"]);
                assert_eq!(enrolments[0]["joined"], receipt["joined"]);
            } else if path.ends_with("/claims") {
                assert_eq!(claims[0]["claim"], receipt["claim"]);
            } else if path.ends_with("/report") {
                assert_eq!(
                    claims[0]["state"], receipt["state"],
                    "handed in, and nobody has looked at it since"
                );
            } else if let Some((_, sent)) = fact.request.body.as_ref().filter(|_| path.contains("/evidence/"))
            {
                let file = client.send(&Request::get(path, &self.token))?;
                assert!(file.status == 200 && file.body == *sent, "{path}: {}", text(&file));
            }
            looked += 1;
        }
        for fact in &mut self.facts {
            if !all && !fact.fresh {
                continue;
            }
            let again = client.send(&fact.request)?;
            let expected = Answer { replayed: true, ..fact.answer.clone() };
            assert_eq!(text(&again), text(&expected), "{:?}", fact.request.path);
            assert_eq!(again, expected, "{:?}", fact.request.path);
            fact.fresh = false;
        }
        Ok(looked)
    }
}

const fn is_good(answer: &Answer) -> bool {
    answer.status >= 200 && answer.status < 300
}

const fn next(step: Step) -> Step {
    match step {
        Step::AskCode => Step::SignIn,
        Step::SignIn => Step::GiveIdentity,
        Step::GiveIdentity => Step::Join,
        Step::Join => Step::Draft,
        Step::Draft => Step::AddEvidence(1),
        Step::AddEvidence(n) if n < FILES => Step::AddEvidence(n + 1),
        Step::AddEvidence(_) => Step::Report,
        Step::Report | Step::Done => Step::Done,
    }
}

fn post(path: &str, body: &Value) -> Request {
    let body = Some(("application/json", body.to_string().into_bytes()));
    Request { method: "POST", path: path.to_owned(), token: None, key: None, body }
}

fn text(answer: &Answer) -> String {
    format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", text(answer)))
}
