//! Money, accounts, balanced journal entries, balances and audit; pure.
