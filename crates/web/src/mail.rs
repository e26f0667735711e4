//! Mail to members in both languages: subject and plain text from the message catalogue.
//!
//! Shape: a use case keeps a [`Message`] with a template key and values; [`render_mail`] makes the text when it is sent or shown
//! in the mailbox of the demo. Guarantees: every template that the use cases write has a text in both languages, which a test
//! reads from their sources; an unknown one still says where to look. A message about a plan carries
//! the plan's names and time zone; times of others, and of messages from before, are told in UTC.

use huzhu_app::inbox::DigestItem;
use huzhu_app::record::Message;
use huzhu_domain::event::StreamId;
use huzhu_domain::preference::Topic;
use huzhu_domain::time::{Day, Moment, TimeZone};

use crate::i18n::{Arg, Locale, t_args};

/// A mail ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text, lines of any length.
    pub body: String,
}

/// Template, key of the subject, key of the text.
const TEMPLATES: &[(&str, &str, &str)] = &[
    ("mail-digest-daily", "mail-digest-daily-subject", "mail-digest-body"),
    ("mail-digest-weekly", "mail-digest-weekly-subject", "mail-digest-body"),
    ("mail-work-webhook-given-up", "mail-work-webhook-given-up-subject", "mail-work-webhook-given-up-body"),
    ("mail-code", "mail-code-subject", "mail-code-body"),
    ("mail-plan-changed", "mail-plan-changed-subject", "mail-plan-changed-body"),
    ("mail-joined", "mail-joined-subject", "mail-joined-body"),
    ("mail-left", "mail-left-subject", "mail-left-body"),
    ("mail-age-reached", "mail-age-reached-subject", "mail-age-reached-body"),
    ("mail-share-failed", "mail-share-failed-subject", "mail-share-failed-body"),
    ("mail-enrolment-lapsed", "mail-enrolment-lapsed-subject", "mail-enrolment-lapsed-body"),
    ("mail-claim-reported", "mail-claim-reported-subject", "mail-claim-reported-body"),
    ("mail-claim-taken", "mail-claim-taken-subject", "mail-claim-taken-body"),
    ("mail-claim-evidence-needed", "mail-claim-evidence-needed-subject", "mail-claim-evidence-needed-body"),
    (
        "mail-claim-evidence-complete",
        "mail-claim-evidence-complete-subject",
        "mail-claim-evidence-complete-body",
    ),
    ("mail-claim-recommended", "mail-claim-recommended-subject", "mail-claim-recommended-body"),
    ("mail-claim-returned", "mail-claim-returned-subject", "mail-claim-returned-body"),
    ("mail-claim-approved", "mail-claim-approved-subject", "mail-claim-approved-body"),
    ("mail-claim-refused", "mail-claim-refused-subject", "mail-claim-refused-body"),
    ("mail-claim-on-notice", "mail-claim-on-notice-subject", "mail-claim-on-notice-body"),
    ("mail-claim-payable", "mail-claim-payable-subject", "mail-claim-payable-body"),
    ("mail-claim-payable-less", "mail-claim-payable-subject", "mail-claim-payable-less-body"),
    ("mail-claim-paid", "mail-claim-paid-subject", "mail-claim-paid-body"),
    ("mail-claim-withdrawn", "mail-claim-withdrawn-subject", "mail-claim-withdrawn-body"),
    ("mail-claim-objected", "mail-claim-objected-subject", "mail-claim-objected-body"),
    (
        "mail-claim-objection-upheld",
        "mail-claim-objection-upheld-subject",
        "mail-claim-objection-upheld-body",
    ),
    (
        "mail-claim-objection-dismissed",
        "mail-claim-objection-dismissed-subject",
        "mail-claim-objection-dismissed-body",
    ),
    (
        "mail-claim-objection-withdrawn",
        "mail-claim-objection-withdrawn-subject",
        "mail-claim-objection-withdrawn-body",
    ),
    ("mail-objection-raised", "mail-objection-raised-subject", "mail-objection-raised-body"),
    ("mail-objection-answered", "mail-objection-answered-subject", "mail-objection-answered-body"),
    ("mail-jury-accepted", "mail-jury-accepted-subject", "mail-jury-accepted-body"),
    ("mail-jury-declined", "mail-jury-declined-subject", "mail-jury-declined-body"),
    ("mail-jury-drawn", "mail-jury-drawn-subject", "mail-jury-drawn-body"),
    ("mail-jury-judged", "mail-jury-judged-subject", "mail-jury-judged-body"),
    ("mail-juror-called", "mail-juror-called-subject", "mail-juror-called-body"),
    ("mail-jury-asked", "mail-jury-asked-subject", "mail-jury-asked-body"),
    ("mail-juror-open", "mail-juror-open-subject", "mail-juror-open-body"),
    ("mail-juror-open-reminder", "mail-juror-reminder-subject", "mail-juror-open-reminder-body"),
    ("mail-juror-reminder", "mail-juror-reminder-subject", "mail-juror-reminder-body"),
    ("mail-juror-answered", "mail-juror-answered-subject", "mail-juror-answered-body"),
    ("mail-juror-judged", "mail-juror-judged-subject", "mail-juror-judged-body"),
    ("mail-juror-voided", "mail-juror-voided-subject", "mail-juror-voided-body"),
    ("mail-jury-voided", "mail-jury-voided-subject", "mail-jury-voided-body"),
    ("mail-work-assigned", "mail-work-assigned-subject", "mail-work-assigned-body"),
    ("mail-work-objection", "mail-work-objection-subject", "mail-work-objection-body"),
    ("mail-claim-late", "mail-claim-late-subject", "mail-claim-late-body"),
    ("mail-claim-late-without", "mail-claim-late-without-subject", "mail-claim-late-without-body"),
    ("mail-claim-verdict-for", "mail-claim-verdict-for-subject", "mail-claim-verdict-for-body"),
    ("mail-claim-verdict-against", "mail-claim-verdict-against-subject", "mail-claim-verdict-against-body"),
    ("mail-claim-verdict-review", "mail-claim-verdict-review-subject", "mail-claim-verdict-review-body"),
];

/// The mail of a message in the language it was written for; English for an unknown one.
pub fn render_mail(message: &Message) -> Mail {
    render_mail_in(message, Locale::from_code(&message.language).unwrap_or_default())
}

/// The mail of a message in a language of one's choice.
pub fn render_mail_in(message: &Message, l: Locale) -> Mail {
    let Mail { subject, body } = body_in(message, l);
    Mail { subject, body: [body, l.t("mail-foot")].join("\n\n") }
}

/// A message as it is read on a page: without the foot of mails.
pub(crate) fn body_in(message: &Message, l: Locale) -> Mail {
    let values = shown_values(l, &message.values);
    let args: Vec<(&str, &dyn Arg)> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    let clock = message.values.iter().find(|(name, value)| name == "until" && !value.is_empty());
    let is_claim = message.template.starts_with("mail-claim-");
    let deadline = clock
        .filter(|_| is_claim)
        .map(|(name, until)| l.t1("mail-deadline", "until", shown(l, &message.values, name, until)));
    let listed = message.template.starts_with("mail-digest-").then(|| listed(l, message));
    let (_, text) = keys(&message.template);
    let body: Vec<String> = [Some(t_args(l, text, &args)), listed, deadline].into_iter().flatten().collect();
    Mail { subject: subject(l, &message.template, &message.values), body: body.join("\n\n") }
}

/// When a message was written, as the clocks of its plan show it.
pub(crate) fn told_at(l: Locale, message: &Message) -> String {
    let zone = message.values.iter().find(|(name, _)| name == "zone");
    clock(l, message.at, zone.map(|(_, zone)| zone.as_str()))
}

/// Where a reader finds what a message is about.
#[expect(clippy::match_same_arms, reason = "each stream has its own address")]
pub(crate) fn link(message: &Message) -> Option<String> {
    let webhook = message.values.iter().find(|(name, _)| name == "webhook");
    if let Some((_, webhook)) = webhook {
        return Some(format!("/operator/webhooks/{webhook}"));
    }
    let entry = message.inbox.as_ref()?;
    Some(match (entry.about.as_ref()?, entry.topic) {
        (StreamId::Claim(claim) | StreamId::SecondReview(claim), Topic::Work) => {
            format!("/staff/claims/{claim}")
        }
        (StreamId::Claim(claim) | StreamId::SecondReview(claim), _) => format!("/me/claims/{claim}"),
        (StreamId::Plan(plan), _) => format!("/plans/{plan}"),
        (StreamId::Period(plan, key), Topic::Work) => format!("/operator/periods/{plan}/{key}"),
        (StreamId::Period(plan, key), _) => format!("/plans/{plan}/periods/{key}"),
        (StreamId::Enrolment(enrolment), _) => format!("/me/enrolments/{enrolment}"),
        (StreamId::Member(_), _) => "/me".to_owned(),
        (StreamId::Juror(plan, _), _) => format!("/plans/{plan}"),
        (StreamId::Objection(objection), Topic::Work) => format!("/staff/objections/{objection}"),
        (StreamId::Objection(objection), _) => format!("/me/objections/{objection}"),
        (StreamId::JuryCase(case), Topic::JurorDuty) => format!("/me/juror/cases/{case}"),
        (StreamId::JuryCase(case), _) => format!("/jury-cases/{case}"),
        // Nobody is told of a ballot.
        (StreamId::Ballot(_), _) => return None,
    })
}

/// Keys of the subject and of the text.
fn keys(template: &str) -> (&'static str, &'static str) {
    let known = TEMPLATES.iter().find(|(known, ..)| *known == template);
    known.map_or(("mail-other-subject", "mail-other-body"), |(_, subject, body)| (subject, body))
}

/// The subject of a text with these values: how lists name a message.
pub(crate) fn subject(l: Locale, template: &str, values: &[(String, String)]) -> String {
    let values = shown_values(l, values);
    let args: Vec<(&str, &dyn Arg)> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    t_args(l, keys(template).0, &args)
}

/// What a digest lists, one line each.
fn listed(l: Locale, digest: &Message) -> String {
    let items = digest.values.iter().filter(|(name, _)| name == "item");
    let items = items.filter_map(|(_, item)| serde_json::from_str::<DigestItem>(item).ok());
    let mut lines: Vec<String> =
        items.map(|item| format!("- {}", subject(l, &item.template, &item.values))).collect();
    let more = digest.values.iter().find(|(name, more)| name == "more" && more != "0");
    lines.extend(more.map(|(_, more)| l.t1("mail-digest-more", "count", more.parse::<u64>().unwrap_or(0))));
    lines.join("\n")
}

/// Values as the texts take them: counts as numbers, for their plurals.
fn shown_values(l: Locale, values: &[(String, String)]) -> Vec<(&str, Box<dyn Arg>)> {
    let each = values.iter().map(|(name, value)| {
        let count = value.parse::<u64>().ok().filter(|_| name == "count");
        let shown: Box<dyn Arg> = match count {
            Some(count) => Box::new(count),
            None => Box::new(shown(l, values, name, value)),
        };
        (name.as_str(), shown)
    });
    each.collect()
}

/// A value as people read it: days and moments in words, everything else as it is.
fn shown(l: Locale, all: &[(String, String)], name: &str, value: &str) -> String {
    let known = |name: &str| all.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    match name {
        "until" | "jury_until" | "covered_from" | "effective" => match value.parse::<Moment>() {
            Ok(moment) => clock(l, moment, known("zone")),
            Err(_) => value.parse::<Day>().map_or_else(|_| value.to_owned(), |day| l.day(day)),
        },
        "plan" => known(&format!("plan-{}", l.code())).unwrap_or(value).to_owned(),
        // In the words of the plan, else as every page words this rule.
        "reason" => known(&format!("reason-{}", l.code()))
            .map_or_else(|| crate::pages::rule_reason(l, value), str::to_owned),
        "aid" | "share" => crate::format::grouped(value),
        _ => value.to_owned(),
    }
}

/// A moment as the clocks of a zone show it, with the zone's name; in UTC where none is known.
fn clock(l: Locale, moment: Moment, zone: Option<&str>) -> String {
    match zone.and_then(|name| Some((name, TimeZone::get(name).ok()?))) {
        Some((name, zone)) => {
            t_args(l, "mail-zone", &[("moment", &l.moment(moment, &zone)), ("zone", &name.to_owned())])
        }
        None => l.t1("mail-utc", "moment", l.moment(moment, &TimeZone::UTC)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huzhu_domain::id::MemberId;
    use std::path::Path;

    fn message(template: &str, values: &[(&str, &str)], language: &str) -> Message {
        Message {
            id: uuid::Uuid::nil(),
            to: MemberId::from_uuid(uuid::Uuid::nil()),
            language: language.to_owned(),
            template: template.to_owned(),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            at: Moment::UNIX_EPOCH,
            sent: None,
            inbox: None,
        }
    }

    /// Values of every name that a template may use.
    const ALL: [(&str, &str); 20] = [
        ("webhook", "whk_1"),
        ("version", "2"),
        ("effective", "2026-03-01"),
        ("count", "3"),
        ("code", "012345"),
        ("minutes", "15"),
        ("plan", "demo-town"),
        ("covered_from", "2026-02-02"),
        ("until", "2026-02-05T16:00:00Z"),
        ("claim", "clm_1"),
        ("text", "Please add the report."),
        ("aid", "30000.00"),
        ("reason", "pre-existing"),
        ("period", "2026-02-1"),
        ("share", "12.96"),
        ("answer", "dismissed"),
        ("jury", "yes"),
        ("jury_until", "2026-02-20T16:00:00Z"),
        ("enrolment", "refunded"),
        ("ruling", "against-claimant"),
    ];

    #[test]
    fn every_template_of_the_use_cases_has_a_text_in_both_languages() {
        let mut sources = String::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src"), &mut sources);
        let mut used: Vec<&str> =
            sources.split("\"mail-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        used.sort_unstable();
        used.dedup();
        // What ends so is the beginning of many.
        used.retain(|name| !name.ends_with('-'));
        assert!(used.len() > 10, "the sources were read: {used:?}");
        for name in used {
            let template = format!("mail-{name}");
            assert!(TEMPLATES.iter().any(|(known, ..)| *known == template), "{template}");
        }
        for (template, ..) in TEMPLATES.iter().copied() {
            for l in Locale::ALL {
                let mail = render_mail_in(&message(template, &ALL, "en"), l);
                for text in [&mail.subject, &mail.body] {
                    assert!(
                        !text.contains("[mail") && !text.contains("{ $") && !text.contains("{$"),
                        "{template}: {text}"
                    );
                }
            }
        }
    }

    fn read(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, out);
            } else {
                let text = std::fs::read_to_string(&path).expect("a source");
                let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
                let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
                code.for_each(|line| out.push_str(line));
            }
        }
    }

    #[test]
    fn the_code_stands_in_the_mail_and_the_language_is_the_readers() {
        let english = render_mail(&message("mail-code", &ALL, "en"));
        assert!(english.body.contains("012345"), "{}", english.body);
        let chinese = render_mail(&message("mail-code", &ALL, "zh"));
        assert!(chinese.body.contains("012345") && chinese.body.contains("验证码"), "{}", chinese.body);
        assert!(!render_mail(&message("mail-new", &ALL, "fr")).subject.is_empty());
    }

    #[test]
    fn a_digest_lists_its_messages_in_the_language_of_its_reader() {
        let item = |template: &str, values: &[(&str, &str)]| {
            let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let item = DigestItem { template: template.to_owned(), values: values.collect() };
            serde_json::to_string(&item).expect("plain data")
        };
        let first = item("mail-claim-paid", &[("claim", "clm_1"), ("aid", "1.00"), ("period", "2026-01-1")]);
        let second = item("mail-joined", &[("plan", "demo-town"), ("covered_from", "2026-02-02")]);
        let values = [("count", "9"), ("more", "7"), ("item", &first), ("item", &second)];
        for (language, expected) in [
            ("en", ["- Your aid was paid", "- You have joined demo-town", "and 7 more"]),
            ("zh", ["- 互助金已支付", "- 您已加入", "还有 7 条"]),
        ] {
            let mail = render_mail(&message("mail-digest-daily", &values, language));
            for words in expected {
                assert!(mail.body.contains(words), "{words}: {}", mail.body);
            }
        }
    }

    #[test]
    fn a_plan_is_called_by_its_name_and_its_clock_is_that_of_its_zone() {
        let values = [
            ("claim", "clm_1"),
            ("plan", "demo-town"),
            ("until", "2026-02-05T16:00:00Z"),
            ("plan-en", "Help in our town"),
            ("plan-zh", "小镇互助"),
            ("zone", "Asia/Shanghai"),
        ];
        let english = render_mail(&message("mail-claim-reported", &values, "en")).body;
        assert!(english.contains("6 February 2026, 00:00 (time of Asia/Shanghai)"), "{english}");
        let joined = render_mail(&message("mail-left", &values, "zh"));
        assert!(joined.subject.contains("小镇互助") && !joined.body.contains("demo-town"), "{joined:?}");
        let old = render_mail(&message("mail-left", &values[..3], "zh"));
        assert!(old.subject.contains("demo-town"), "{old:?}");
    }

    #[test]
    fn a_clock_is_told_only_where_one_runs() {
        let with = render_mail(&message("mail-claim-reported", &ALL, "en"));
        assert!(with.body.contains("5 February 2026, 16:00"), "{}", with.body);
        let without = [("claim", "clm_1"), ("plan", "demo-town"), ("until", ""), ("aid", "30000.00")];
        let without = render_mail(&message("mail-claim-approved", &without, "en"));
        assert!(!without.body.contains("UTC") && without.body.contains("30,000.00"), "{}", without.body);
    }
}
