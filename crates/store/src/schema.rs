//! The tables, as a list of steps that only grows.
//!
//! Shape: each step is one statement that can be run again; `schema_version` says how many have been run. Steps are
//! never changed once released: a change is another step.
//!
//! Rules of the SQL: text, integer and blob columns only; amounts are decimal text and never added up in SQL; no
//! triggers, no sequences, no foreign keys across aggregates. Moments are UTC text with nine decimals, days ISO text,
//! ids of people and things 16 bytes, digests 32 bytes; an absent end of a cohort is the empty text, so that the key
//! of the table holds no null.

use huzhu_app::ports::Constraint;
use rusqlite::{Connection, TransactionBehavior};

/// The steps, oldest first. One statement each.
pub(crate) const STEPS: &[&str] = &[
    // 1: every fact, in one order without gaps.
    "CREATE TABLE IF NOT EXISTS event (
        position INTEGER PRIMARY KEY, -- from 1, without gaps
        stream TEXT NOT NULL,
        number INTEGER NOT NULL, -- within the stream, from 1
        at TEXT NOT NULL,
        actor TEXT NOT NULL, -- 'system' or a member's id
        kind TEXT NOT NULL, -- for people who look at the file, the bytes decide
        bytes BLOB NOT NULL, -- see the codec of huzhu-app
        CONSTRAINT event_number UNIQUE (stream, number)
    )",
    // 2: members.
    "CREATE TABLE IF NOT EXISTS member (
        id BLOB NOT NULL PRIMARY KEY,
        contact BLOB, -- keyed hash of the mail address
        identity BLOB, -- keyed hash of the identity number
        roles TEXT NOT NULL, -- words with spaces between
        CONSTRAINT member_contact UNIQUE (contact)
    )",
    // 3: the staff is a short list out of a long table.
    "CREATE INDEX IF NOT EXISTS member_staff ON member (id) WHERE roles <> ''",
    // 4: plans.
    "CREATE TABLE IF NOT EXISTS plan (
        id TEXT NOT NULL PRIMARY KEY,
        events INTEGER NOT NULL, -- length of its stream
        open INTEGER NOT NULL -- 1 while it takes new members
    )",
    // 5: versions of plans.
    "CREATE TABLE IF NOT EXISTS plan_version (
        plan TEXT NOT NULL,
        version INTEGER NOT NULL,
        published TEXT NOT NULL,
        effective TEXT NOT NULL,
        withdrawn INTEGER NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (plan, version)
    )",
    // 6: enrolments.
    "CREATE TABLE IF NOT EXISTS enrolment (
        id BLOB NOT NULL PRIMARY KEY,
        plan TEXT NOT NULL,
        version INTEGER NOT NULL,
        member BLOB NOT NULL,
        payer BLOB NOT NULL, -- who pays now, earlier ones are in former_payer
        relation TEXT,
        identity BLOB NOT NULL,
        joined TEXT NOT NULL,
        covered_from TEXT NOT NULL,
        shares_from TEXT NOT NULL,
        band_class INTEGER NOT NULL,
        over_age_from TEXT,
        ended_on TEXT,
        ended_why TEXT,
        arrears TEXT NOT NULL, -- minor units
        place INTEGER NOT NULL -- in the roster of its plan, from 0 without gaps, in the order of joining
    )",
    // 7: one person, one live enrolment per plan.
    "CREATE UNIQUE INDEX IF NOT EXISTS enrolment_identity ON enrolment (plan, identity) WHERE ended_on IS NULL",
    // 8 to 12: the lists that pages and workers read.
    "CREATE INDEX IF NOT EXISTS enrolment_payer ON enrolment (payer, id)",
    "CREATE INDEX IF NOT EXISTS enrolment_member ON enrolment (member, id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS enrolment_place ON enrolment (plan, place)",
    "CREATE INDEX IF NOT EXISTS enrolment_over_age ON enrolment (plan, over_age_from)
        WHERE ended_on IS NULL AND over_age_from IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS enrolment_arrears ON enrolment (plan, id) WHERE arrears <> '0'",
    // 13: who paid before somebody else took over.
    "CREATE TABLE IF NOT EXISTS former_payer (
        payer BLOB NOT NULL,
        enrolment BLOB NOT NULL,
        PRIMARY KEY (payer, enrolment)
    )",
    // 14: how many are counted on exactly which days.
    "CREATE TABLE IF NOT EXISTS cohort (
        plan TEXT NOT NULL,
        class INTEGER NOT NULL,
        since TEXT NOT NULL, -- first day on which they are counted
        until TEXT NOT NULL, -- first day on which they no longer are, or ''
        members INTEGER NOT NULL,
        PRIMARY KEY (plan, class, since, until)
    )",
    // 15: claims.
    "CREATE TABLE IF NOT EXISTS claim (
        id BLOB NOT NULL PRIMARY KEY,
        plan TEXT NOT NULL,
        enrolment BLOB NOT NULL,
        member BLOB NOT NULL,
        filed_by BLOB NOT NULL,
        state TEXT NOT NULL,
        condition TEXT NOT NULL,
        event_date TEXT NOT NULL,
        reported TEXT,
        reviewer BLOB,
        due TEXT,
        period TEXT,
        aid TEXT -- minor units
    )",
    // 16 to 20: lists of claims.
    "CREATE INDEX IF NOT EXISTS claim_member ON claim (member, id)",
    "CREATE INDEX IF NOT EXISTS claim_filed_by ON claim (filed_by, id)",
    "CREATE INDEX IF NOT EXISTS claim_enrolment ON claim (enrolment, id)",
    "CREATE INDEX IF NOT EXISTS claim_state ON claim (plan, state, id)",
    "CREATE INDEX IF NOT EXISTS claim_period ON claim (plan, period, id)",
    // 21: periods; the lists inside are JSON, see the codec.
    "CREATE TABLE IF NOT EXISTS period (
        plan TEXT NOT NULL,
        period TEXT NOT NULL,
        state TEXT NOT NULL,
        noticed TEXT NOT NULL,
        statement TEXT,
        collection TEXT,
        PRIMARY KEY (plan, period)
    )",
    // 22: the journal; lines are JSON, see the codec.
    "CREATE TABLE IF NOT EXISTS entry (
        plan TEXT NOT NULL,
        number INTEGER NOT NULL, -- within the plan, from 1
        id BLOB NOT NULL,
        date TEXT NOT NULL,
        currency TEXT NOT NULL,
        description TEXT NOT NULL,
        reference TEXT,
        reverses BLOB,
        lines TEXT NOT NULL,
        PRIMARY KEY (plan, number),
        CONSTRAINT entry_id UNIQUE (id)
    )",
    // 23: running totals; up to 39 digits, added in Rust.
    "CREATE TABLE IF NOT EXISTS balance (
        plan TEXT NOT NULL,
        account TEXT NOT NULL,
        currency TEXT NOT NULL,
        debits TEXT NOT NULL,
        credits TEXT NOT NULL,
        PRIMARY KEY (plan, account)
    )",
    // 24: the key of a person, wrapped; without it everything sealed is noise.
    "CREATE TABLE IF NOT EXISTS owner_key (
        owner BLOB NOT NULL PRIMARY KEY,
        wrapped BLOB NOT NULL
    )",
    // 25: personal data.
    "CREATE TABLE IF NOT EXISTS sealed (
        owner BLOB NOT NULL,
        name TEXT NOT NULL,
        bytes BLOB NOT NULL, -- nonce, then ciphertext with tag
        PRIMARY KEY (owner, name)
    )",
    // 26: mail; values are sealed under the key of the recipient.
    "CREATE TABLE IF NOT EXISTS message (
        number INTEGER PRIMARY KEY, -- from 1, in the order of writing
        id BLOB NOT NULL,
        recipient BLOB NOT NULL,
        language TEXT NOT NULL,
        template TEXT NOT NULL,
        sealed BLOB NOT NULL,
        at TEXT NOT NULL,
        sent TEXT,
        CONSTRAINT message_id UNIQUE (id)
    )",
    // 27, 28: the outbox and the inbox.
    "CREATE INDEX IF NOT EXISTS message_unsent ON message (number) WHERE sent IS NULL",
    "CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number)",
    // 29: sign-in codes.
    "CREATE TABLE IF NOT EXISTS sign_in_code (
        contact BLOB NOT NULL PRIMARY KEY,
        member BLOB NOT NULL,
        code BLOB NOT NULL,
        until TEXT NOT NULL,
        tries INTEGER NOT NULL
    )",
    // 30: sessions, with an index to forget those that are over.
    "CREATE TABLE IF NOT EXISTS session (
        token BLOB NOT NULL PRIMARY KEY,
        member BLOB NOT NULL,
        until TEXT NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS session_until ON session (until)",
    // 32: answers to requests with an idempotency key.
    "CREATE TABLE IF NOT EXISTS answer (
        actor TEXT NOT NULL,
        key TEXT NOT NULL,
        request BLOB NOT NULL,
        receipt TEXT NOT NULL,
        at TEXT NOT NULL,
        CONSTRAINT answer_key PRIMARY KEY (actor, key)
    )",
    // 33: what was refused.
    "CREATE TABLE IF NOT EXISTS refused (
        number INTEGER PRIMARY KEY, -- from 1, in the order of writing
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        reason TEXT NOT NULL
    )",
    // 34: facts about the file itself.
    "CREATE TABLE IF NOT EXISTS fact (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL)",
    // 35: earlier enrolments of a person who comes back; the live one is found by the index of step 7.
    "CREATE INDEX IF NOT EXISTS enrolment_former ON enrolment (plan, identity) WHERE ended_on IS NOT NULL",
    // 36 to 38: which entry of the log events went into, and how far the log was fed (one row).
    "CREATE TABLE IF NOT EXISTS logged (
        year INTEGER NOT NULL,
        number INTEGER NOT NULL, -- index on the log of the year, from 0
        kind INTEGER NOT NULL, -- as the canonical bytes of the entry number it
        at TEXT NOT NULL,
        first_position INTEGER NOT NULL,
        last_position INTEGER NOT NULL,
        leaves BLOB NOT NULL, -- of the inner tree, 32 bytes each
        PRIMARY KEY (year, number)
    )",
    "CREATE INDEX IF NOT EXISTS logged_event ON logged (kind, first_position)",
    "CREATE INDEX IF NOT EXISTS logged_at ON logged (at)",
    // 39: how far.
    "CREATE TABLE IF NOT EXISTS log_mark (
        only INTEGER NOT NULL PRIMARY KEY, -- 1
        position INTEGER NOT NULL,
        year INTEGER NOT NULL,
        size INTEGER NOT NULL
    )",
    // 40: objections, jury cases, jurors, ballots, second reviews: see huzhu_app::matter.
    "CREATE TABLE IF NOT EXISTS matter (
        stream TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        plan TEXT NOT NULL,
        about TEXT NOT NULL, -- an id
        member BLOB,
        state TEXT NOT NULL,
        due TEXT,
        body TEXT NOT NULL
    )",
    // 41 to 43: their lists.
    "CREATE INDEX IF NOT EXISTS matter_about ON matter (kind, about, stream)",
    "CREATE INDEX IF NOT EXISTS matter_member ON matter (kind, member, stream) WHERE member IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS matter_state ON matter (kind, plan, state, stream)",
    // 44: whose shares may have to be given back.
    "CREATE INDEX IF NOT EXISTS enrolment_ill_in_wait ON enrolment (plan, id) WHERE ended_why = 'illness-in-wait'",
    // 45 to 47: how messages stand in inboxes; those that are mail only, and older ones, have no row.
    "CREATE TABLE IF NOT EXISTS inbox (
        recipient BLOB NOT NULL,
        number INTEGER NOT NULL, -- of the message
        topic TEXT NOT NULL,
        about TEXT, -- a stream
        mail TEXT NOT NULL,
        at TEXT NOT NULL,
        waits INTEGER NOT NULL, -- 1 until a digest lists it
        seen TEXT, -- when it was read
        PRIMARY KEY (recipient, number)
    )",
    "CREATE INDEX IF NOT EXISTS inbox_unread ON inbox (recipient, number) WHERE seen IS NULL",
    "CREATE INDEX IF NOT EXISTS inbox_digest ON inbox (mail, recipient, number) WHERE waits = 1",
    // 48, 49: what many are told.
    "CREATE TABLE IF NOT EXISTS announcement (
        id BLOB NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        audience TEXT NOT NULL, -- JSON, empty once everybody was told
        template TEXT NOT NULL,
        given TEXT NOT NULL, -- values of the text, JSON
        about TEXT, -- a stream
        reached TEXT, -- the last place in the audience that was told
        done INTEGER NOT NULL -- 1 once everybody was told
    )",
    "CREATE INDEX IF NOT EXISTS announcement_open ON announcement (at, id) WHERE done = 0",
    // 50 to 53: programs of others that hear of events, and what is sent to them.
    "CREATE TABLE IF NOT EXISTS webhook (
        id BLOB NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        url TEXT NOT NULL,
        kinds TEXT NOT NULL, -- words with spaces between, empty for all
        state TEXT NOT NULL,
        sealed BLOB NOT NULL, -- secrets under the key of the instance
        position INTEGER NOT NULL, -- events up to here were turned into deliveries
        created TEXT NOT NULL,
        created_by BLOB NOT NULL,
        changed TEXT NOT NULL,
        changed_by BLOB
    )",
    "CREATE TABLE IF NOT EXISTS webhook_delivery (
        webhook BLOB NOT NULL,
        id TEXT NOT NULL,
        position INTEGER NOT NULL,
        about TEXT NOT NULL, -- a stream
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        state TEXT NOT NULL,
        moment TEXT NOT NULL, -- when it is due, was taken or was given up
        attempts TEXT NOT NULL, -- JSON
        PRIMARY KEY (webhook, id)
    )",
    "CREATE INDEX IF NOT EXISTS webhook_delivery_order ON webhook_delivery (webhook, position, id)",
    "CREATE INDEX IF NOT EXISTS webhook_delivery_waiting ON webhook_delivery (webhook, about, position)
        WHERE state = 'waiting'",
    // 54 to 56: the notice board, in its own order: see crate::cards. Only claims with a card have a period.
    "CREATE INDEX IF NOT EXISTS claim_card_state ON claim (plan, state, period, id) WHERE period IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS claim_card_condition ON claim (plan, condition, period, id) WHERE period IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS claim_card_aid ON claim (plan, length(aid), substr(aid, 1, 1), period, id)
        WHERE period IS NOT NULL",
    // 57 and 58: what claims may have in common.
    "CREATE TABLE IF NOT EXISTS trace (
        claim BLOB NOT NULL,
        name TEXT NOT NULL,
        owner BLOB NOT NULL,
        print BLOB NOT NULL, -- keyed hash
        PRIMARY KEY (claim, name)
    )",
    "CREATE INDEX IF NOT EXISTS trace_print ON trace (print, claim)",
    // 59: what goes with a person who is erased.
    "CREATE INDEX IF NOT EXISTS trace_owner ON trace (owner)",
];

/// Which unique index stands for which constraint. SQLite names the columns of a broken index, not its name; the text
/// comes after "UNIQUE constraint failed: ". A test breaks each of them.
const UNIQUE: &[(&str, Constraint)] = &[
    ("enrolment.plan, enrolment.identity", Constraint::EnrolmentIdentity),
    ("member.contact", Constraint::MemberContact),
    ("answer.actor, answer.key", Constraint::AnswerKey),
    ("entry.id", Constraint::EntryId),
];

/// Whether SQLite's extended error message says that a stream has an event of this number already.
pub(crate) fn is_event_number(message: &str) -> bool {
    message == "UNIQUE constraint failed: event.stream, event.number"
}

/// The constraint that SQLite's extended error message names by its columns.
pub(crate) fn constraint(message: &str) -> Option<Constraint> {
    let columns = message.strip_prefix("UNIQUE constraint failed: ")?;
    UNIQUE.iter().find(|(known, _)| *known == columns).map(|(_, constraint)| *constraint)
}

/// Brings the file up to the last step. Answers the step found when it is newer than this program.
///
/// All missing steps are one transaction: a crash leaves the file as it was.
pub(crate) fn migrate(connection: &mut Connection) -> Result<Result<(), i64>, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction
        .execute_batch("CREATE TABLE IF NOT EXISTS schema_version (step INTEGER NOT NULL PRIMARY KEY)")?;
    let newest = "SELECT coalesce(max(step), 0) FROM schema_version";
    let done: i64 = transaction.query_row(newest, [], |row| row.get(0))?;
    if done > i64::try_from(STEPS.len()).unwrap_or(i64::MAX) {
        return Ok(Err(done));
    }
    for (step, statement) in (1_i64..).zip(STEPS).filter(|(step, _)| *step > done) {
        transaction.execute_batch(statement)?;
        transaction.execute("INSERT INTO schema_version (step) VALUES (?1)", [step])?;
    }
    transaction.commit()?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unique_index_that_matters_to_callers_is_told_by_name() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db).unwrap().unwrap();
        let twice = |insert: &str| {
            db.execute_batch(insert).unwrap();
            let error = db.execute_batch(insert).unwrap_err().to_string();
            (constraint(&error), is_event_number(&error))
        };
        let member = "INSERT INTO member (id, contact, roles) VALUES (randomblob(16), x'01', '')";
        assert_eq!(twice(member), (Some(Constraint::MemberContact), false));
        let enrolment =
            "INSERT INTO enrolment VALUES (randomblob(16), 'p', 1, x'00', x'00', NULL, x'01', '', '', '',
            0, NULL, NULL, NULL, '0', abs(random()))";
        assert_eq!(twice(enrolment), (Some(Constraint::EnrolmentIdentity), false));
        let answer = "INSERT INTO answer VALUES ('system', 'k', x'', '', '')";
        assert_eq!(twice(answer), (Some(Constraint::AnswerKey), false));
        let entry = "INSERT INTO entry VALUES ('p', abs(random()), x'01', '', '', '', NULL, NULL, '')";
        assert_eq!(twice(entry), (Some(Constraint::EntryId), false));
        let event = "INSERT INTO event VALUES (NULL, 's', 1, '', '', '', x'')";
        assert_eq!(twice(event), (None, true));
        assert_eq!(UNIQUE.len(), 4, "each of the map has a row above");
    }

    #[test]
    fn migrating_again_changes_nothing() {
        let mut db = Connection::open_in_memory().unwrap();
        let tables = |db: &Connection| -> i64 {
            let sql = "SELECT count(*) FROM sqlite_master";
            db.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        migrate(&mut db).unwrap().unwrap();
        let before = tables(&db);
        migrate(&mut db).unwrap().unwrap();
        // A step that was run without its number being kept may run again.
        db.execute_batch("DELETE FROM schema_version WHERE step > 3").unwrap();
        migrate(&mut db).unwrap().unwrap();
        assert_eq!(tables(&db), before);
    }

    #[test]
    fn the_sql_stays_portable() {
        let forbidden = [
            "WITHOUT ROWID",
            "AUTOINCREMENT",
            "SERIAL",
            "TRIGGER",
            "REFERENCES",
            "REAL",
            "FLOAT",
            "TEMP",
            "STRICT",
        ];
        for statement in STEPS {
            for word in forbidden {
                let found = statement.split(|c: char| !c.is_ascii_alphanumeric()).any(|token| token == word);
                assert!(!found && !statement.contains("WITHOUT ROWID"), "{word} in {statement}");
            }
            assert_eq!(statement.matches(';').count(), 0, "one statement: {statement}");
        }
    }
}
