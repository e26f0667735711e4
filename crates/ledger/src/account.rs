//! The chart of accounts of one plan.
//!
//! Shape: one enum. What members pay is money of others that passes through: closing a period turns shares receivable into
//! aid payable and fee income in one balanced entry, so that there is no aid expense. Which event moves which accounts:
//!
//! | event | debit | credit |
//! | --- | --- | --- |
//! | a period closes | shares receivable, surplus carried (of before), operator's guarantee, sponsor's account, prepaid balances, cost carried | aid payable, fee income, surplus carried (new), cost carried (of before) |
//! | a share is sent to the bank, and arrives | collections clearing; bank | shares receivable; collections clearing |
//! | a share cannot be collected | arrears | shares receivable |
//! | somebody bears it for now | operator's guarantee, cost carried, surplus carried, or aid payable and fee income (cut) | arrears covered |
//! | arrears come in after all | bank; arrears covered | arrears; operator's guarantee or surplus carried |
//! | arrears are deducted from aid that becomes payable | aid payable; arrears covered | arrears; operator's guarantee or surplus carried |
//! | arrears are given up | arrears covered | arrears |
//! | a payout is sent, and arrives | aid payable; payouts clearing | payouts clearing; bank |
//! | operator or sponsor pays in; a member tops up | bank | operator's guarantee, sponsor's account; prepaid balances |
//! | shares are refunded | shares refunded | refunds payable |
//! | the operator takes its fee | fees drawn | bank |

use core::fmt;

/// One side of a line or of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Side {
    /// Left: what comes in, what is owed to the plan.
    Debit,
    /// Right: what goes out, what the plan owes.
    Credit,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// What an account is in a balance sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The plan has it or is owed it.
    Asset,
    /// The plan owes it.
    Liability,
    /// What belongs to the operator.
    Equity,
    /// What the operator earns.
    Income,
    /// What is lost.
    Expense,
}

impl Kind {
    /// The side on which such accounts grow.
    #[must_use]
    pub const fn normal_side(self) -> Side {
        match self {
            Self::Asset | Self::Expense => Side::Debit,
            Self::Liability | Self::Equity | Self::Income => Side::Credit,
        }
    }

    /// The first part of the account's name for hledger: `assets`, `liabilities`, `equity`, `revenues`, `expenses`.
    #[must_use]
    pub const fn hledger(self) -> &'static str {
        match self {
            Self::Asset => "assets",
            Self::Liability => "liabilities",
            Self::Equity => "equity",
            Self::Income => "revenues",
            Self::Expense => "expenses",
        }
    }
}

/// Makes the enum and its properties from one table, so that a new account is one row.
macro_rules! accounts {
    ($( $(#[$doc:meta])* $name:ident, $kind:ident, $code:literal, $words:literal, $either:literal; )*) => {
        /// An account of the books of one plan.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
        pub enum Account {
            $( $(#[$doc])* #[cfg_attr(feature = "codec", serde(rename = $code))] $name, )*
        }

        impl Account {
            /// Every account, in the order of the chart.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// What the account is in a balance sheet.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $( Self::$name => Kind::$kind, )* }
            }

            /// The stable code, for rows and wire. Never changed once released.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// The name in plain English, as it stands in exports.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $( Self::$name => $words, )* }
            }

            /// Whether a balance on the abnormal side is fine: the account of somebody who may pay ahead or afterwards.
            #[must_use]
            pub const fn either_side(self) -> bool {
                match self { $( Self::$name => $either, )* }
            }
        }
    };
}

accounts! {
    /// Money in custody at the bank.
    Bank, Asset, "bank", "bank", false;
    /// Shares of closed periods that members owe. Control account of the sub-ledger of shares.
    SharesReceivable, Asset, "shares_receivable", "shares receivable", false;
    /// Shares that are on their way: taken from members, not yet at the bank.
    CollectionsClearing, Asset, "collections_clearing", "collections clearing", false;
    /// Shares that could not be collected and are retried.
    Arrears, Asset, "arrears", "arrears", false;
    /// What the operator owes because the terms let it bear a cost, above a cap or in a shortfall. It may pay ahead.
    OperatorGuarantee, Asset, "operator_guarantee", "operator's guarantee", true;
    /// Cost of closed periods that no member was charged for yet and the next period takes over.
    CostCarried, Asset, "cost_carried", "cost carried", false;
    /// Aid that was granted and is not yet paid.
    AidPayable, Liability, "aid_payable", "aid payable", false;
    /// Payouts that are on their way: sent, not yet taken from the bank account.
    PayoutsClearing, Liability, "payouts_clearing", "payouts clearing", false;
    /// Rounding excess that the next period uses.
    SurplusCarried, Liability, "surplus_carried", "surplus carried", false;
    /// What a sponsor paid in and is not yet used. It may pay afterwards.
    SponsorAccount, Liability, "sponsor_account", "sponsor's account", true;
    /// What others bore for shares that are still in arrears: the operator, the next period, claimants whose aid was cut, or
    /// the surplus. Always equals the arrears, so that no payout relies on money that may never come.
    ArrearsCovered, Liability, "arrears_covered", "arrears covered", false;
    /// What members paid in and is not yet used, in plans of the model `pool`.
    PrepaidBalances, Liability, "prepaid_balances", "prepaid balances", false;
    /// Shares that are to be given back and are not yet.
    RefundsPayable, Liability, "refunds_payable", "refunds payable", false;
    /// The fee of the operator on aid that is really paid.
    FeeIncome, Income, "fee_income", "fee income", false;
    /// Shares given back to members (an illness inside the wait, the end of a plan).
    SharesRefunded, Expense, "shares_refunded", "shares refunded", false;
    /// Arrears that were given up.
    WriteOffs, Expense, "write_offs", "write-offs", false;
    /// Fees that the operator took out. Grows by debits although it is equity.
    FeesDrawn, Equity, "fees_drawn", "fees drawn", true;
}

/// A text that is no account's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the code of an account")]
pub struct UnknownAccount(pub String);

impl Account {
    /// The account of a stable code, as [`Account::code`] gives it.
    pub fn from_code(code: &str) -> Result<Self, UnknownAccount> {
        Self::ALL.iter().copied().find(|a| a.code() == code).ok_or_else(|| UnknownAccount(code.to_owned()))
    }

    /// The side on which the account grows.
    #[must_use]
    pub const fn normal_side(self) -> Side {
        self.kind().normal_side()
    }

    /// The full name for hledger, such as `assets:shares receivable`.
    #[must_use]
    pub fn hledger(self) -> String {
        format!("{}:{}", self.kind().hledger(), self.words())
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_names_are_unique_and_read_back() {
        let codes: BTreeSet<_> = Account::ALL.iter().map(|a| a.code()).collect();
        let names: BTreeSet<_> = Account::ALL.iter().map(|a| a.hledger()).collect();
        assert_eq!((codes.len(), names.len()), (Account::ALL.len(), Account::ALL.len()));
        for &account in Account::ALL {
            assert_eq!(Account::from_code(account.code()), Ok(account));
        }
        assert_eq!(Account::from_code("shares receivable"), Err(UnknownAccount("shares receivable".into())));
    }

    #[test]
    fn each_account_has_the_kind_and_side_of_the_chart() {
        let check = |account: Account, side, name: &str| {
            assert_eq!((account.normal_side(), account.hledger().as_str()), (side, name));
        };
        check(Account::SharesReceivable, Side::Debit, "assets:shares receivable");
        check(Account::OperatorGuarantee, Side::Debit, "assets:operator's guarantee");
        check(Account::AidPayable, Side::Credit, "liabilities:aid payable");
        check(Account::SurplusCarried, Side::Credit, "liabilities:surplus carried");
        check(Account::FeeIncome, Side::Credit, "revenues:fee income");
        check(Account::WriteOffs, Side::Debit, "expenses:write-offs");
        check(Account::FeesDrawn, Side::Credit, "equity:fees drawn");
    }
}
