//! A share in a `.tlog-proof`: own share, equation of the period and log in one file.

use huzhu_ledger::{Amount, Currency};
use huzhu_log::entry::{Body, Equation, ShareTree};
use huzhu_log::receipt::{Receipt, ShareProof, Shown};
use huzhu_log::tlog_policy::TlogPolicy;
use serde_json::{Value, json};

use crate::commands::trust::{milliseconds, signed_by_json};
use crate::commands::verify::receipt::{NO_TIME, SAME_LOG, parse, seen_by_witness, under_head};
use crate::commands::verify::{Report, refuse};
use crate::output::Ending;

/// Checks the file and prints what it shows.
pub(super) fn check(name: &str, bytes: &[u8], rules: &TlogPolicy, json: bool) -> Ending {
    let verified = parse(bytes).and_then(|receipt| {
        let shown = receipt.verify(rules, None).map_err(|error| error.to_string())?;
        Ok((receipt, shown))
    });
    let (receipt, shown) = match verified {
        Ok(verified) => verified,
        Err(finding) => return refuse(name, &finding, json),
    };
    let Some(share) = OwnShare::of(&receipt, &shown) else {
        let kind = receipt.kind();
        return refuse(name, &format!("this receipt of an entry of kind `{kind}` has no share in it"), json);
    };
    let heading = format!("{name}: this share is in the settlement, and the settlement is on the log.");
    report(&share, &shown).print(&heading, json)
}

/// A share that verified, with the settlement it is in.
#[derive(Debug)]
pub(in crate::commands::verify) struct OwnShare<'a> {
    plan: &'a str,
    period: &'a str,
    code: &'a str,
    currency: Option<Currency>,
    equation: &'a Equation,
    tree: &'a ShareTree,
    proof: &'a ShareProof,
}

impl<'a> OwnShare<'a> {
    /// The share of a receipt that verified; nothing if it has none.
    pub(in crate::commands::verify) fn of(receipt: &'a Receipt, shown: &'a Shown) -> Option<Self> {
        let Body::Settlement { plan, period, currency, equation, shares, .. } = &shown.entry.body else {
            return None;
        };
        Some(Self {
            plan,
            period,
            code: currency,
            currency: Currency::parse(currency).ok(),
            equation,
            tree: shares.as_ref()?,
            proof: receipt.share()?,
        })
    }

    /// Share, equation and sums, each in a sentence.
    pub(in crate::commands::verify) fn sentences(&self) -> [String; 3] {
        let (leaf, code) = (&self.proof.leaf, self.code);
        let counted = if leaf.counted { "counted" } else { "not counted" };
        let own = format!(
            "place {} was {counted} and charged {} {code} in period {} of plan {}",
            leaf.index,
            self.amount(leaf.amount),
            self.period,
            self.plan
        );
        let all = format!(
            "{} members were counted, and all shares together are {} {code}: the same root carries own share, headcount and sum",
            self.tree.count,
            self.amount(self.tree.sum)
        );
        [own, self.equation(), all]
    }

    /// What a reader might think was shown and was not.
    pub(in crate::commands::verify) fn not_shown() -> Vec<String> {
        [
            "that everybody in the roster is a real member: the auditors' samples are for that",
            "that the illnesses were real: review, notice and jury are for that",
            "that this share is all that its owner paid: other enrolments, prepaid money and what the bank took stand elsewhere",
            "whose place it is, and how many places the roster has: neither is in the log",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Both sides in words, with what they come to.
    fn equation(&self) -> String {
        let Equation {
            aid,
            fee,
            carried_in,
            surplus_before,
            shares_total,
            surplus,
            borne_by_operator,
            borne_by_sponsor,
            carried_out,
            ..
        } = self.equation;
        let sum = |terms: &[(&str, &u64)]| {
            let words = terms.iter().map(|(word, minor)| format!("{word} {}", self.amount(**minor)));
            words.collect::<Vec<_>>().join(" + ")
        };
        let uses = sum(&[("aid", aid), ("fee", fee), ("carried in", carried_in), ("surplus", surplus)]);
        let sources = sum(&[
            ("shares", shares_total),
            ("surplus before", surplus_before),
            ("operator", borne_by_operator),
            ("sponsor", borne_by_sponsor),
            ("carried on", carried_out),
        ]);
        format!("the equation of the period holds, in {}: {uses} = {sources}", self.code)
    }

    /// For programs. Amounts are decimals in the currency.
    pub(in crate::commands::verify) fn facts(&self) -> Value {
        let (leaf, it) = (&self.proof.leaf, self.equation);
        let amount = |minor: u64| self.amount(minor);
        json!({
            "plan": self.plan,
            "period": self.period,
            "place": leaf.index,
            "share": amount(leaf.amount),
            "currency": self.code,
            "counted": leaf.counted,
            "headcount": self.tree.count,
            "charged": amount(self.tree.sum),
            "root": self.tree.root.to_string(),
            "equation": {
                "aid": amount(it.aid),
                "fee": amount(it.fee),
                "carried_in": amount(it.carried_in),
                "surplus_before": amount(it.surplus_before),
                "cost": amount(it.cost),
                "share": amount(it.share),
                "shares_total": amount(it.shares_total),
                "surplus": amount(it.surplus),
                "borne_by_operator": amount(it.borne_by_operator),
                "borne_by_sponsor": amount(it.borne_by_sponsor),
                "carried_out": amount(it.carried_out),
            },
        })
    }

    /// A decimal in the currency; of one that this program does not know the bare number of minor units.
    fn amount(&self, minor: u64) -> String {
        self.currency.map_or_else(
            || format!("{minor} (minor units)"),
            |currency| Amount::from_minor(minor).decimal(currency),
        )
    }
}

fn report(share: &OwnShare<'_>, shown: &Shown) -> Report {
    let head = &shown.verified.checkpoint;
    let at = milliseconds(shown.entry.at);
    let mut proved = share.sentences().to_vec();
    proved.push(format!(
        "{} has this settlement as entry {}; the log's own time for it is {at}",
        head.origin(),
        shown.index
    ));
    proved.extend(under_head(shown));
    let mut not_proved = OwnShare::not_shown();
    match seen_by_witness(shown) {
        Some(sentence) => proved.push(sentence),
        None => not_proved.push(NO_TIME.to_owned()),
    }
    not_proved.push(SAME_LOG.to_owned());
    let mut facts = share.facts();
    facts["log"] = json!({
        "origin": head.origin(),
        "index": shown.index,
        "at": at,
        "size": head.size(),
        "root": head.root().to_string(),
        "signed": signed_by_json(&shown.verified),
    });
    Report { proved, not_proved, facts }
}
