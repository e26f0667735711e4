//! Which topic each text of the message catalogue belongs to. The one list of texts that members can be sent.
//!
//! A text that is not listed here still goes out, as news of the member's plans; a test keeps the list whole.

use huzhu_domain::preference::Topic;

/// Key of the text, its topic. Texts for staff begin with `mail-work-`, those for jurors with `mail-juror-`, and link to the
/// page of the person who is told.
pub const TEMPLATES: &[(&str, Topic)] = &[
    ("mail-code", Topic::Security),
    ("mail-joined", Topic::PlanChanges),
    ("mail-left", Topic::PlanChanges),
    ("mail-age-reached", Topic::PlanChanges),
    ("mail-share-failed", Topic::Money),
    ("mail-enrolment-lapsed", Topic::Money),
    ("mail-claim-reported", Topic::MyClaims),
    ("mail-claim-taken", Topic::MyClaims),
    ("mail-claim-evidence-needed", Topic::MyClaims),
    ("mail-claim-evidence-complete", Topic::MyClaims),
    ("mail-claim-recommended", Topic::MyClaims),
    ("mail-claim-returned", Topic::MyClaims),
    ("mail-claim-approved", Topic::MyClaims),
    ("mail-claim-refused", Topic::MyClaims),
    ("mail-claim-on-notice", Topic::MyClaims),
    ("mail-claim-payable", Topic::MyClaims),
    ("mail-claim-payable-less", Topic::MyClaims),
    ("mail-claim-paid", Topic::MyClaims),
    ("mail-claim-withdrawn", Topic::MyClaims),
];

/// Beginnings of keys whose topic needs no line of its own in [`TEMPLATES`].
const BEGINNINGS: [(&str, Topic); 9] = [
    ("mail-claim-", Topic::MyClaims),
    ("mail-share-", Topic::Money),
    ("mail-arrears-", Topic::Money),
    ("mail-jury-", Topic::MyClaims),
    ("mail-juror-", Topic::JurorDuty),
    ("mail-objection-", Topic::Objections),
    ("mail-plan-", Topic::PlanChanges),
    ("mail-work-", Topic::Work),
    ("mail-security-", Topic::Security),
];

/// The topic of a text.
pub fn topic_of(template: &str) -> Topic {
    let listed = TEMPLATES.iter().find(|(known, _)| *known == template);
    let begun = || BEGINNINGS.iter().find(|(beginning, _)| template.starts_with(beginning));
    listed.or_else(begun).map_or(Topic::PlanChanges, |(_, topic)| *topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn read(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, out);
            } else if !path.ends_with("inbox/topic.rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
                let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
                code.for_each(|line| out.push_str(line));
            }
        }
    }

    #[test]
    fn every_text_that_use_cases_send_has_a_topic_by_list_or_by_its_beginning() {
        let mut sources = String::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
        let used: Vec<String> = sources
            .split("\"mail-")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|rest| format!("mail-{rest}"))
            .collect();
        assert!(used.len() > 10, "the sources were read");
        for template in &used {
            let listed = TEMPLATES.iter().any(|(known, _)| known == template);
            let begun = BEGINNINGS.iter().any(|(beginning, _)| template.starts_with(beginning));
            assert!(listed || begun || template.starts_with("mail-digest"), "{template} has no topic");
        }
        for (template, expected) in [
            ("mail-code", Topic::Security),
            ("mail-share-failed", Topic::Money),
            ("mail-claim-paid", Topic::MyClaims),
            ("mail-juror-called", Topic::JurorDuty),
            ("mail-objection-answered", Topic::Objections),
            ("mail-plan-published", Topic::PlanChanges),
            ("mail-work-second-review", Topic::Work),
            ("mail-unheard-of", Topic::PlanChanges),
        ] {
            assert_eq!(topic_of(template), expected, "{template}");
        }
    }
}
