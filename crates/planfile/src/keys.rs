//! The keys of a plan file: the one table from which reading, "did you mean" and the JSON Schema are made.

use huzhu_domain::plan::IcdEdition;

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// As written in the file.
    pub name: &'static str,
    /// Whether a plan file must have it.
    pub required: bool,
    /// What its value looks like.
    pub kind: Kind,
    /// What it means, for editors.
    pub about: &'static str,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A table `{ en, zh }` of texts, each at most so many characters.
    Words(usize),
    /// A code of `a-z0-9-`.
    Code,
    /// Several codes.
    Codes,
    /// A whole number within bounds, both included.
    Whole(i64, i64),
    /// `true` or `false`.
    Flag,
    /// An amount of the plan's currency: `"0.10"`, or a whole number.
    Amount,
    /// A part in percent: `"8"`, `"8 %"`, `"2.5"`, or a whole number.
    Percent,
    /// A date such as `2019-05-31`.
    Day,
    /// `"30 days"` or `"59 years"`.
    Age,
    /// A code of ISO 4217.
    Currency,
    /// A name of the IANA time zone database.
    Zone,
    /// `"3 days"` or `"3 working days"`.
    Contact,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several of these words.
    Choices(&'static [&'static str]),
    /// Codes and ranges of the ICD.
    Icd(IcdEdition),
    /// A table with these keys.
    Table(&'static [Key]),
    /// An array of tables with these keys.
    Tables(&'static [Key]),
}

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, required: true, kind, about }
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, required: false, kind, about }
}

/// Characters of a name.
pub const NAME: usize = 120;
/// Characters of a longer text.
pub const TEXT: usize = 2000;

/// Relations of dependants to their payer.
pub const RELATIONS: &[&str] =
    &["spouse", "child", "parent", "parent-in-law", "sibling", "grandparent", "grandchild"];
/// Severities, mildest first.
pub const SEVERITIES: &[&str] = &["mild", "moderate", "severe"];
/// Who bears what is above a cap.
pub const EXCESS: &[&str] = &["operator", "other-members", "next-period", "cut-aid"];

/// Top level of a plan file.
pub const ROOT: &[Key] = &[
    must("plan", Kind::Table(PLAN), "Who the plan is."),
    must("joining", Kind::Table(JOINING), "Who may join."),
    must("waiting", Kind::Table(WAITING), "How long new members wait."),
    must("cover", Kind::Table(COVER), "What is covered."),
    must("aid", Kind::Table(AID), "What is paid."),
    must("sharing", Kind::Table(SHARING), "How the cost is shared."),
    must("calendar", Kind::Table(CALENDAR), "When."),
    must("review", Kind::Table(REVIEW), "How claims are reviewed."),
    must("jury", Kind::Table(JURY), "The jury of members."),
    must("leaving", Kind::Table(LEAVING), "How an enrolment ends."),
    must("ending", Kind::Table(ENDING), "How the plan ends."),
];

const PLAN: &[Key] = &[
    must("id", Kind::Code, "Name of the plan in addresses and files, the same for all its versions."),
    must("version", Kind::Whole(0, 100_000), "Number of this revision, from 1."),
    must("name", Kind::Words(NAME), "What people call the plan."),
    must("summary", Kind::Words(TEXT), "What the plan does, in a few plain sentences."),
    must("currency", Kind::Currency, "Currency of all amounts (ISO 4217)."),
    must("time_zone", Kind::Zone, "Where the plan's days begin (IANA name)."),
    must("effective", Kind::Day, "First day on which these terms are in force."),
    may("last_day", Kind::Day, "Last day of a temporary plan."),
    may(
        "change_notice_days",
        Kind::Whole(0, 65_535),
        "Days between the publication of changed terms and the first day they may be in force; 15 when left out.",
    ),
];

const JOINING: &[Key] = &[
    must("age_from", Kind::Age, "Youngest age on the day of joining."),
    must("age_to", Kind::Age, "Oldest age on the day of joining, included."),
    may(
        "credit_score_min",
        Kind::Whole(0, 100_000),
        "Lowest credit score of the payer; left out: not asked.",
    ),
    must("real_name", Kind::Flag, "Whether the payer's identity must be confirmed."),
    must("several_plans", Kind::Flag, "Whether members may be enrolled in other plans too."),
    may("dependants", Kind::Choices(RELATIONS), "People whom a payer may enrol; left out: nobody."),
    may(
        "dependants_pay",
        Kind::Choice(&["payer", "nobody"]),
        "Who pays the shares of dependants; payer when left out.",
    ),
    may("only_members_of", Kind::Code, "Only members of this other plan may join."),
    may(
        "givers",
        Kind::Flag,
        "Whether people may share the cost without being covered; false when left out.",
    ),
    may(
        "members_to_start",
        Kind::Whole(0, i64::MAX),
        "Members needed before the plan takes effect; 0 when left out.",
    ),
    may(
        "members_to_go_on",
        Kind::Whole(0, i64::MAX),
        "Members below which the plan must end; 0 when left out.",
    ),
    may("closed_from", Kind::Day, "First day on which nobody may join any more."),
    may("questions", Kind::Tables(QUESTION), "The health declaration; left out: none."),
];

const QUESTION: &[Key] = &[
    must("code", Kind::Code, "Code under which the answer is stored."),
    must("text", Kind::Words(TEXT), "The question."),
    must("refuse_if", Kind::Choice(&["yes", "no"]), "The answer that refuses the enrolment."),
];

const WAITING: &[Key] = &[
    must(
        "days",
        Kind::Whole(0, 65_535),
        "Days, counted from 0:00 of the day after joining, last day included.",
    ),
    must("accident_exempt", Kind::Flag, "Whether accidents are covered from the day after joining."),
    must(
        "illness_inside",
        Kind::Choice(&["refund-and-end", "end", "no-aid"]),
        "What an illness inside the wait does besides that no aid is paid.",
    ),
];

const COVER: &[Key] = &[
    must("groups", Kind::Tables(GROUP), "Groups that the aid table pays alike."),
    must("conditions", Kind::Tables(CONDITION), "Conditions, each in one group."),
    may("exclusions", Kind::Tables(REASON), "What is not covered although it looks like a condition."),
];

const GROUP: &[Key] = &[
    must("code", Kind::Code, "Code that conditions and the aid table refer to."),
    must("name", Kind::Words(NAME), "What people call it."),
    must(
        "cause",
        Kind::Choice(&["illness", "accident", "either"]),
        "What brings claims of this group about.",
    ),
];

const CONDITION: &[Key] = &[
    must("code", Kind::Code, "Code that claims refer to."),
    must("group", Kind::Code, "Group it is paid as."),
    may("severities", Kind::Choices(SEVERITIES), "Severities in which it is covered; severe when left out."),
    must("name", Kind::Words(NAME), "What people call it."),
    must(
        "definition",
        Kind::Words(TEXT),
        "When it counts, in plain words. This decides; the codes help to find it.",
    ),
    may("icd10", Kind::Icd(IcdEdition::Ten), "ICD-10 codes and ranges."),
    may("icd11", Kind::Icd(IcdEdition::Eleven), "ICD-11 codes and ranges."),
    may("age_from", Kind::Whole(0, 150), "Youngest age at which it is covered; 0 when left out."),
    may("age_to", Kind::Whole(0, 150), "Oldest age at which it is covered; no end when left out."),
];

const REASON: &[Key] = &[
    must("code", Kind::Code, "Code that a decision cites."),
    must("text", Kind::Words(TEXT), "The reason in plain words."),
];

const AID: &[Key] = &[
    must(
        "kind",
        Kind::Choice(&["lump-sum", "reimbursement"]),
        "Whether a fixed amount or a part of the cost is paid.",
    ),
    may("percent", Kind::Percent, "Part of the cost above the deductible that is paid (reimbursement)."),
    may("deductible", Kind::Amount, "Cost that the member bears (reimbursement)."),
    must("frequency", Kind::Choice(&["once", "several"]), "How often the plan pays for one enrolment."),
    may("ceiling", Kind::Amount, "All payouts to one enrolment together (several)."),
    may("times", Kind::Table(TIMES), "Payouts for each severity (several); left out: any number."),
    must("table", Kind::Tables(AID_ROW), "Group x severity x age -> amount."),
    may("tenure", Kind::Tables(TENURE), "Growth with the time of membership."),
];

const TIMES: &[Key] = &[
    may("mild", Kind::Whole(0, 1000), "Payouts for mild conditions."),
    may("moderate", Kind::Whole(0, 1000), "Payouts for moderate conditions."),
    may("severe", Kind::Whole(0, 1000), "Payouts for severe conditions."),
];

const AID_ROW: &[Key] = &[
    must("group", Kind::Code, "Group of conditions."),
    may("severity", Kind::Choice(SEVERITIES), "Severity; severe when left out."),
    may("age_from", Kind::Whole(0, 150), "Youngest age at the event; 0 when left out."),
    may("age_to", Kind::Whole(0, 150), "Oldest age at the event, included; no end when left out."),
    must("amount", Kind::Amount, "Aid; with reimbursement the ceiling of one claim."),
];

const TENURE: &[Key] = &[
    must("from_days", Kind::Whole(0, 36_500), "Days since joining."),
    must("percent", Kind::Percent, "Part of the table's amount that is paid from then on."),
];

const SHARING: &[Key] = &[
    must("model", Kind::Choice(&["after", "pool", "sponsor"]), "Where the money comes from."),
    must("fee", Kind::Percent, "Fee on aid that is really paid."),
    must("headcount", Kind::Choice(&["covered", "enrolled"]), "Whether people still waiting share."),
    must(
        "shortfall",
        Kind::Choice(&["operator", "next-period", "cut-aid"]),
        "Who bears what could not be collected.",
    ),
    may(
        "rounding",
        Kind::Choice(&["up"]),
        "Shares are rounded up to the minor unit; the excess is carried as surplus.",
    ),
    may("cap_per_claim", Kind::Table(CAP), "Cap on the cost of one claim for one member."),
    may("cap_per_year", Kind::Table(CAP), "Cap on the shares of one member in a calendar year."),
    may("deposit", Kind::Amount, "Paid in when joining (pool)."),
    may("minimum", Kind::Amount, "Balance below which members top up (pool)."),
    may("sponsor", Kind::Words(NAME), "Who pays (sponsor)."),
    may("sponsor_limit", Kind::Amount, "The most the sponsor pays; left out: no limit (sponsor)."),
    may(
        "bands",
        Kind::Tables(BAND),
        "Weights by age; left out: the same share for everybody. No later version can add them.",
    ),
];

const CAP: &[Key] = &[
    must("amount", Kind::Amount, "The most one member pays."),
    must("excess", Kind::Choice(EXCESS), "Who bears what is above it."),
];

const BAND: &[Key] = &[
    may("age_from", Kind::Whole(0, 150), "Youngest age on 1 January of the year; 0 when left out."),
    may("age_to", Kind::Whole(0, 150), "Oldest age on 1 January, included; no end when left out."),
    must("weight", Kind::Whole(0, 1_000_000), "Weight of a share in this band."),
];

const CALENDAR: &[Key] = &[
    must("periods", Kind::Tables(PERIOD), "Periods of one month, by rising notice day."),
    must("notice_length_days", Kind::Whole(0, 255), "Days of notice, the first one included."),
    must("payout_days", Kind::Whole(0, 65_535), "Days from the sharing day to the last day of paying out."),
    must(
        "first_contact",
        Kind::Contact,
        "How soon somebody gets in touch after a report: \"3 working days\".",
    ),
    must("filing_deadline_days", Kind::Whole(0, 65_535), "Days from the event to the last day of filing."),
    may(
        "retry_days",
        Kind::Whole(0, 365),
        "Days after the sharing day on which failed debits are tried again.",
    ),
    may(
        "retry_until_days_before_next",
        Kind::Whole(0, 365),
        "Retries end so many days before the next sharing day.",
    ),
    may(
        "reminder_days",
        Kind::Whole(0, 255),
        "Days before each debit on which the payer is reminded; left out: none.",
    ),
];

const PERIOD: &[Key] = &[
    must("notice_day", Kind::Whole(1, 31), "First day of notice; headcount at its 0:00."),
    must("sharing_day", Kind::Whole(1, 31), "Day on which shares are taken."),
    may("sharing_month", Kind::Choice(&["same", "next"]), "Month of the sharing day; same when left out."),
];

const REVIEW: &[Key] = &[
    must(
        "four_eyes_from",
        Kind::Amount,
        "A second person confirms always; from this aid on, and for refusals, a confirmer; below it another reviewer may. \"0\": always a confirmer.",
    ),
    must("second_review", Kind::Percent, "Part of decided claims that is drawn for a second review."),
    must("evidence", Kind::Tables(EVIDENCE), "Evidence asked for."),
    may("reasons", Kind::Tables(REASON), "Reasons a refusal may cite besides the exclusions."),
    may("days", Kind::Table(STEP_DAYS), "Days in which each step is due; left out: the usual ones."),
];

/// Days of a step: at least one, so that nobody misses a deadline by being asked; at most a year.
const STEP: Kind = Kind::Whole(1, 366);

const STEP_DAYS: &[Key] = &[
    may("review", STEP, "A recommendation, after a reviewer took the claim; 14 when left out."),
    may("evidence", STEP, "More evidence from the claimant; 30 when left out."),
    may("investigation", STEP, "Findings of an investigator; 21 when left out."),
    may("confirmation", STEP, "The confirmation by a second person; 5 when left out."),
    may("second_review", STEP, "The blind second opinion on a drawn claim; 14 when left out."),
    may("objection", STEP, "The answer to an objection; 5 when left out."),
    may(
        "jury_request",
        STEP,
        "The request for a jury, after a refusal or before a larger jury; 15 when left out.",
    ),
    may("clerk", STEP, "The clerk's first step after such a request; 3 when left out."),
];

const EVIDENCE: &[Key] = &[
    must("code", Kind::Code, "Code under which files are handed in."),
    must("name", Kind::Words(NAME), "What to hand in."),
    may("groups", Kind::Codes, "Groups it is asked for; left out: all."),
    must("required", Kind::Flag, "Whether a claim can not be recommended without it."),
];

const JURY: &[Key] = &[
    must("mode", Kind::Choice(&["none", "open", "drawn"]), "How the jury is composed."),
    may("threshold", Kind::Percent, "Part of valid ballots that overturns a refusal (open, drawn)."),
    may(
        "asked_by",
        Kind::Choices(&["claimant", "objector", "operator"]),
        "Who may ask for it (open, drawn).",
    ),
    may("exam", Kind::Flag, "Whether jurors must have passed the exam (open, drawn)."),
    may("standing_days", Kind::Whole(0, 65_535), "Days a juror must have been a member (open, drawn)."),
    may("not_accepted", Kind::Tables(REASON), "Grounds on which a request is not accepted."),
    may("quorum", Kind::Whole(0, 4_294_967_295), "Valid ballots needed (open)."),
    may(
        "quorum_percent_max",
        Kind::Percent,
        "The quorum is never above this part of the qualified jurors (open).",
    ),
    may("hours", Kind::Whole(0, 65_535), "Length of the vote in hours (open)."),
    may("size", Kind::Whole(0, 65_535), "Jurors of the first round, an odd number (drawn)."),
    may("reserves", Kind::Whole(0, 65_535), "Reserves drawn with them (drawn)."),
    may("deadline_days", Kind::Whole(0, 65_535), "Days to vote (drawn)."),
    may("appeals", Kind::Whole(0, 10), "Appeal rounds, each with a jury of 2n + 1 (drawn)."),
];

const LEAVING: &[Key] = &[
    must("owes_noticed_period", Kind::Flag, "Whether who leaves still owes the period on notice."),
    must("rejoin_restarts_wait", Kind::Flag, "Whether rejoining starts the wait anew."),
    may("end_at_age", Kind::Whole(1, 150), "Age whose birthday ends the enrolment; left out: for life."),
    must("end_after_aid", Kind::Flag, "Whether the enrolment ends with a payout."),
    must("end_when_unpaid", Kind::Flag, "Whether the enrolment ends when a share stays unpaid."),
    must(
        "end_when_ineligible",
        Kind::Flag,
        "Whether the enrolment ends when the conditions of joining were not met.",
    ),
    may("move_to", Kind::Code, "Plan that is offered when age ends the enrolment."),
];

const ENDING: &[Key] = &[
    must("notice_days", Kind::Whole(0, 65_535), "Days between the announcement and the last day of cover."),
    must("last_periods", Kind::Whole(0, 255), "How many of the last periods somebody else pays."),
    must("last_periods_paid_by", Kind::Choice(&["members", "operator", "sponsor"]), "Who pays them."),
    must("run_off_days", Kind::Whole(0, 65_535), "Days after the end in which claims may still be filed."),
    must("refund", Kind::Choice(&["none", "balance", "all-shares"]), "What members get back."),
    may("other_cover", Kind::Words(TEXT), "Other cover that members are offered."),
];
