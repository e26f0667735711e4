//! Ballots through HTTP, kept durably with their receipts, beside the same rows put into the same engine bare.
//!
//! *Bare* means what it means in [`super::joins`]: the rows that the ballots have written, read back from the file and inserted into
//! a copy of the folder as it was before; no HTTP, no rules, no sealing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use huzhu_app::call::Call;
use huzhu_app::claims::{AddEvidence, Advice, ConfirmClaim, DraftClaim, OwnClaim, RecommendClaim, TakeClaim};
use huzhu_app::jury::{AcceptRequest, RequestJury};
use huzhu_domain::claim::Illness;
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, JuryCaseId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, ReasonCode, Severity};
use huzhu_domain::time::{TimeZone, day_of, plus_days};

use super::client::{Client, Request};
use super::joins::{bare_rows, copy_folder, sibling};
use super::seed::{self, Folder};
use super::server::Server;
use super::{Outcome, now, print, quantile};

/// Connections at once.
const CONNECTIONS: usize = 64;
/// Ballots a second that are wanted: 250,000 in an hour.
const WANTED: f64 = 250_000.0 / 3_600.0;
/// The tables that a ballot writes a row to, and what tells its rows from those of the seed.
const TABLES: [(&str, &str); 2] = [("event", "kind = 'ballot.cast'"), ("matter", "kind = 'ballot'")];

pub(crate) fn measure(jurors: u64, seconds: u64) -> Outcome<()> {
    let seeded = seed::folder("ballots", jurors, true)?;
    let (ours, theirs) = (sibling("ballots-run")?, sibling("ballots-bare")?);
    copy_folder(&seeded, &ours)?;
    let requests = prepare(&ours, jurors)?;
    copy_folder(&ours, &theirs)?;
    let server = Server::start(&ours)?;
    let next = AtomicUsize::new(0);
    let begin = now();
    let mut waits = Vec::new();
    std::thread::scope(|scope| -> Outcome<()> {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(scope.spawn(|| -> Outcome<Vec<std::time::Duration>> {
                let mut client = Client::new(server.address);
                let mut waits = Vec::new();
                while begin.elapsed().as_secs() < seconds {
                    let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let sent = now();
                    let answer = client.exchange(request)?;
                    if answer.status != 201 {
                        let body = String::from_utf8_lossy(&answer.body);
                        return Err(format!("{} {body}", answer.status).into());
                    }
                    waits.push(sent.elapsed());
                }
                Ok(waits)
            }));
        }
        for client in clients {
            waits.extend(client.join().map_err(|_| "a client failed")??);
        }
        Ok(())
    })?;
    let elapsed = begin.elapsed().as_secs_f64();
    drop(server);
    let ballots = waits.len();
    waits.sort_unstable();
    let rate = ballots as f64 / elapsed;
    let bare = bare_rows(&ours.join("huzhu.db"), &theirs.join("huzhu.db"), ballots, &TABLES, None)?;
    let (p50, p99) = (quantile(&waits, 0.5), quantile(&waits, 0.99));
    print(&format!(
        "ballots: {rate:.0}/s through HTTP at {CONNECTIONS} connections ({ballots} in {elapsed:.1} s, p50 {p50:.1} ms, p99 {p99:.1} ms), \
         {:.0} in an hour; the same rows bare {bare:.0}/s; ratio {:.2} (wanted: {WANTED:.0}/s, which is 250,000 in an hour)",
        rate * 3_600.0,
        rate / bare
    ));
    for folder in [ours, theirs] {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn staff(n: u64, role: Role) -> Call {
    Call::member(seed::member(n), BTreeSet::from([role]))
}

/// A refused claim of member 1 before a jury, sessions of the others, and the bytes of every ballot.
fn prepare(folder: &Path, jurors: u64) -> Outcome<Vec<Vec<u8>>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let case = JuryCaseId::from_uuid(seed::uuid(1 << 40));
    let tokens = runtime.block_on(async {
        let folder = Folder::open(folder, seed::today())?;
        folder.volunteer(2..=jurors).await?;
        dispute(&folder, case).await?;
        folder.sessions(jurors).await
    })?;
    let ballot = |(n, token): (u64, String)| {
        let choice = if n % 2 == 0 { "for-claimant" } else { "against" };
        let body =
            serde_json::json!({ "choice": choice, "reason": format!("Number {n} has thought about it.") });
        let request = Request {
            method: "POST",
            path: format!("/api/v1/jury-cases/{case}/ballot"),
            token: Some(token),
            key: Some(format!("ballot-{n}")),
            body: Some(("application/json", body.to_string().into_bytes())),
        };
        request.bytes()
    };
    Ok((1..).zip(tokens).skip(1).map(ballot).collect())
}

async fn dispute(folder: &Folder, case: JuryCaseId) -> Outcome<()> {
    let (app, claim) = (&folder.app, ClaimId::from_uuid(seed::uuid(2 << 40)));
    let me = Call::member(seed::member(1), BTreeSet::new());
    let illness = Illness {
        condition: ConditionCode::new("death")?,
        severity: Severity::Severe,
        event_date: plus_days(day_of(seed::today(), &TimeZone::UTC), -2),
        accident: false,
    };
    let enrolment = EnrolmentId::from_uuid(seed::uuid(1));
    app.draft_claim(&me, &DraftClaim { claim, enrolment, illness }).await?;
    let evidence = EvidenceId::from_uuid(seed::uuid(3 << 40));
    app.add_evidence(&me, &AddEvidence { of: claim.into(), evidence, bytes: b"%PDF-1.7 paper".to_vec() })
        .await?;
    app.report_claim(&me, OwnClaim { claim }).await?;
    // Nobody of the jurors works on the claim.
    let (reviewer, confirmer) = (staff(1 << 41, Role::Reviewer), staff(2 << 41, Role::Confirmer));
    app.take_claim(&reviewer, TakeClaim { claim }).await?;
    let advice = Advice::Refuse { reason: ReasonCode::new("inside-wait")? };
    app.recommend(&reviewer, &RecommendClaim { claim, advice }).await?;
    app.confirm_claim(&confirmer, ConfirmClaim { claim }).await?;
    let statement = "The wait was over.".to_owned();
    app.request_jury(&me, &RequestJury { case, claim, statement }).await?;
    app.accept_jury(&staff(3 << 41, Role::Clerk), AcceptRequest { case }).await?;
    Ok(())
}
