//! Balances: entries added up, and what is wrong with the sums.
//!
//! Shape: two running totals per account, debits and credits, both only growing. Keeping both (not their difference) means
//! that an audit sees turnover as well, and that no sum ever needs a sign.

use crate::account::{Account, Side};
use crate::currency::Currency;
use crate::entry::JournalEntry;
use std::collections::BTreeMap;

/// The totals of one account in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sum of all debits.
    pub debits: u128,
    /// Sum of all credits.
    pub credits: u128,
}

/// What is left when the totals of an account are set off: a side and minor units. An even account stands on its normal
/// side with 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The side that is larger.
    pub side: Side,
    /// By how many minor units.
    pub minor: u128,
}

/// The balances of the books of one plan in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balances {
    currency: Currency,
    totals: BTreeMap<Account, Totals>,
}

/// An entry in another currency than the books.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the books are kept in {books}, the entry is in {entry}")]
pub struct WrongCurrency {
    /// Currency of the books.
    pub books: Currency,
    /// Currency of the entry.
    pub entry: Currency,
}

/// Something that must not be in sound books.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The sums over all accounts differ: rows were lost or changed outside.
    #[error("the books do not balance: debits {debits}, credits {credits} minor units")]
    Unbalanced {
        /// Sum of all debits.
        debits: u128,
        /// Sum of all credits.
        credits: u128,
    },
    /// An account stands on the side where it cannot be: more aid paid than was granted, more collected than was owed.
    #[error("{account} stands on its wrong side by {minor} minor units")]
    AbnormalSide {
        /// The account.
        account: Account,
        /// By how many minor units.
        minor: u128,
    },
}

impl Balances {
    /// Empty books.
    #[must_use]
    pub const fn new(currency: Currency) -> Self {
        Self { currency, totals: BTreeMap::new() }
    }

    /// Books from stored totals, for a store that keeps running sums. Nothing is checked here: [`Balances::audit`] is for
    /// that.
    #[must_use]
    pub fn from_totals(currency: Currency, totals: impl IntoIterator<Item = (Account, Totals)>) -> Self {
        Self { currency, totals: totals.into_iter().collect() }
    }

    /// The currency of the books.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Adds an entry. An entry in another currency is refused and changes nothing.
    pub fn apply(&mut self, entry: &JournalEntry) -> Result<(), WrongCurrency> {
        if entry.currency() != self.currency {
            return Err(WrongCurrency { books: self.currency, entry: entry.currency() });
        }
        for line in entry.lines() {
            let totals = self.totals.entry(line.account).or_default();
            // 2^64 lines of the largest amount fit a u128: these sums cannot wrap.
            match line.side {
                Side::Debit => totals.debits += line.amount.wide(),
                Side::Credit => totals.credits += line.amount.wide(),
            }
        }
        Ok(())
    }

    /// Both totals of an account; zeros for one that was never moved.
    #[must_use]
    pub fn totals(&self, account: Account) -> Totals {
        self.totals.get(&account).copied().unwrap_or_default()
    }

    /// What is left on an account.
    #[must_use]
    pub fn balance(&self, account: Account) -> Balance {
        let Totals { debits, credits } = self.totals(account);
        let side = match debits.cmp(&credits) {
            core::cmp::Ordering::Greater => Side::Debit,
            core::cmp::Ordering::Less => Side::Credit,
            core::cmp::Ordering::Equal => account.normal_side(),
        };
        Balance { side, minor: debits.abs_diff(credits) }
    }

    /// The accounts that were ever moved, with what is left on them, in the order of the chart.
    pub fn iter(&self) -> impl Iterator<Item = (Account, Balance)> {
        self.totals.keys().map(|&account| (account, self.balance(account)))
    }

    /// Everything wrong with the sums; empty for sound books.
    #[must_use]
    pub fn audit(&self) -> Vec<Finding> {
        let debits: u128 = self.totals.values().map(|t| t.debits).sum();
        let credits: u128 = self.totals.values().map(|t| t.credits).sum();
        let unbalanced = (debits != credits).then_some(Finding::Unbalanced { debits, credits });
        let abnormal = self.iter().filter(|(account, balance)| {
            balance.side != account.normal_side() && !account.either_side() && balance.minor > 0
        });
        unbalanced
            .into_iter()
            .chain(abnormal.map(|(account, balance)| Finding::AbnormalSide { account, minor: balance.minor }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::entry::{EntryId, Line};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn entry(debit: Account, credit: Account, minor: u64) -> JournalEntry {
        let amount = Amount::from_minor(minor);
        let lines = vec![Line::debit(debit, amount), Line::credit(credit, amount)];
        JournalEntry::new(EntryId::new(1), date(2019, 1, 28), Currency::CNY, "test", lines).unwrap()
    }

    #[test]
    fn totals_and_what_is_left_follow_the_entries() {
        let mut books = Balances::new(Currency::CNY);
        books.apply(&entry(Account::SharesReceivable, Account::AidPayable, 100)).unwrap();
        books.apply(&entry(Account::Bank, Account::SharesReceivable, 70)).unwrap();
        let shares = books.totals(Account::SharesReceivable);
        assert_eq!(shares, Totals { debits: 100, credits: 70 });
        assert_eq!(books.balance(Account::SharesReceivable), Balance { side: Side::Debit, minor: 30 });
        assert_eq!(books.balance(Account::AidPayable), Balance { side: Side::Credit, minor: 100 });
        assert_eq!(books.balance(Account::WriteOffs), Balance { side: Side::Debit, minor: 0 });
        assert_eq!(books.audit(), []);
    }

    #[test]
    fn audit_finds_accounts_on_the_wrong_side_and_lost_rows() {
        let mut books = Balances::new(Currency::CNY);
        books.apply(&entry(Account::AidPayable, Account::PayoutsClearing, 5)).unwrap();
        assert_eq!(books.audit(), [Finding::AbnormalSide { account: Account::AidPayable, minor: 5 }]);
        // A sponsor who pays afterwards is no finding.
        let mut later = Balances::new(Currency::CNY);
        later.apply(&entry(Account::SponsorAccount, Account::AidPayable, 5)).unwrap();
        assert_eq!(later.audit(), []);
        let lost = Balances::from_totals(Currency::CNY, [(Account::Bank, Totals { debits: 3, credits: 1 })]);
        assert_eq!(lost.audit(), [Finding::Unbalanced { debits: 3, credits: 1 }]);
    }

    #[test]
    fn another_currency_is_refused_and_changes_nothing() {
        let mut books = Balances::new(Currency::JPY);
        let refused = books.apply(&entry(Account::Bank, Account::SponsorAccount, 5));
        assert_eq!(refused, Err(WrongCurrency { books: Currency::JPY, entry: Currency::CNY }));
        assert_eq!(books, Balances::new(Currency::JPY));
    }

    fn moves() -> impl Strategy<Value = Vec<(usize, usize, u64)>> {
        prop::collection::vec((0..Account::ALL.len(), 0..Account::ALL.len(), 1..=u64::MAX), 1..40)
    }

    proptest! {
        #[test]
        fn debits_equal_credits_and_reversals_bring_balances_back(moves in moves(), cut in 0_usize..40) {
            let entries: Vec<_> =
                moves.iter().map(|&(d, c, minor)| entry(Account::ALL[d], Account::ALL[c], minor)).collect();
            let cut = cut.min(entries.len());
            let mut books = Balances::new(Currency::CNY);
            for e in &entries[..cut] {
                books.apply(e).unwrap();
            }
            let before: Vec<_> = Account::ALL.iter().map(|&a| books.balance(a)).collect();
            for e in &entries[cut..] {
                books.apply(e).unwrap();
                let unbalanced = books.audit().into_iter().any(|f| matches!(f, Finding::Unbalanced { .. }));
                prop_assert!(!unbalanced);
            }
            for e in &entries[cut..] {
                books.apply(&e.reverse(EntryId::new(2), e.date(), "undo")).unwrap();
            }
            let after: Vec<_> = Account::ALL.iter().map(|&a| books.balance(a)).collect();
            prop_assert_eq!(before, after);
        }
    }
}
