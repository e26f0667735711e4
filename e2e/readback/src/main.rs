//! `readback FILE.xml`: the items of a pain.001, pain.007 or pain.008 as CSV, in the columns of docs/bank, read and validated by
//! `open-payments-iso20022`.

use std::error::Error;

use iso20022_common::common::{ActiveOrHistoricCurrencyAndAmount, CashAccount40, PartyIdentification272, RemittanceInformation22};
use open_payments_iso20022_pain::pain_001_001_12::CustomerCreditTransferInitiationV12;
use open_payments_iso20022_pain::pain_007_001_12::CustomerPaymentReversalV12;
use open_payments_iso20022_pain::pain_008_001_11::CustomerDirectDebitInitiationV11;
use serde::Deserialize;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "CstmrDrctDbtInitn")]
    debits: Option<CustomerDirectDebitInitiationV11>,
    #[serde(rename = "CstmrCdtTrfInitn")]
    transfers: Option<CustomerCreditTransferInitiationV12>,
    #[serde(rename = "CstmrPmtRvsl")]
    reversals: Option<CustomerPaymentReversalV12>,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

fn amount(amount: Option<&ActiveOrHistoricCurrencyAndAmount>) -> String {
    amount.map(|amount| format!("{:.2}", amount.value)).unwrap_or_default()
}

fn name(party: Option<&PartyIdentification272>) -> String {
    party.and_then(|party| party.nm.clone()).unwrap_or_default()
}

/// IBAN and other number.
fn account(account: Option<&CashAccount40>) -> [String; 2] {
    let id = account.and_then(|account| account.id.clone());
    id.map(|id| [id.iban.unwrap_or_default(), id.othr.map(|other| other.id).unwrap_or_default()]).unwrap_or_default()
}

fn about(about: Option<&RemittanceInformation22>) -> String {
    about.and_then(|about| about.ustrd.clone()).unwrap_or_default().concat()
}

fn main() -> Outcome<()> {
    let file = std::env::args().nth(1).ok_or("readback FILE.xml")?;
    let document: Document = quick_xml::de::from_str(&std::fs::read_to_string(file)?)?;
    let mut out = csv::Writer::from_writer(std::io::stdout());
    if let Some(debits) = document.debits {
        debits.validate().map_err(|error| format!("{error:?}"))?;
        out.write_record(["instruction", "end_to_end", "amount", "mandate", "mandate_given", "name", "iban", "about"])?;
        for item in debits.pmt_inf.iter().flat_map(|batch| &batch.drct_dbt_tx_inf) {
            let mandate = item.drct_dbt_tx.as_ref().and_then(|of| of.mndt_rltd_inf.as_ref()).ok_or("no mandate")?;
            out.write_record([
                item.pmt_id.instr_id.clone().unwrap_or_default(),
                item.pmt_id.end_to_end_id.clone(),
                amount(Some(&item.instd_amt)),
                mandate.mndt_id.clone().unwrap_or_default(),
                mandate.dt_of_sgntr.clone().unwrap_or_default(),
                name(Some(&item.dbtr)),
                account(Some(&item.dbtr_acct))[0].clone(),
                about(item.rmt_inf.as_ref()),
            ])?;
        }
    }
    if let Some(transfers) = document.transfers {
        transfers.validate().map_err(|error| format!("{error:?}"))?;
        out.write_record(["instruction", "end_to_end", "amount", "name", "iban", "account", "bic", "about"])?;
        for item in transfers.pmt_inf.iter().flat_map(|batch| &batch.cdt_trf_tx_inf) {
            let [iban, other] = account(item.cdtr_acct.as_ref());
            let bic = item.cdtr_agt.as_ref().and_then(|agent| agent.fin_instn_id.bicfi.clone());
            out.write_record([
                item.pmt_id.instr_id.clone().unwrap_or_default(),
                item.pmt_id.end_to_end_id.clone(),
                amount(item.amt.instd_amt.as_ref()),
                name(item.cdtr.as_ref()),
                iban,
                other,
                bic.unwrap_or_default(),
                about(item.rmt_inf.as_ref()),
            ])?;
        }
    }
    if let Some(reversals) = document.reversals {
        reversals.validate().map_err(|error| format!("{error:?}"))?;
        out.write_record(["id", "instruction", "end_to_end", "taken", "given_back", "why"])?;
        let batches = reversals.orgnl_pmt_inf_and_rvsl.unwrap_or_default();
        for item in batches.iter().flat_map(|batch| batch.tx_inf.as_deref().unwrap_or_default()) {
            let reasons = item.rvsl_rsn_inf.as_deref().unwrap_or_default();
            let code = reasons.first().and_then(|reason| reason.rsn.as_ref()).and_then(|reason| reason.cd.clone());
            let why = match code.as_deref() {
                Some("AM05") => "duplicate",
                Some("MD01") => "no-mandate",
                Some("MS02") => "wrongly-charged",
                _ => return Err("another reason".into()),
            };
            out.write_record([
                item.rvsl_id.clone().unwrap_or_default(),
                item.orgnl_instr_id.clone().unwrap_or_default(),
                item.orgnl_end_to_end_id.clone().unwrap_or_default(),
                amount(item.orgnl_instd_amt.as_ref()),
                amount(item.rvsd_instd_amt.as_ref()),
                why.to_owned(),
            ])?;
        }
    }
    out.flush()?;
    Ok(())
}
