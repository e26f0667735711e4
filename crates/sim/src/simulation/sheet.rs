//! A plan as the simulator understands it: plain numbers, the text of a plan file made from them, and its own idea of what
//! those numbers mean for one person. The app only ever sees the text.

use std::fmt::Write as _;

use huzhu_domain::plan::{Excess, IllnessInside, Shortfall};
use huzhu_domain::settlement as money;
use huzhu_domain::time::{Day, plus_days};
use huzhu_ledger::{Amount, Currency, Percent, amount::decimal};

use super::jury_terms::JuryTerms;
use crate::world::Dice;

/// Where the money comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    After,
    Pool,
    /// With the most it pays, in minor units.
    Sponsor(Option<u64>),
}

/// A cap in minor units and who bears what is above.
pub(crate) type Cap = (u64, Excess);

/// One period of a month: notice day, sharing day, shared in the month after.
pub(crate) type Days = (i8, i8, bool);

/// A version of the plan in plain numbers. Amounts in minor units, parts in hundredths of a percent.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the yes-or-no terms of a plan file, each with a name of its own"
)]
pub(crate) struct Sheet {
    pub(crate) version: u32,
    pub(crate) effective: Day,
    pub(crate) currency: Currency,
    pub(crate) zone: &'static str,
    pub(crate) change_notice_days: i64,
    pub(crate) real_name: bool,
    pub(crate) credit: bool,
    pub(crate) dependants_free: bool,
    pub(crate) wait_days: i64,
    pub(crate) accident_exempt: bool,
    pub(crate) illness_inside: IllnessInside,
    pub(crate) end_at_age: Option<i16>,
    /// Severe illness until 39, severe illness from 40 on, early illness, accident.
    pub(crate) aid: [u64; 4],
    /// Part of the cost, and what the member bears.
    pub(crate) reimbursed: Option<(u32, u64)>,
    /// Ceiling of all payouts, and payouts for mild illness; `None`: pays once.
    pub(crate) several: Option<(u64, u16)>,
    pub(crate) tenure: Vec<(i64, u32)>,
    pub(crate) source: Source,
    pub(crate) fee: u32,
    pub(crate) everybody_shares: bool,
    pub(crate) claim_cap: Option<Cap>,
    pub(crate) year_cap: Option<Cap>,
    pub(crate) shortfall: Shortfall,
    /// First age of each band, with its weight; empty: equal shares.
    pub(crate) bands: Vec<(i16, u32)>,
    pub(crate) periods: Vec<Days>,
    pub(crate) notice_days: i64,
    pub(crate) payout_days: i64,
    pub(crate) retry_days: i64,
    pub(crate) filing_days: i64,
    pub(crate) owes_noticed: bool,
    pub(crate) lapses: bool,
    pub(crate) jury: Option<JuryTerms>,
}

/// The plan of every simulation.
pub(crate) const PLAN: &str = "village";
/// Age from which the second row of the aid table pays.
pub(crate) const OLDER: i16 = 40;
/// Oldest age of joining.
pub(crate) const JOIN_UNTIL: i16 = 59;

impl Sheet {
    /// Throws a first version, in force from `effective` on.
    pub(crate) fn thrown(dice: &mut Dice, effective: Day) -> Self {
        let code = dice.pick(&["CNY", "EUR", "JPY", "KWD"]).copied().unwrap_or("CNY");
        let zones =
            ["Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Pacific/Auckland", "Asia/Kathmandu"];
        let source = match dice.range(0, 9) {
            0 => Source::Sponsor(None),
            1 => Source::Sponsor(Some(dice.range(20_000, 300_000))),
            2 | 3 => Source::Pool,
            _ => Source::After,
        };
        let bands = match dice.range(0, 2) {
            0 if !matches!(source, Source::Sponsor(_)) => vec![(0, 1), (30, 2), (45, 3)],
            1 if !matches!(source, Source::Sponsor(_)) => vec![(0, 3), (18, 7)],
            _ => Vec::new(),
        };
        let mut sheet = Self {
            version: 1,
            effective,
            currency: Currency::parse(code).unwrap_or(Currency::CNY),
            zone: dice.pick(&zones).copied().unwrap_or("UTC"),
            change_notice_days: dice.days(1, 20),
            real_name: dice.chance(600),
            credit: false,
            dependants_free: dice.chance(150),
            wait_days: 0,
            accident_exempt: dice.chance(700),
            illness_inside: IllnessInside::NoAid,
            end_at_age: dice.chance(800).then_some(60),
            aid: [0; 4],
            reimbursed: None,
            several: dice
                .chance(400)
                .then(|| (dice.range(15_000, 60_000), u16::try_from(dice.range(1, 3)).unwrap_or(1))),
            tenure: Vec::new(),
            source,
            fee: 0,
            everybody_shares: dice.chance(600),
            claim_cap: None,
            year_cap: None,
            shortfall: Shortfall::Operator,
            bands,
            periods: Vec::new(),
            notice_days: 3,
            payout_days: 7,
            retry_days: 0,
            filing_days: 0,
            owes_noticed: dice.chance(800),
            lapses: dice.chance(800),
            jury: JuryTerms::thrown(dice),
        };
        sheet.credit = sheet.real_name && dice.chance(500);
        sheet.reimbursed = dice
            .chance(250)
            .then(|| (u32::try_from(dice.range(30, 100)).unwrap_or(50) * 100, dice.range(0, 3_000)));
        if dice.chance(200) {
            sheet.tenure = vec![(0, 3_000), (60, 6_550), (200, 10_000)];
        }
        sheet.throw_calendar(dice);
        sheet.throw_sharing(dice);
        sheet
    }

    fn throw_calendar(&mut self, dice: &mut Dice) {
        (self.periods, self.notice_days, self.retry_days) = match dice.range(0, 3) {
            0 => (vec![(10, 20, false)], dice.days(1, 7), dice.days(0, 14)),
            1 => (vec![(20, 5, true)], dice.days(3, 10), dice.days(3, 14)),
            2 => (vec![(1, 5, false), (11, 15, false), (21, 25, false)], 3, dice.days(1, 5)),
            _ => (vec![(7, 14, false), (21, 28, false)], dice.days(2, 5), dice.days(2, 6)),
        };
        self.payout_days = dice.days(1, 9);
    }

    /// What a new version may change: amounts, fee, caps, wait, shortfall, weights, calendar now and then.
    fn throw_sharing(&mut self, dice: &mut Dice) {
        self.wait_days = dice.days(0, 40);
        self.filing_days = dice.days(20, 90);
        self.illness_inside = match dice.range(0, 2) {
            0 => IllnessInside::NoAid,
            1 => IllnessInside::End,
            _ => IllnessInside::RefundAndEnd,
        };
        self.aid = [
            dice.range(5_000, 40_000),
            dice.range(3_000, 20_000),
            dice.range(500, 5_000),
            dice.range(500, 8_000),
        ];
        if let Some((ceiling, _)) = self.several {
            self.aid = self.aid.map(|amount| amount.min(ceiling));
        }
        self.fee = u32::try_from(dice.range(0, 1_200)).unwrap_or(0);
        self.shortfall = match dice.range(0, 2) {
            0 => Shortfall::Operator,
            1 => Shortfall::NextPeriod,
            _ => Shortfall::CutAid,
        };
        if matches!(self.source, Source::Sponsor(_)) {
            return;
        }
        for (_, weight) in &mut self.bands {
            *weight = u32::try_from(dice.range(1, 9)).unwrap_or(1);
        }
        let excess = |dice: &mut Dice| match dice.range(0, 2) {
            0 => Excess::Operator,
            1 => Excess::NextPeriod,
            _ => Excess::CutAid,
        };
        self.claim_cap = dice.chance(500).then(|| (dice.range(20, 400), excess(dice)));
        let for_year = |dice: &mut Dice| {
            if dice.chance(300) { Excess::OtherMembers } else { excess(dice) }
        };
        self.year_cap = dice.chance(600).then(|| (dice.range(400, 5_000), for_year(dice)));
    }

    /// Throws the version after this one.
    pub(crate) fn changed(&self, dice: &mut Dice, version: u32, effective: Day) -> Self {
        let mut next = Self { version, effective, ..self.clone() };
        next.throw_sharing(dice);
        if dice.chance(250) {
            next.throw_calendar(dice);
        }
        if dice.chance(150) {
            next.jury = JuryTerms::thrown(dice);
        }
        next
    }

    /// The plan file.
    pub(crate) fn text(&self) -> String {
        let mut file = String::new();
        self.write(&mut file).expect("a string takes every text");
        file
    }

    fn write(&self, f: &mut String) -> std::fmt::Result {
        let flag = |on: bool| if on { "true" } else { "false" };
        write!(
            f,
            "[plan]\nid = \"{PLAN}\"\nversion = {}\nname = {{ en = \"Village\", zh = \"村\" }}\nsummary = {{ en = \"A village.\", zh = \"一个村。\" }}\n\
             currency = \"{}\"\ntime_zone = \"{}\"\neffective = {}\nchange_notice_days = {}\n\n\
             [joining]\nage_from = \"30 days\"\nage_to = \"{JOIN_UNTIL} years\"\nreal_name = {}\nseveral_plans = true\n\
             dependants = [\"spouse\", \"child\", \"parent\"]\ndependants_pay = \"{}\"\n",
            self.version,
            self.currency.code(),
            self.zone,
            self.effective,
            self.change_notice_days,
            flag(self.real_name),
            if self.dependants_free { "nobody" } else { "payer" },
        )?;
        if self.credit {
            writeln!(f, "credit_score_min = 600")?;
        }
        writeln!(
            f,
            "\n[[joining.questions]]\ncode = \"ill\"\ntext = {{ en = \"Ill?\", zh = \"病?\" }}\nrefuse_if = \"yes\"\n"
        )?;
        let inside = match self.illness_inside {
            IllnessInside::NoAid => "no-aid",
            IllnessInside::End => "end",
            IllnessInside::RefundAndEnd => "refund-and-end",
        };
        let (days, exempt) = (self.wait_days, flag(self.accident_exempt));
        writeln!(f, "[waiting]\ndays = {days}\naccident_exempt = {exempt}\nillness_inside = \"{inside}\"\n")?;
        f.push_str(COVER);
        self.write_aid(f)?;
        self.write_sharing(f)?;
        self.write_calendar(f)?;
        f.push_str(REVIEW);
        JuryTerms::write(self.jury.as_ref(), f)?;
        writeln!(
            f,
            "[leaving]\nowes_noticed_period = {}\nrejoin_restarts_wait = true\nend_after_aid = {}\nend_when_unpaid = {}\nend_when_ineligible = true",
            flag(self.owes_noticed),
            flag(self.several.is_none()),
            flag(self.lapses),
        )?;
        if let Some(age) = self.end_at_age {
            writeln!(f, "end_at_age = {age}")?;
        }
        f.push_str(ENDING);
        Ok(())
    }

    fn write_aid(&self, f: &mut String) -> std::fmt::Result {
        match self.reimbursed {
            None => writeln!(f, "[aid]\nkind = \"lump-sum\"")?,
            Some((part, borne)) => writeln!(
                f,
                "[aid]\nkind = \"reimbursement\"\npercent = \"{}\"\ndeductible = \"{}\"",
                percent(part),
                self.money(borne)
            )?,
        }
        match self.several {
            None => writeln!(f, "frequency = \"once\"")?,
            Some((ceiling, mild)) => {
                writeln!(
                    f,
                    "frequency = \"several\"\nceiling = \"{}\"\ntimes = {{ mild = {mild} }}",
                    self.money(ceiling)
                )?;
            }
        }
        let rows = [
            ("illness", "severe", "age_to = 39"),
            ("illness", "severe", "age_from = 40"),
            ("early", "mild", ""),
            ("accident", "mild", ""),
        ];
        for ((group, severity, ages), amount) in rows.into_iter().zip(self.aid) {
            let amount = self.money(amount);
            writeln!(
                f,
                "\n[[aid.table]]\ngroup = \"{group}\"\nseverity = \"{severity}\"\n{ages}\namount = \"{amount}\""
            )?;
        }
        for (from, part) in &self.tenure {
            writeln!(f, "\n[[aid.tenure]]\nfrom_days = {from}\npercent = \"{}\"", percent(*part))?;
        }
        Ok(())
    }

    fn write_sharing(&self, f: &mut String) -> std::fmt::Result {
        let shortfall = match self.shortfall {
            Shortfall::Operator => "operator",
            Shortfall::NextPeriod => "next-period",
            Shortfall::CutAid => "cut-aid",
        };
        let headcount = if self.everybody_shares { "enrolled" } else { "covered" };
        writeln!(
            f,
            "\n[sharing]\nfee = \"{}\"\nheadcount = \"{headcount}\"\nshortfall = \"{shortfall}\"",
            percent(self.fee)
        )?;
        match self.source {
            Source::After => writeln!(f, "model = \"after\"")?,
            Source::Pool => writeln!(
                f,
                "model = \"pool\"\ndeposit = \"{}\"\nminimum = \"{}\"",
                self.money(900),
                self.money(300)
            )?,
            Source::Sponsor(limit) => {
                writeln!(f, "model = \"sponsor\"\nsponsor = {{ en = \"A sponsor\", zh = \"赞助方\" }}")?;
                if let Some(limit) = limit {
                    writeln!(f, "sponsor_limit = \"{}\"", self.money(limit))?;
                }
            }
        }
        for (name, cap) in [("cap_per_claim", self.claim_cap), ("cap_per_year", self.year_cap)] {
            let Some((amount, excess)) = cap else { continue };
            let excess = match excess {
                Excess::Operator => "operator",
                Excess::OtherMembers => "other-members",
                Excess::NextPeriod => "next-period",
                Excess::CutAid => "cut-aid",
            };
            writeln!(f, "{name} = {{ amount = \"{}\", excess = \"{excess}\" }}", self.money(amount))?;
        }
        for (at, (from, weight)) in (1_usize..).zip(&self.bands) {
            writeln!(f, "\n[[sharing.bands]]\nage_from = {from}")?;
            if let Some((next, _)) = self.bands.get(at) {
                writeln!(f, "age_to = {}", next - 1)?;
            }
            writeln!(f, "weight = {weight}")?;
        }
        Ok(())
    }

    fn write_calendar(&self, f: &mut String) -> std::fmt::Result {
        writeln!(
            f,
            "\n[calendar]\nnotice_length_days = {}\npayout_days = {}\nfirst_contact = \"3 working days\"\nfiling_deadline_days = {}\nretry_days = {}",
            self.notice_days, self.payout_days, self.filing_days, self.retry_days
        )?;
        for (notice, sharing, next) in &self.periods {
            let month = if *next { "next" } else { "same" };
            writeln!(
                f,
                "\n[[calendar.periods]]\nnotice_day = {notice}\nsharing_day = {sharing}\nsharing_month = \"{month}\""
            )?;
        }
        Ok(())
    }

    fn money(&self, minor: u64) -> String {
        decimal(u128::from(minor), self.currency)
    }

    /// The rules of sharing as numbers, with what the sponsor bore before.
    pub(crate) fn rules(&self, sponsored: u128) -> money::Rules {
        let cap = |(amount, excess): Cap| money::Cap {
            amount: Amount::from_minor(amount),
            excess: match excess {
                Excess::Operator => money::Excess::Operator,
                Excess::OtherMembers => money::Excess::OtherMembers,
                Excess::NextPeriod => money::Excess::NextPeriod,
                Excess::CutAid => money::Excess::CutAid,
            },
        };
        let left = |limit: u64| u64::try_from(u128::from(limit).saturating_sub(sponsored)).unwrap_or(0);
        money::Rules {
            model: match self.source {
                Source::After => money::Model::After,
                Source::Pool => money::Model::Pool,
                Source::Sponsor(limit) => {
                    money::Model::Sponsor { room: limit.map(|limit| Amount::from_minor(left(limit))) }
                }
            },
            fee: Percent::from_hundredths(self.fee).expect("a fee of at most 12 percent"),
            weights: if self.bands.is_empty() {
                vec![1]
            } else {
                self.bands.iter().map(|(_, weight)| *weight).collect()
            },
            cap_per_claim: self.claim_cap.map(cap),
            cap_per_year: self.year_cap.map(cap),
        }
    }

    /// The band of somebody for shares of the year: by the age on New Year's Day.
    pub(crate) fn band(&self, birth: Day, year: i16) -> u8 {
        // Completed years on 1 January: only who was born on that very day has had the birthday.
        let had_birthday = birth.month() == 1 && birth.day() == 1;
        let age = (year - birth.year() - i16::from(!had_birthday)).max(0);
        let band = self.bands.iter().rposition(|(from, _)| *from <= age).unwrap_or(0);
        u8::try_from(band).unwrap_or(u8::MAX)
    }

    /// First day on which a member is counted.
    pub(crate) fn shares_from(&self, joined: Day) -> Day {
        plus_days(joined, if self.everybody_shares { 1 } else { self.wait_days + 1 })
    }

    /// Fee on an amount: rounded half up.
    pub(crate) fn fee_on(&self, aid: u128) -> u128 {
        (aid * u128::from(self.fee) + 5_000).div_euclid(10_000)
    }
}

fn percent(hundredths: u32) -> String {
    format!("{}.{:02}", hundredths.div_euclid(100), hundredths.rem_euclid(100))
}

const COVER: &str = r#"
[[cover.groups]]
code = "illness"
name = { en = "Illness", zh = "重病" }
cause = "either"

[[cover.groups]]
code = "early"
name = { en = "Early illness", zh = "轻症" }
cause = "illness"

[[cover.groups]]
code = "accident"
name = { en = "Accident", zh = "意外" }
cause = "accident"

[[cover.conditions]]
code = "tumour"
group = "illness"
name = { en = "Tumour", zh = "肿瘤" }
definition = { en = "A tumour.", zh = "肿瘤。" }
icd10 = ["C00-C97"]

[[cover.conditions]]
code = "in-situ"
group = "early"
severities = ["mild"]
name = { en = "Earliest tumour", zh = "原位癌" }
definition = { en = "A tumour in its earliest stage.", zh = "原位癌。" }
icd10 = ["D00-D09"]

[[cover.conditions]]
code = "injury"
group = "accident"
severities = ["mild"]
name = { en = "Injury", zh = "意外伤害" }
definition = { en = "A broken bone.", zh = "骨折。" }
icd10 = ["V01-X59"]

[[cover.exclusions]]
code = "pre-existing"
text = { en = "It was there before.", zh = "加入前已患。" }

"#;

const REVIEW: &str = r#"
[review]
four_eyes_from = "0"
second_review = "30"

[[review.evidence]]
code = "diagnosis"
name = { en = "Diagnosis", zh = "诊断证明" }
required = true

[[review.reasons]]
code = "condition-not-met"
text = { en = "Not proven.", zh = "证据不足。" }

"#;

const ENDING: &str = r#"
[ending]
notice_days = 30
last_periods = 0
last_periods_paid_by = "members"
run_off_days = 180
refund = "none"
"#;
