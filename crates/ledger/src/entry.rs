//! Journal entries: amounts moved between accounts, balanced by construction.
//!
//! Shape: a [`JournalEntry`] has private fields and one constructor, which refuses whatever does not balance; there is no
//! setter. A mistake is corrected by [`JournalEntry::reverse`] and a new entry, never by a change.
//!
//! Limits: the id comes from the caller, so that a retry writes the same entry and not a second one; that an id is used
//! once is the store's promise.

use crate::account::{Account, Side};
use crate::amount::Amount;
use crate::currency::Currency;
use core::fmt;
use jiff::civil::Date;

/// The id of an entry: 128 bits chosen by the caller, a UUID by convention.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct EntryId(u128);

impl EntryId {
    /// The id of a number.
    #[must_use]
    pub const fn new(id: u128) -> Self {
        Self(id)
    }

    /// The id of the bytes of a UUID.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The bytes, as a UUID has them.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u128 {
        self.0
    }
}

impl fmt::Display for EntryId {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One line of an entry: an amount on one side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Line {
    /// The account that is moved.
    pub account: Account,
    /// The side on which it is moved.
    pub side: Side,
    /// By how much, in minor units of the entry's currency.
    pub amount: Amount,
}

impl Line {
    /// A debit.
    #[must_use]
    pub const fn debit(account: Account, amount: Amount) -> Self {
        Self { account, side: Side::Debit, amount }
    }

    /// A credit.
    #[must_use]
    pub const fn credit(account: Account, amount: Amount) -> Self {
        Self { account, side: Side::Credit, amount }
    }
}

/// Why lines make no entry, in order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// There is nothing to write down.
    #[error("a journal entry needs lines")]
    NoLines,
    /// More lines than [`JournalEntry::MAX_LINES`].
    #[error("a journal entry has at most {} lines, not {found}: split it", JournalEntry::MAX_LINES)]
    TooManyLines {
        /// Lines found.
        found: usize,
    },
    /// A line moves nothing.
    #[error("line {line} of the journal entry moves nothing ({account})")]
    ZeroAmount {
        /// Which line, counted from 1.
        line: usize,
        /// Its account.
        account: Account,
    },
    /// The sides differ.
    #[error("a journal entry must balance: debits {debits}, credits {credits} minor units")]
    Unbalanced {
        /// Sum of the debits in minor units.
        debits: u128,
        /// Sum of the credits in minor units.
        credits: u128,
    },
}

/// One balanced entry of the journal. Immutable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    id: EntryId,
    date: Date,
    currency: Currency,
    description: String,
    reference: Option<String>,
    reverses: Option<EntryId>,
    lines: Vec<Line>,
}

impl JournalEntry {
    /// The most lines of one entry. Protects memory and readers: entries move totals, members' shares have a sub-ledger.
    pub const MAX_LINES: usize = 1_000;

    /// A balanced entry, or the first reason why it is none. `date` is the civil day in the plan's time zone on which it
    /// takes effect; `description` is for people.
    pub fn new(
        id: EntryId,
        date: Date,
        currency: Currency,
        description: impl Into<String>,
        lines: Vec<Line>,
    ) -> Result<Self, EntryError> {
        if lines.is_empty() {
            return Err(EntryError::NoLines);
        }
        if lines.len() > Self::MAX_LINES {
            return Err(EntryError::TooManyLines { found: lines.len() });
        }
        if let Some((at, line)) = lines.iter().enumerate().find(|(_, line)| line.amount.is_zero()) {
            return Err(EntryError::ZeroAmount { line: at + 1, account: line.account });
        }
        let (debits, credits) = (total(&lines, Side::Debit), total(&lines, Side::Credit));
        if debits != credits {
            return Err(EntryError::Unbalanced { debits, credits });
        }
        let description = description.into();
        Ok(Self { id, date, currency, description, reference: None, reverses: None, lines })
    }

    /// The same entry with a reference to what caused it, such as the id of a period or a claim.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// The same entry, marked as the reversal of another one. For stores that read entries back; to make a reversal, use
    /// [`JournalEntry::reverse`].
    #[must_use]
    pub fn marked_as_reversal_of(mut self, other: EntryId) -> Self {
        self.reverses = Some(other);
        self
    }

    /// The entry that undoes this one: the same lines with sides swapped, under its own id and date.
    #[must_use]
    pub fn reverse(&self, id: EntryId, date: Date, description: impl Into<String>) -> Self {
        let swap = |line: &Line| Line { side: line.side.opposite(), ..*line };
        Self {
            id,
            date,
            currency: self.currency,
            description: description.into(),
            reference: self.reference.clone(),
            reverses: Some(self.id),
            lines: self.lines.iter().map(swap).collect(),
        }
    }

    /// The id that the caller chose.
    #[must_use]
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// The civil day in the plan's time zone on which the entry takes effect.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.date
    }

    /// The currency of every line.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What happened, for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What caused it.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The entry that this one undoes.
    #[must_use]
    pub const fn reverses(&self) -> Option<EntryId> {
        self.reverses
    }

    /// The lines, in the order of writing. Never empty; debits equal credits.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The sum of either side in minor units.
    #[must_use]
    pub fn total(&self) -> u128 {
        total(&self.lines, Side::Debit)
    }
}

fn total(lines: &[Line], side: Side) -> u128 {
    lines.iter().filter(|line| line.side == side).map(|line| line.amount.wide()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn entry(lines: Vec<Line>) -> Result<JournalEntry, EntryError> {
        JournalEntry::new(EntryId::new(1), date(2019, 1, 28), Currency::CNY, "test", lines)
    }

    fn minor(n: u64) -> Amount {
        Amount::from_minor(n)
    }

    #[test]
    fn only_balanced_entries_exist() {
        use Account::{AidPayable, FeeIncome, SharesReceivable as Shares};
        let check = |lines: Vec<Line>, expected: Result<u128, EntryError>| {
            assert_eq!(entry(lines).map(|e| e.total()), expected);
        };
        let (debit, credit) = (Line::debit, Line::credit);
        check(vec![], Err(EntryError::NoLines));
        check(vec![debit(Shares, minor(5)), credit(AidPayable, minor(5))], Ok(5));
        check(
            vec![debit(Shares, minor(5)), credit(AidPayable, minor(3)), credit(FeeIncome, minor(2))],
            Ok(5),
        );
        check(vec![debit(Shares, minor(5))], Err(EntryError::Unbalanced { debits: 5, credits: 0 }));
        check(
            vec![debit(Shares, minor(5)), credit(AidPayable, minor(4))],
            Err(EntryError::Unbalanced { debits: 5, credits: 4 }),
        );
        check(
            vec![debit(Shares, minor(5)), credit(AidPayable, minor(5)), credit(FeeIncome, minor(0))],
            Err(EntryError::ZeroAmount { line: 3, account: FeeIncome }),
        );
        // Sums are kept wide: two maximal lines do not wrap to a balance.
        check(
            vec![debit(Shares, Amount::MAX), debit(Shares, minor(2)), credit(AidPayable, minor(1))],
            Err(EntryError::Unbalanced { debits: u128::from(u64::MAX) + 2, credits: 1 }),
        );
        let many = vec![debit(Shares, minor(1)); 1_001];
        check(many, Err(EntryError::TooManyLines { found: 1_001 }));
    }

    #[test]
    fn a_reversal_swaps_sides_and_names_what_it_undoes() {
        let first = entry(vec![
            Line::debit(Account::Bank, minor(7)),
            Line::credit(Account::SponsorAccount, minor(7)),
        ])
        .unwrap()
        .with_reference("per_1");
        let back = first.reverse(EntryId::new(2), date(2019, 1, 29), "typed twice");
        assert_eq!(back.reverses(), Some(first.id()));
        assert_eq!(back.reference(), Some("per_1"));
        assert_eq!(
            back.lines(),
            [Line::credit(Account::Bank, minor(7)), Line::debit(Account::SponsorAccount, minor(7))]
        );
    }

    #[test]
    fn an_id_keeps_its_bytes_and_shows_as_hexadecimal() {
        let id = EntryId::new(0x0193_0000_0000_7000_8000_0000_0000_0001);
        assert_eq!(EntryId::from_bytes(id.bytes()), id);
        assert_eq!(id.to_string(), "01930000000070008000000000000001");
    }
}
