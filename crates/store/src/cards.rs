//! The notice board by query: newest period first, newest claim first.
//!
//! Shape: the narrowest part of the query is split into values, for each of which an index gives its rows in the order of the
//! board; the first rows of each value are merged. The other parts of the query are tests on those rows. So a page costs about
//! as many rows as it shows for each value, and never the table.
//!
//! Amounts are decimal text, so that an index keeps them by number of digits and first digit; a band of aid is some of those.
//!
//! Limits: two parts at once that seldom meet (a rare amount among the claims of a common illness) read the rows of the narrower
//! part until the page is full.

use huzhu_app::ports::{CardPlace, CardQuery, DISPLAY_STATES};
use huzhu_app::record::ClaimRecord;
use huzhu_domain::plan::ConditionCode;
use huzhu_ledger::Amount;
use rusqlite::Connection;
use rusqlite::types::{ToSql, Value};

use crate::reader::list;
use crate::rows::{self, Failure, bytes};

/// Digits of the largest amount.
const DIGITS_MAX: usize = 20;
/// Greater than the text of every period.
const PERIOD_END: &str = "~";

/// The part of the query that an index is asked for: a condition of SQL on two values at most, and the values.
struct Narrowest {
    sql: &'static str,
    values: Vec<Vec<Value>>,
}

// Each names the last number, so that as many values are given as there are.
const BY_STATE: &str = "state = ?9 AND ?10 IS NULL";
const BY_CONDITION: &str = "condition = ?9 AND ?10 IS NULL";
const BY_AID: &str = "length(aid) = ?9 AND substr(aid, 1, 1) = ?10";

impl Narrowest {
    fn of(query: &CardQuery) -> Self {
        let text = |word: &str| vec![Value::Text(word.to_owned())];
        let states = || Self { sql: BY_STATE, values: query.states.iter().map(|word| text(word)).collect() };
        // Few claims are on display at a time, however many were before.
        if query.states.iter().all(|word| DISPLAY_STATES.contains(word)) {
            return states();
        }
        if let Some(conditions) = &query.conditions {
            let values = conditions.iter().map(|code| text(code.as_str())).collect();
            return Self { sql: BY_CONDITION, values };
        }
        if query.aid_from.is_some() || query.aid_to.is_some() {
            return Self { sql: BY_AID, values: cells(query.aid_from, query.aid_to) };
        }
        states()
    }
}

/// Number of digits and first digit of each amount between two.
fn cells(from: Option<Amount>, to: Option<Amount>) -> Vec<Vec<Value>> {
    let cell = |amount: Amount| {
        let text = amount.minor().to_string();
        (text.len(), text.chars().next())
    };
    let from = from.map_or((1, Some('0')), cell);
    let to = to.map_or((DIGITS_MAX, Some('9')), cell);
    let all = (1..=DIGITS_MAX).flat_map(|length| ('0'..='9').map(move |digit| (length, digit)));
    all.filter(|(length, digit)| {
        let cell = (*length, Some(*digit));
        from <= cell && cell <= to
    })
    .map(|(length, digit)| {
        vec![Value::Integer(i64::try_from(length).unwrap_or(i64::MAX)), Value::Text(digit.to_string())]
    })
    .collect()
}

fn statement(narrowest: &str, query: &CardQuery) -> String {
    let mut wanted = format!(
        "plan = ?1 AND period IS NOT NULL AND {narrowest} AND (period, id) < (?3, ?4) AND period >= ?5 AND period <= ?6"
    );
    if query.aid_from.is_some() {
        wanted.push_str(" AND (length(aid), aid) >= (length(?7), ?7)");
    }
    if query.aid_to.is_some() {
        wanted.push_str(" AND (length(aid), aid) <= (length(?8), ?8)");
    }
    let among = |column: &str, first: usize, count: usize| {
        let marks: Vec<String> = (first..).take(count).map(|n| format!("?{n}")).collect();
        // Nothing is added to the text; it keeps the engine from taking an index in another order for this test.
        format!(" AND {column} || '' IN ({})", marks.join(", "))
    };
    let (states, mut next) = (query.states.len(), 11);
    if narrowest != BY_STATE {
        wanted.push_str(&among("state", next, states));
        next = next.saturating_add(states);
    }
    if let Some(conditions) = query.conditions.as_ref().filter(|_| narrowest != BY_CONDITION) {
        wanted.push_str(&among("condition", next, conditions.len()));
    }
    let columns = rows::CLAIM;
    format!("SELECT {columns} FROM claim WHERE {wanted} ORDER BY period DESC, id DESC LIMIT ?2")
}

/// Cards by query, after a place in the order of the board.
pub(crate) fn cards(
    db: &Connection,
    query: &CardQuery,
    after: Option<CardPlace>,
    limit: u32,
) -> Result<Vec<ClaimRecord>, Failure> {
    // One transaction: what is merged comes from the same moment.
    let _snapshot = db.unchecked_transaction()?;
    let narrowest = Narrowest::of(query);
    let sql = statement(narrowest.sql, query);
    let plan = query.plan.as_str();
    let (period, id) = match after {
        Some(place) => (place.period.to_string(), bytes(place.claim.uuid()).to_vec()),
        None => (PERIOD_END.to_owned(), Vec::new()),
    };
    let (first, last) = match query.periods {
        Some((first, last)) => (first.to_string(), last.to_string()),
        None => (String::new(), PERIOD_END.to_owned()),
    };
    let minor = |amount: Option<Amount>| amount.map(|amount| amount.minor().to_string());
    let (least, most) = (minor(query.aid_from), minor(query.aid_to));
    let codes: Vec<&str> = query.conditions.iter().flatten().map(ConditionCode::as_str).collect();
    let mut found = Vec::new();
    for value in &narrowest.values {
        let second = value.get(1).cloned().unwrap_or(Value::Null);
        let one = value.first().cloned().unwrap_or(Value::Null);
        let mut params: Vec<&dyn ToSql> =
            vec![&plan, &limit, &period, &id, &first, &last, &least, &most, &one, &second];
        if narrowest.sql != BY_STATE {
            params.extend(query.states.iter().map(|word| word as &dyn ToSql));
        }
        if narrowest.sql != BY_CONDITION {
            params.extend(codes.iter().map(|code| code as &dyn ToSql));
        }
        found.extend(list(db, &sql, params.as_slice(), rows::claim)?);
    }
    found.sort_by_cached_key(|row| std::cmp::Reverse(CardPlace::of(row).map(CardPlace::order)));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use huzhu_app::ports::PUBLIC_STATES;
    use huzhu_domain::plan::{PeriodKey, PlanId};

    use super::*;

    fn query(states: &[&'static str]) -> CardQuery {
        CardQuery::of(PlanId::new("p").unwrap(), states)
    }

    /// The engine takes the index that the query was split for, and needs no sorting of its own.
    #[test]
    fn each_part_of_a_query_stands_on_its_index_in_the_order_of_the_board() {
        let mut db = Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut db).unwrap().unwrap();
        let all = query(&PUBLIC_STATES);
        let of_condition =
            CardQuery { conditions: Some(vec![ConditionCode::new("cancer").unwrap()]), ..all.clone() };
        let of_aid = CardQuery { aid_from: Some(Amount::from_minor(5)), ..all.clone() };
        let key = PeriodKey { year: 2019, month: 1, ordinal: 1 };
        let both = CardQuery {
            aid_to: Some(Amount::from_minor(5)),
            periods: Some((key, key)),
            ..of_condition.clone()
        };
        let shown = CardQuery { states: DISPLAY_STATES.to_vec(), ..both.clone() };
        for (query, index) in [
            (all, "claim_card_state"),
            (of_condition, "claim_card_condition"),
            (of_aid, "claim_card_aid"),
            (both, "claim_card_condition"),
            (shown, "claim_card_state"),
        ] {
            let sql = statement(Narrowest::of(&query).sql, &query);
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let nothing = vec![Value::Null; plan.parameter_count()];
            let steps =
                plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            assert!(steps.iter().any(|step| step.contains(&format!("USING INDEX {index} "))), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
        }
    }

    #[test]
    fn a_band_of_aid_is_the_digits_it_begins_with() {
        let cells = |from: Option<u64>, to: Option<u64>| {
            let cells = cells(from.map(Amount::from_minor), to.map(Amount::from_minor));
            let text = |value: &Value| match value {
                Value::Text(text) => text.clone(),
                other => format!("{other:?}"),
            };
            cells.iter().filter_map(|cell| Some(format!("{:?}{}", cell.first()?, text(cell.get(1)?)))).count()
        };
        for (from, to, expected) in [
            (Some(500), Some(999), 5),
            (Some(500), Some(1_000), 7),
            (Some(0), Some(9), 10),
            (None, None, 200),
            (Some(u64::MAX), None, 9),
            (Some(9), Some(5), 0),
        ] {
            assert_eq!(cells(from, to), expected, "{from:?} {to:?}");
        }
    }
}
