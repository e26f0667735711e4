//! pain.007.001.09, customer payment reversal: give back debits that were taken wrongly, before the payer has to ask.

use std::io::Write;

use huzhu_ledger::Amount;

use super::{Head, Totals, WriteError, Xml, totals};
use crate::text::Reference;

/// Why debits are given back (`ExternalReversalReason1Code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was taken twice.
    Duplicate,
    /// The mandate was cancelled, or was none.
    NoMandate,
    /// The payer should not have been charged at all.
    AtRequestOfCreditor,
}

impl Why {
    const fn code(self) -> &'static str {
        match self {
            Self::Duplicate => "AM05",
            Self::NoMandate => "MD01",
            Self::AtRequestOfCreditor => "MS02",
        }
    }
}

/// Which file and batch the debits were in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Id of this batch of reversals.
    pub id: Reference,
    /// Message that took the money.
    pub original_message: Reference,
    /// Its batch.
    pub original_batch: Reference,
}

/// One debit to give back, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    /// Id of the reversal; rises within a file.
    pub id: Reference,
    /// Instruction of the debit.
    pub original_instruction: Reference,
    /// What stood on the payer's statement.
    pub original_end_to_end: Reference,
    /// What was taken.
    pub taken: Amount,
    /// What is given back, at most that.
    pub given_back: Amount,
    /// Why.
    pub why: Why,
}

/// Writes a file.
///
/// # Errors
/// [`WriteError`]; checked before the first byte. One that gives back more than was taken is refused like one of zero.
pub fn write<R>(out: impl Write, head: &Head, batch: &Batch, reversals: R) -> Result<Totals, WriteError>
where
    R: IntoIterator<Item = Reversal> + Clone,
{
    let items = reversals.clone().into_iter().map(|reversal| {
        let fits = reversal.given_back <= reversal.taken;
        (reversal.id, if fits { reversal.given_back } else { Amount::default() })
    });
    let sums = totals(items)?;
    let mut xml = Xml::begin(out, head.currency, "pain.007.001.09")?;
    xml.raw("<CstmrPmtRvsl><GrpHdr>")?;
    xml.head(head, sums)?;
    xml.raw("<GrpRvsl>false</GrpRvsl>")?;
    xml.sender(head)?;
    xml.raw("</GrpHdr><OrgnlGrpInf>")?;
    xml.leaf("OrgnlMsgId", batch.original_message.as_str())?;
    xml.raw("<OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId></OrgnlGrpInf><OrgnlPmtInfAndRvsl>")?;
    xml.leaf("RvslPmtInfId", batch.id.as_str())?;
    xml.leaf("OrgnlPmtInfId", batch.original_batch.as_str())?;
    for reversal in reversals {
        one(&mut xml, &reversal)?;
    }
    xml.raw("</OrgnlPmtInfAndRvsl></CstmrPmtRvsl>")?;
    xml.end()?;
    Ok(sums)
}

fn one<W: Write>(xml: &mut Xml<W>, reversal: &Reversal) -> Result<(), WriteError> {
    xml.raw("\n<TxInf>")?;
    xml.leaf("RvslId", reversal.id.as_str())?;
    xml.leaf("OrgnlInstrId", reversal.original_instruction.as_str())?;
    xml.leaf("OrgnlEndToEndId", reversal.original_end_to_end.as_str())?;
    xml.amount("OrgnlInstdAmt", reversal.taken)?;
    xml.amount("RvsdInstdAmt", reversal.given_back)?;
    xml.raw("<RvslRsnInf><Rsn>")?;
    xml.leaf("Cd", reversal.why.code())?;
    xml.raw("</Rsn></RvslRsnInf></TxInf>")?;
    Ok(())
}
