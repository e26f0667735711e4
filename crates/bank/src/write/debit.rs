//! pain.008.001.08, customer direct debit initiation: take shares from members who have given a mandate.

use std::io::Write;

use huzhu_ledger::Amount;
use jiff::civil::Date;

use super::{Head, Totals, WriteError, Xml, totals};
use crate::party::Party;
use crate::text::{Reference, Words};

/// The scheme of the debits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// SEPA core direct debit.
    SepaCore,
    /// What creditor and bank have agreed on.
    Agreed,
}

/// Which debit of its mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// The first of several.
    First,
    /// One that is not the first.
    Recurring,
    /// The last one.
    Final,
}

impl Sequence {
    const fn code(self) -> &'static str {
        match self {
            Self::First => "FRST",
            Self::Recurring => "RCUR",
            Self::Final => "FNAL",
        }
    }
}

/// Debits of one day for one creditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The batch; unique within the message.
    pub id: Reference,
    /// See [`Scheme`].
    pub scheme: Scheme,
    /// Of all debits of the file.
    pub sequence: Sequence,
    /// When the banks are to take the money.
    pub on: Date,
    /// Who gets it.
    pub creditor: Party,
    /// The creditor's identifier in the scheme.
    pub creditor_id: Reference,
}

/// One debit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debit {
    /// Comes back in every answer about this debit; rises within a file.
    pub instruction: Reference,
    /// Stands on the payer's statement.
    pub end_to_end: Reference,
    /// What is taken.
    pub amount: Amount,
    /// The mandate.
    pub mandate: Reference,
    /// When it was given.
    pub mandate_given: Date,
    /// From whom.
    pub debtor: Party,
    /// What for, in words for the payer.
    pub about: Words<140>,
}

/// Writes a file.
///
/// # Errors
/// [`WriteError`]; checked before the first byte.
pub fn write<D>(out: impl Write, head: &Head, batch: &Batch, debits: D) -> Result<Totals, WriteError>
where
    D: IntoIterator<Item = Debit> + Clone,
{
    let sums = totals(debits.clone().into_iter().map(|debit| (debit.instruction, debit.amount)))?;
    let mut xml = Xml::begin(out, head.currency, "pain.008.001.08")?;
    xml.raw("<CstmrDrctDbtInitn><GrpHdr>")?;
    xml.head(head, sums)?;
    xml.sender(head)?;
    xml.raw("</GrpHdr><PmtInf>")?;
    xml.leaf("PmtInfId", batch.id.as_str())?;
    xml.raw("<PmtMtd>DD</PmtMtd><BtchBookg>true</BtchBookg>")?;
    xml.sums(sums)?;
    xml.raw("<PmtTpInf>")?;
    if batch.scheme == Scheme::SepaCore {
        xml.raw("<SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>CORE</Cd></LclInstrm>")?;
    }
    xml.leaf("SeqTp", batch.sequence.code())?;
    xml.raw("</PmtTpInf>")?;
    xml.leaf("ReqdColltnDt", &batch.on.to_string())?;
    xml.named("Cdtr", &batch.creditor)?;
    xml.account("CdtrAcct", &batch.creditor.account)?;
    xml.agent("CdtrAgt", batch.creditor.agent.as_ref())?;
    xml.raw("<ChrgBr>SLEV</ChrgBr><CdtrSchmeId><Id><PrvtId><Othr>")?;
    xml.leaf("Id", batch.creditor_id.as_str())?;
    xml.raw("<SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id></CdtrSchmeId>")?;
    for debit in debits {
        one(&mut xml, &debit)?;
    }
    xml.raw("</PmtInf></CstmrDrctDbtInitn>")?;
    xml.end()?;
    Ok(sums)
}

fn one<W: Write>(xml: &mut Xml<W>, debit: &Debit) -> Result<(), WriteError> {
    xml.raw("\n<DrctDbtTxInf><PmtId>")?;
    xml.leaf("InstrId", debit.instruction.as_str())?;
    xml.leaf("EndToEndId", debit.end_to_end.as_str())?;
    xml.raw("</PmtId>")?;
    xml.amount("InstdAmt", debit.amount)?;
    xml.raw("<DrctDbtTx><MndtRltdInf>")?;
    xml.leaf("MndtId", debit.mandate.as_str())?;
    xml.leaf("DtOfSgntr", &debit.mandate_given.to_string())?;
    xml.raw("</MndtRltdInf></DrctDbtTx>")?;
    xml.agent("DbtrAgt", debit.debtor.agent.as_ref())?;
    xml.named("Dbtr", &debit.debtor)?;
    xml.account("DbtrAcct", &debit.debtor.account)?;
    xml.about(&debit.about)?;
    xml.raw("</DrctDbtTxInf>")?;
    Ok(())
}
