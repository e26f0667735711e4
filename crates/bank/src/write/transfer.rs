//! pain.001.001.09, customer credit transfer initiation: pay aid, and give back what members should not have paid.

use std::io::Write;

use huzhu_ledger::Amount;
use jiff::civil::Date;

use super::{Head, Totals, WriteError, Xml, totals};
use crate::party::Party;
use crate::text::{Reference, Words};

/// Transfers of one day from one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The batch; unique within the message.
    pub id: Reference,
    /// SEPA credit transfers rather than what sender and bank have agreed on.
    pub sepa: bool,
    /// When the bank is to pay.
    pub on: Date,
    /// Who pays.
    pub debtor: Party,
}

/// One transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Comes back in every answer about this transfer; rises within a file.
    pub instruction: Reference,
    /// Stands on the payee's statement.
    pub end_to_end: Reference,
    /// What is paid.
    pub amount: Amount,
    /// To whom.
    pub creditor: Party,
    /// What for, in words for the payee.
    pub about: Words<140>,
}

/// Writes a file.
///
/// # Errors
/// [`WriteError`]; checked before the first byte.
pub fn write<T>(out: impl Write, head: &Head, batch: &Batch, transfers: T) -> Result<Totals, WriteError>
where
    T: IntoIterator<Item = Transfer> + Clone,
{
    let sums = totals(transfers.clone().into_iter().map(|transfer| (transfer.instruction, transfer.amount)))?;
    let mut xml = Xml::begin(out, head.currency, "pain.001.001.09")?;
    xml.raw("<CstmrCdtTrfInitn><GrpHdr>")?;
    xml.head(head, sums)?;
    xml.sender(head)?;
    xml.raw("</GrpHdr><PmtInf>")?;
    xml.leaf("PmtInfId", batch.id.as_str())?;
    xml.raw("<PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>")?;
    xml.sums(sums)?;
    if batch.sepa {
        xml.raw("<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>")?;
    }
    xml.raw("<ReqdExctnDt>")?;
    xml.leaf("Dt", &batch.on.to_string())?;
    xml.raw("</ReqdExctnDt>")?;
    xml.named("Dbtr", &batch.debtor)?;
    xml.account("DbtrAcct", &batch.debtor.account)?;
    xml.agent("DbtrAgt", batch.debtor.agent.as_ref())?;
    xml.raw("<ChrgBr>SLEV</ChrgBr>")?;
    for transfer in transfers {
        one(&mut xml, &transfer)?;
    }
    xml.raw("</PmtInf></CstmrCdtTrfInitn>")?;
    xml.end()?;
    Ok(sums)
}

fn one<W: Write>(xml: &mut Xml<W>, transfer: &Transfer) -> Result<(), WriteError> {
    xml.raw("\n<CdtTrfTxInf><PmtId>")?;
    xml.leaf("InstrId", transfer.instruction.as_str())?;
    xml.leaf("EndToEndId", transfer.end_to_end.as_str())?;
    xml.raw("</PmtId><Amt>")?;
    xml.amount("InstdAmt", transfer.amount)?;
    xml.raw("</Amt>")?;
    // Unlike the bank of a debtor, the one of a creditor may be left out.
    if transfer.creditor.agent.is_some() {
        xml.agent("CdtrAgt", transfer.creditor.agent.as_ref())?;
    }
    xml.named("Cdtr", &transfer.creditor)?;
    xml.account("CdtrAcct", &transfer.creditor.account)?;
    xml.about(&transfer.about)?;
    xml.raw("</CdtTrfTxInf>")?;
    Ok(())
}
