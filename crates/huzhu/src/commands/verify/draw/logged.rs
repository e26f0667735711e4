//! What the log says about a draw, by the receipts in its file: roster first, then the request, then the draw.

use huzhu_app::draw_file::{CheckedDraw, LogPlaces, Receipts};
use huzhu_domain::digest::Digest;
use huzhu_domain::jury::SeedSource;
use huzhu_gateways::randomness::drand::QUICKNET;
use huzhu_log::Hash;
use huzhu_log::entry::Body;
use huzhu_log::receipt::{Receipt, Shown};
use huzhu_log::tlog_policy::TlogPolicy;
use serde_json::{Value, json};

use crate::commands::trust::{seconds, signed_by_json};

/// What the receipts showed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) proved: Vec<String>,
    pub(super) not_proved: Vec<String>,
    pub(super) facts: Value,
}

/// Checks the receipts against the draw; says what contradicts it.
pub(super) fn check(
    draw: &CheckedDraw,
    places: Option<&LogPlaces>,
    receipts: Option<&Receipts>,
    rules: Option<&TlogPolicy>,
) -> Result<Seen, String> {
    let (Some(places), Some(receipts), Some(rules)) = (places, receipts, rules) else {
        let why = match (places, receipts) {
            (None, _) => "the file names no places on it",
            (_, None) => "the file has no receipts",
            _ => "say whom to believe about the log with --policy or --vkey",
        };
        let what = format!("that roster and request were on the log before the seed was known: {why}");
        return Ok(Seen { not_proved: vec![what], ..Seen::default() });
    };
    let read = |what, text: &Option<String>, index: Option<u64>| match (text, index) {
        (Some(text), Some(index)) => read(what, text, &places.origin, index, rules).map(Some),
        (Some(_), None) => Err(format!("there is a receipt of the {what} and no place for it")),
        (None, _) => Ok(None),
    };
    let roster = read("roster", &receipts.roster, Some(places.roster))?;
    let request = read("request", &receipts.request, Some(places.request))?;
    let drawn = read("draw", &receipts.draw, places.draw)?;
    let mut seen = Seen::default();
    for (what, shown) in [("roster", &roster), ("request", &request), ("draw", &drawn)] {
        match shown {
            Some(shown) if !says(&shown.entry.body, draw) => {
                return Err(format!("the log's entry {} says something else than the {what}", shown.index));
            }
            Some(shown) => {
                seen.proved.push(format!("{} has the {what} as entry {}", places.origin, shown.index));
            }
            None => {
                seen.not_proved.push(format!("that the {what} is on the log: the file has no receipt of it"));
            }
        }
    }
    if let Some(shown) = &request {
        before_the_seed(draw, shown, &mut seen);
    }
    let facts = |shown: &Option<Shown>| {
        shown.as_ref().map(|shown| json!({ "index": shown.index, "signed": signed_by_json(&shown.verified) }))
    };
    seen.facts = json!({
        "origin": places.origin,
        "roster": facts(&roster),
        "request": facts(&request),
        "draw": facts(&drawn),
    });
    Ok(seen)
}

/// A receipt of the file, checked as `huzhu verify receipt` does.
fn read(what: &str, text: &str, origin: &str, index: u64, rules: &TlogPolicy) -> Result<Shown, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("the receipt of the {what}: {why}");
    let receipt: Receipt = text.parse().map_err(|error| wrong(&error))?;
    let shown = receipt.verify(rules, None).map_err(|error| wrong(&error))?;
    if shown.index == index && shown.verified.checkpoint.origin() == origin {
        Ok(shown)
    } else {
        Err(wrong(&format_args!("it is for entry {} of {}", shown.index, shown.verified.checkpoint.origin())))
    }
}

/// Whether an entry is about this draw.
fn says(body: &Body, draw: &CheckedDraw) -> bool {
    let is = |hash: &Hash, digest: &Digest| hash.as_bytes() == digest.bytes();
    let request = &draw.request;
    match body {
        Body::Roster { plan, root, count, .. } => {
            *plan == draw.plan && is(root, &request.roster) && *count == u64::from(draw.roster.count())
        }
        Body::DrawRequest { subject, roster, source } => {
            is(subject, &request.subject)
                && is(roster, &request.roster)
                && *source == request.source.to_string()
        }
        Body::Draw { subject, roster, source, result } => {
            is(subject, &request.subject)
                && is(roster, &request.roster)
                && *source == request.source.to_string()
                && is(result, &draw.order.digest())
        }
        _ => false,
    }
}

/// Whether somebody else's clock says that the request was there before the round of the beacon.
fn before_the_seed(draw: &CheckedDraw, request: &Shown, seen: &mut Seen) {
    let SeedSource::Drand(at) = draw.request.source else {
        seen.not_proved.push(
            "that the operator did not know the seed when the request was made: the operator holds the key; what counts is \
             that subject and roster were on the log before"
                .to_owned(),
        );
        return;
    };
    let witnessed = request.verified.cosigned.iter().map(|witness| witness.at).min();
    let published = QUICKNET.time_of(at.round).and_then(|time| u64::try_from(time.as_second()).ok());
    match (witnessed, published) {
        (Some(witnessed), Some(published)) if witnessed < published => seen.proved.push(format!(
            "a witness saw the request at {}, before the round of the seed at {}",
            seconds(witnessed),
            seconds(published)
        )),
        _ => seen.not_proved.push(
            "that the request was on the log before the round of the seed: no witness that is known cosigned it in time"
                .to_owned(),
        ),
    }
}
