//! Changes of how the cost is shared.

use huzhu_domain::plan::{Cap, Headcount, Model, Shortfall, Split};

use super::{More, Pair, Who, direction};
use crate::outline::excess;

impl Pair<'_> {
    pub(super) fn sharing(&mut self) {
        let (old, new) = (self.old.sharing(), self.new.sharing());
        if old.fee != new.fee {
            let (a, b, who) = (old.fee, new.fee, direction(new.fee > old.fee, More::Hurts));
            self.say(
                who,
                format!("Members pay a fee of {b} instead of {a}."),
                format!("管理费由 {a} 改为 {b}。"),
            );
        }
        if old.model != new.model {
            let who = match (&old.model, &new.model) {
                (_, Model::Sponsor { .. }) => Who::Gains,
                (Model::Sponsor { .. }, _) => Who::Loses,
                _ => Who::Neutral,
            };
            self.say(
                who,
                "The money comes from elsewhere: see how the cost is shared.",
                "资金来源有变：见分摊方式。",
            );
        }
        self.cap((old.cap_per_claim, new.cap_per_claim), ["for one claim", "每个案例"]);
        self.cap((old.cap_per_year, new.cap_per_year), ["in a calendar year", "每个自然年"]);
        self.burden();
    }

    /// Who is counted, how the cost is split, and who bears what could not be collected.
    fn burden(&mut self) {
        let (old, new) = (self.old.sharing(), self.new.sharing());
        if old.headcount != new.headcount {
            match new.headcount {
                Headcount::Enrolled => self.say(
                    Who::Both,
                    "New members share during the wait; the others pay less.",
                    "等待期内的成员也参与分摊，其他成员分摊减少。",
                ),
                Headcount::Covered => self.say(
                    Who::Both,
                    "New members do not share during the wait; the others pay more.",
                    "等待期内的成员不再分摊，其他成员分摊增加。",
                ),
            }
        }
        if old.split != new.split {
            match new.split {
                Split::Equal => self.say(
                    Who::Both,
                    "Everybody pays the same share again: the old gain, the young lose.",
                    "改为均摊：年长者受益，年轻者受损。",
                ),
                Split::Banded(_) => self.say(
                    Who::Both,
                    "Shares go by age with new weights: some age bands pay less, others more.",
                    "按年龄分摊的权重有变：部分年龄段减少，部分增加。",
                ),
            }
        }
        if old.shortfall != new.shortfall {
            match new.shortfall {
                Shortfall::Operator => self.say(
                    Who::Gains,
                    "The operator bears what cannot be collected.",
                    "未能收取的部分由运营方承担。",
                ),
                Shortfall::NextPeriod => self.say(
                    Who::Both,
                    "What cannot be collected is added to the next period.",
                    "未能收取的部分计入下一期。",
                ),
                Shortfall::CutAid => self.say(
                    Who::Both,
                    "What cannot be collected is taken off the aid: claimants lose what members do not pay.",
                    "未能收取的部分从互助金中扣减：申请人受损。",
                ),
            }
        }
    }

    fn cap(&mut self, (old, new): (Option<Cap>, Option<Cap>), [en, zh]: [&str; 2]) {
        match (old, new) {
            (None, Some(new)) => {
                let (amount, rest) = (self.money(new.amount), excess(new.excess, self.language));
                self.say(
                    Who::Gains,
                    format!("A member pays at most {amount} {en} now; {rest}."),
                    format!("每位成员{zh}最多分摊 {amount}，{rest}。"),
                );
            }
            (Some(_), None) => {
                self.say(
                    Who::Loses,
                    format!("There is no limit any more on what a member pays {en}."),
                    format!("取消成员{zh}的分摊上限。"),
                );
            }
            (Some(old), Some(new)) => {
                if old.amount != new.amount {
                    let (a, b) = (self.money(old.amount), self.money(new.amount));
                    let who = direction(new.amount > old.amount, More::Hurts);
                    self.say(
                        who,
                        format!("The most a member pays {en}: {b} instead of {a}."),
                        format!("成员{zh}分摊上限由 {a} 改为 {b}。"),
                    );
                }
                if old.excess != new.excess {
                    let rest = excess(new.excess, self.language);
                    self.say(
                        Who::Both,
                        format!("Above the limit {en}, {rest} now."),
                        format!("{zh}超出上限时：{rest}。"),
                    );
                }
            }
            (None, None) => {}
        }
    }
}
