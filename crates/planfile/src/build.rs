//! From what was read to the parts of the terms.
//!
//! A value that could not be read has been reported by the walk; here a stand-in takes its place, and mistakes that
//! depend on a stand-in are held back. Keys that only some choices need are checked here.

use huzhu_domain::plan::{
    Age, AgeBand, Aid, AidKind, AidRow, Asker, Band, Calendar, Cap, Cause, Condition, ConditionCode, Contact,
    Cover, DEFAULT_CHANGE_NOTICE_DAYS, DependantsPay, Ending, EvidenceItem, Excess, Exclusion, Frequency,
    Group, GroupCode, Headcount, Identity, IllnessInside, ItemCode, Joining, Jury, JuryMode,
    LastPeriodsPayer, Leaving, Localized, Model, PeriodDays, PlanId, PlanVersion, Question, Reason,
    ReasonCode, Refund, Relation, Retry, Review, Severity, Sharing, Shortfall, Split, StepDays, TenureStep,
    TermsParts, Waiting,
};
use huzhu_domain::time::{Day, TimeZone};
use huzhu_ledger::{Amount, Currency, Percent};

use crate::walk::{Form, Located, Read};
use crate::{Fault, rules};

/// The stand-in of codes.
const UNKNOWN: &str = "unknown";

/// The parts of the terms; what could not be read is replaced by a stand-in.
pub(crate) fn parts(form: &Form, faults: &mut Vec<Located>) -> TermsParts {
    let mut reader = Reader { form, faults };
    TermsParts {
        identity: reader.identity(),
        joining: reader.joining(),
        waiting: reader.waiting(),
        cover: reader.cover(),
        aid: reader.aid(),
        sharing: reader.sharing(),
        calendar: reader.calendar(),
        review: reader.review(),
        jury: reader.jury(),
        leaving: reader.leaving(),
        ending: reader.ending(),
    }
}

struct Reader<'a> {
    form: &'a Form,
    faults: &'a mut Vec<Located>,
}

/// Defines a getter for one kind of value: `Some` when it stands there and could be read.
macro_rules! getter {
    ($name:ident, $variant:ident, $kind:ty) => {
        fn $name(&self, path: &str) -> Option<$kind> {
            match self.form.value(path) {
                Some(Read::$variant(value)) => Some(value.clone()),
                _ => None,
            }
        }
    };
}

/// A whole number as a smaller type; the bounds of its key make it fit.
fn fit<T: TryFrom<i64> + Default>(number: Option<i64>) -> T {
    number.and_then(|n| T::try_from(n).ok()).unwrap_or_default()
}

impl Reader<'_> {
    getter!(words_at, Words, Localized);
    getter!(code_at, Code, String);
    getter!(codes_at, Codes, Vec<String>);
    getter!(whole, Whole, i64);
    getter!(flag_at, Flag, bool);
    getter!(amount_at, Amount, Amount);
    getter!(percent_at, Percent, Percent);
    getter!(day, Day, Day);
    getter!(age_at, Age, Age);
    getter!(currency_at, Currency, Currency);
    getter!(zone_at, Zone, TimeZone);
    getter!(contact_at, Contact, Contact);
    getter!(choices_at, Choices, Vec<&'static str>);
    getter!(icd_at, Icd, Vec<huzhu_domain::plan::IcdRange>);

    fn words(&self, path: &str) -> Localized {
        self.words_at(path).unwrap_or_else(|| Localized::new("", ""))
    }

    fn flag(&self, path: &str) -> bool {
        self.flag_at(path).unwrap_or(false)
    }

    fn amount(&self, path: &str) -> Amount {
        self.amount_at(path).unwrap_or_default()
    }

    fn percent(&self, path: &str) -> Percent {
        self.percent_at(path).unwrap_or(Percent::HUNDRED)
    }

    /// The word chosen at `path`; the empty text when it is missing or unknown.
    fn choice(&self, path: &str) -> &'static str {
        match self.form.value(path) {
            Some(Read::Choice(word)) => word,
            _ => "",
        }
    }

    /// A code of any kind; the walk has checked its alphabet.
    fn code<T>(
        &self,
        path: &str,
        make: impl Fn(&str) -> Result<T, huzhu_domain::plan::CodeError>,
    ) -> Option<T> {
        make(&self.code_at(path)?).ok()
    }

    fn plan_id(&self, path: &str) -> Option<PlanId> {
        self.code(path, PlanId::new)
    }

    /// The code at `path`, or the stand-in.
    fn must<T>(
        &self,
        path: &str,
        make: impl Fn(&str) -> Result<T, huzhu_domain::plan::CodeError> + Copy,
    ) -> T {
        self.code(path, make).unwrap_or_else(|| make(UNKNOWN).expect("the stand-in is a code"))
    }

    /// Reports `path` as missing when it does not stand there.
    fn need(&mut self, path: &str, why: &str) {
        let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        // A group of terms that is missing as a whole has been reported.
        if !self.form.has(path) && self.form.has(parent) {
            let key = path.rsplit_once('.').map_or(path, |(_, key)| key);
            let span = self.form.place(parent);
            let message = format!("[{parent}] has no `{key}`, which {why} needs");
            self.fault(path, span, rules::NEEDS_KEY, message, format!("add `{key}`"));
        }
    }

    /// Reports `path` as needless when it stands there.
    fn forbid(&mut self, path: &str, why: &str) {
        if self.form.has(path) {
            let key = path.rsplit_once('.').map_or(path, |(_, key)| key);
            let message = format!("`{key}` has no meaning {why}");
            self.fault(path, self.form.place(path), rules::NEEDLESS_KEY, message, "remove it".to_owned());
        }
    }

    fn fault(
        &mut self,
        path: &str,
        span: std::ops::Range<usize>,
        rule: huzhu_domain::plan::Rule,
        message: String,
        remedy: String,
    ) {
        self.faults
            .push(Located { path: Some(path.to_owned()), fault: Fault { span, rule, message, remedy } });
    }

    /// `make` for each table of the array at `path`.
    fn each<T>(&mut self, path: &str, mut make: impl FnMut(&mut Self, &str) -> T) -> Vec<T> {
        (0..self.form.count(path)).map(|i| make(self, &format!("{path}[{i}]"))).collect()
    }

    fn ages(&self, path: &str) -> AgeBand {
        let to = self.whole(&format!("{path}.age_to")).map(|to| fit(Some(to)));
        AgeBand { from: fit(self.whole(&format!("{path}.age_from"))), to }
    }

    fn reasons(&mut self, path: &str) -> Vec<Reason> {
        self.each(path, |r, at| Reason {
            code: r.must(&format!("{at}.code"), ReasonCode::new),
            text: r.words(&format!("{at}.text")),
        })
    }

    fn identity(&mut self) -> Identity {
        let notice =
            self.whole("plan.change_notice_days").map_or(DEFAULT_CHANGE_NOTICE_DAYS, |n| fit(Some(n)));
        Identity {
            id: self.must("plan.id", PlanId::new),
            version: PlanVersion(fit(self.whole("plan.version"))),
            name: self.words("plan.name"),
            summary: self.words("plan.summary"),
            currency: self.currency_at("plan.currency").unwrap_or(Currency::CNY),
            zone: self.zone_at("plan.time_zone").unwrap_or(TimeZone::UTC),
            effective: self.day("plan.effective").unwrap_or(Day::ZERO),
            last_day: self.day("plan.last_day"),
            change_notice_days: notice,
        }
    }

    fn joining(&mut self) -> Joining {
        let questions = self.each("joining.questions", |r, at| Question {
            code: r.must(&format!("{at}.code"), ItemCode::new),
            text: r.words(&format!("{at}.text")),
            refuse_if: r.choice(&format!("{at}.refuse_if")) == "yes",
        });
        let relations = self.choices_at("joining.dependants").unwrap_or_default();
        if relations.is_empty() && !self.form.has("joining.dependants") {
            self.forbid("joining.dependants_pay", "without dependants");
        }
        Joining {
            age_from: self.age_at("joining.age_from").unwrap_or(Age::Years(0)),
            age_to: self.age_at("joining.age_to").unwrap_or(Age::Years(150)),
            credit_score_min: self.whole("joining.credit_score_min").map(|n| fit(Some(n))),
            real_name: self.flag("joining.real_name"),
            questions,
            dependants: relations.into_iter().filter_map(relation).collect(),
            dependants_pay: match self.choice("joining.dependants_pay") {
                "nobody" => DependantsPay::Nobody,
                _ => DependantsPay::Payer,
            },
            several_plans: self.flag("joining.several_plans"),
            only_members_of: self.plan_id("joining.only_members_of"),
            givers: self.flag("joining.givers"),
            members_to_start: fit(self.whole("joining.members_to_start")),
            members_to_go_on: fit(self.whole("joining.members_to_go_on")),
            closed_from: self.day("joining.closed_from"),
        }
    }

    fn waiting(&mut self) -> Waiting {
        Waiting {
            days: fit(self.whole("waiting.days")),
            accident_exempt: self.flag("waiting.accident_exempt"),
            illness_inside: match self.choice("waiting.illness_inside") {
                "end" => IllnessInside::End,
                "no-aid" => IllnessInside::NoAid,
                _ => IllnessInside::RefundAndEnd,
            },
        }
    }

    fn cover(&mut self) -> Cover {
        let groups = self.each("cover.groups", |r, at| Group {
            code: r.must(&format!("{at}.code"), GroupCode::new),
            name: r.words(&format!("{at}.name")),
            cause: match r.choice(&format!("{at}.cause")) {
                "accident" => Cause::Accident,
                "either" => Cause::Either,
                _ => Cause::Illness,
            },
        });
        let conditions = self.each("cover.conditions", |r, at| Condition {
            code: r.must(&format!("{at}.code"), ConditionCode::new),
            group: r.must(&format!("{at}.group"), GroupCode::new),
            severities: r.severities(&format!("{at}.severities")),
            name: r.words(&format!("{at}.name")),
            definition: r.words(&format!("{at}.definition")),
            icd10: r.icd_at(&format!("{at}.icd10")).unwrap_or_default(),
            icd11: r.icd_at(&format!("{at}.icd11")).unwrap_or_default(),
            ages: r.ages(at),
        });
        let exclusions = self.reasons("cover.exclusions");
        let exclusions = exclusions.into_iter().map(|r| Exclusion { code: r.code, text: r.text }).collect();
        Cover { groups, conditions, exclusions }
    }

    fn severities(&self, path: &str) -> Vec<Severity> {
        let mut found: Vec<Severity> = match self.choices_at(path) {
            Some(words) => words.into_iter().filter_map(severity).collect(),
            None => vec![Severity::Severe],
        };
        found.sort_unstable();
        found
    }

    fn aid(&mut self) -> Aid {
        let lump = "with kind = \"lump-sum\"";
        let kind = match self.choice("aid.kind") {
            "reimbursement" => {
                self.need("aid.percent", "kind = \"reimbursement\"");
                self.need("aid.deductible", "kind = \"reimbursement\"");
                AidKind::Reimbursement {
                    percent: self.percent("aid.percent"),
                    deductible: self.amount("aid.deductible"),
                }
            }
            "lump-sum" => {
                self.forbid("aid.percent", lump);
                self.forbid("aid.deductible", lump);
                AidKind::LumpSum
            }
            _ => AidKind::LumpSum,
        };
        let frequency = match self.choice("aid.frequency") {
            "several" => {
                self.need("aid.ceiling", "frequency = \"several\"");
                Frequency::Several {
                    times: self.times(),
                    // Without a readable ceiling no amount may be called too high.
                    ceiling: self.amount_at("aid.ceiling").unwrap_or(Amount::MAX),
                }
            }
            "once" => {
                self.forbid("aid.ceiling", "with frequency = \"once\"");
                self.forbid("aid.times", "with frequency = \"once\"");
                Frequency::Once
            }
            _ => Frequency::Once,
        };
        let table = self.each("aid.table", |r, at| AidRow {
            group: r.must(&format!("{at}.group"), GroupCode::new),
            severity: severity(r.choice(&format!("{at}.severity"))).unwrap_or(Severity::Severe),
            ages: r.ages(at),
            amount: r.amount(&format!("{at}.amount")),
        });
        let tenure = self.each("aid.tenure", |r, at| TenureStep {
            from_days: fit(r.whole(&format!("{at}.from_days"))),
            percent: r.percent(&format!("{at}.percent")),
        });
        Aid { kind, frequency, table, tenure }
    }

    fn times(&self) -> Vec<(Severity, u16)> {
        let at = |severity: Severity| self.whole(&format!("aid.times.{}", severity.code()));
        Severity::ALL.into_iter().filter_map(|s| at(s).map(|n| (s, fit(Some(n))))).collect()
    }

    fn sharing(&mut self) -> Sharing {
        let bands = self.each("sharing.bands", |r, at| Band {
            ages: r.ages(at),
            weight: fit(r.whole(&format!("{at}.weight"))),
        });
        Sharing {
            model: self.model(),
            split: if bands.is_empty() { Split::Equal } else { Split::Banded(bands) },
            fee: self.percent("sharing.fee"),
            headcount: match self.choice("sharing.headcount") {
                "enrolled" => Headcount::Enrolled,
                _ => Headcount::Covered,
            },
            cap_per_claim: self.cap("sharing.cap_per_claim"),
            cap_per_year: self.cap("sharing.cap_per_year"),
            shortfall: match self.choice("sharing.shortfall") {
                "next-period" => Shortfall::NextPeriod,
                "cut-aid" => Shortfall::CutAid,
                _ => Shortfall::Operator,
            },
        }
    }

    fn model(&mut self) -> Model {
        let model = self.choice("sharing.model");
        if matches!(model, "after" | "sponsor") {
            for key in ["sharing.deposit", "sharing.minimum"] {
                self.forbid(key, "without prepaid balances (model = \"pool\")");
            }
        }
        if matches!(model, "after" | "pool") {
            for key in ["sharing.sponsor", "sharing.sponsor_limit"] {
                self.forbid(key, "without a sponsor (model = \"sponsor\")");
            }
        }
        match model {
            "pool" => {
                self.need("sharing.deposit", "model = \"pool\"");
                self.need("sharing.minimum", "model = \"pool\"");
                Model::Pool {
                    deposit: self.amount("sharing.deposit"),
                    minimum: self.amount("sharing.minimum"),
                }
            }
            "sponsor" => {
                self.need("sharing.sponsor", "model = \"sponsor\"");
                let limit = self.amount_at("sharing.sponsor_limit");
                Model::Sponsor { name: self.words("sharing.sponsor"), limit }
            }
            _ => Model::After,
        }
    }

    fn cap(&self, path: &str) -> Option<Cap> {
        let amount = self.amount_at(&format!("{path}.amount"))?;
        let excess = match self.choice(&format!("{path}.excess")) {
            "other-members" => Excess::OtherMembers,
            "next-period" => Excess::NextPeriod,
            "cut-aid" => Excess::CutAid,
            _ => Excess::Operator,
        };
        Some(Cap { amount, excess })
    }

    fn calendar(&mut self) -> Calendar {
        let periods = self.each("calendar.periods", |r, at| PeriodDays {
            notice_day: r.whole(&format!("{at}.notice_day")).map_or(1, |n| fit(Some(n))),
            sharing_day: r.whole(&format!("{at}.sharing_day")).map_or(28, |n| fit(Some(n))),
            shared_next_month: r.choice(&format!("{at}.sharing_month")) == "next",
        });
        let (days, until) = ("calendar.retry_days", "calendar.retry_until_days_before_next");
        if self.form.has(days) {
            self.forbid(until, "beside `retry_days`");
        } else if !self.form.has(until) {
            self.need(days, "a plan without `retry_until_days_before_next`");
        }
        let retry = match self.whole(until) {
            Some(days) if !self.form.has("calendar.retry_days") => Retry::UntilBeforeNext(fit(Some(days))),
            _ => Retry::Days(fit(self.whole(days))),
        };
        Calendar {
            periods,
            notice_length_days: self.whole("calendar.notice_length_days").map_or(1, |n| fit(Some(n))),
            payout_days: fit(self.whole("calendar.payout_days")),
            first_contact: self.contact_at("calendar.first_contact").unwrap_or(Contact::Days(0)),
            filing_deadline_days: fit(self.whole("calendar.filing_deadline_days")),
            retry,
            reminder_days: self.whole("calendar.reminder_days").map(|n| fit(Some(n))),
        }
    }

    fn review(&mut self) -> Review {
        let evidence = self.each("review.evidence", |r, at| EvidenceItem {
            code: r.must(&format!("{at}.code"), ItemCode::new),
            name: r.words(&format!("{at}.name")),
            groups: {
                let codes = r.codes_at(&format!("{at}.groups")).unwrap_or_default();
                codes.iter().filter_map(|code| GroupCode::new(code).ok()).collect()
            },
            required: r.flag(&format!("{at}.required")),
        });
        Review {
            evidence,
            four_eyes_from: self.amount("review.four_eyes_from"),
            second_review: self.percent("review.second_review"),
            reasons: self.reasons("review.reasons"),
            days: self.step_days(),
        }
    }

    fn step_days(&mut self) -> StepDays {
        let days = |key: &str, usual: u16| {
            self.whole(&format!("review.days.{key}")).map_or(usual, |days| fit(Some(days)))
        };
        let usual = StepDays::USUAL;
        StepDays {
            review: days("review", usual.review),
            evidence: days("evidence", usual.evidence),
            investigation: days("investigation", usual.investigation),
            confirmation: days("confirmation", usual.confirmation),
            second_review: days("second_review", usual.second_review),
            objection: days("objection", usual.objection),
            jury_request: days("jury_request", usual.jury_request),
            clerk: days("clerk", usual.clerk),
        }
    }

    fn jury(&mut self) -> Option<Jury> {
        const COMMON: [&str; 4] = ["threshold", "asked_by", "exam", "standing_days"];
        const OPEN: [&str; 3] = ["quorum", "quorum_percent_max", "hours"];
        const DRAWN: [&str; 4] = ["size", "reserves", "deadline_days", "appeals"];
        let mode = self.choice("jury.mode");
        let groups = [
            (&COMMON[..], matches!(mode, "open" | "drawn")),
            (&OPEN[..], mode == "open"),
            (&DRAWN[..], mode == "drawn"),
        ];
        if mode.is_empty() {
            return None;
        }
        for (keys, wanted) in groups {
            for key in keys {
                let path = format!("jury.{key}");
                if wanted {
                    self.need(&path, &format!("mode = \"{mode}\""));
                } else {
                    self.forbid(&path, &format!("with mode = \"{mode}\""));
                }
            }
        }
        if mode == "none" {
            self.forbid("jury.not_accepted", "with mode = \"none\"");
            return None;
        }
        let mode = if mode == "open" {
            JuryMode::Open {
                quorum: fit(self.whole("jury.quorum")),
                quorum_percent_max: self.percent("jury.quorum_percent_max"),
                hours: fit(self.whole("jury.hours")),
            }
        } else {
            JuryMode::Drawn {
                size: fit(self.whole("jury.size")),
                reserves: fit(self.whole("jury.reserves")),
                deadline_days: fit(self.whole("jury.deadline_days")),
                appeals: fit(self.whole("jury.appeals")),
            }
        };
        let askers = self.choices_at("jury.asked_by").unwrap_or_default();
        Some(Jury {
            mode,
            threshold: self.percent("jury.threshold"),
            asked_by: askers.into_iter().filter_map(asker).collect(),
            not_accepted: self.reasons("jury.not_accepted"),
            exam: self.flag("jury.exam"),
            standing_days: fit(self.whole("jury.standing_days")),
        })
    }

    fn leaving(&mut self) -> Leaving {
        Leaving {
            owes_noticed_period: self.flag("leaving.owes_noticed_period"),
            rejoin_restarts_wait: self.flag("leaving.rejoin_restarts_wait"),
            end_at_age: self.whole("leaving.end_at_age").map(|n| fit(Some(n))),
            end_after_aid: self.flag("leaving.end_after_aid"),
            end_when_unpaid: self.flag("leaving.end_when_unpaid"),
            end_when_ineligible: self.flag("leaving.end_when_ineligible"),
            move_to: self.plan_id("leaving.move_to"),
        }
    }

    fn ending(&mut self) -> Ending {
        Ending {
            notice_days: fit(self.whole("ending.notice_days")),
            last_periods: fit(self.whole("ending.last_periods")),
            last_periods_paid_by: match self.choice("ending.last_periods_paid_by") {
                "operator" => LastPeriodsPayer::Operator,
                "sponsor" => LastPeriodsPayer::Sponsor,
                _ => LastPeriodsPayer::Members,
            },
            run_off_days: fit(self.whole("ending.run_off_days")),
            refund: match self.choice("ending.refund") {
                "balance" => Refund::Balance,
                "all-shares" => Refund::AllShares,
                _ => Refund::None,
            },
            other_cover: self.words_at("ending.other_cover"),
        }
    }
}

fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.code() == word)
}

fn relation(word: &str) -> Option<Relation> {
    Some(match word {
        "spouse" => Relation::Spouse,
        "child" => Relation::Child,
        "parent" => Relation::Parent,
        "parent-in-law" => Relation::ParentInLaw,
        "sibling" => Relation::Sibling,
        "grandparent" => Relation::Grandparent,
        "grandchild" => Relation::Grandchild,
        _ => return None,
    })
}

fn asker(word: &str) -> Option<Asker> {
    Some(match word {
        "claimant" => Asker::Claimant,
        "objector" => Asker::Objector,
        "operator" => Asker::Operator,
        _ => return None,
    })
}
