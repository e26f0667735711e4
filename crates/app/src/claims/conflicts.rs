//! Who must keep away from a claim: declared by people themselves, and computed from what the platform knows.
//!
//! Guarantees: declarations and the contacts of a claim are sealed under the key of the person they are about, so that erasing
//! the person ends them; two of them are compared by keyed hash, after case, spaces and punctuation are taken away. An empty
//! field is like nobody's.

use std::collections::BTreeSet;

use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, MemberId};
use serde::{Deserialize, Serialize};

use super::OpenClaim;
use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, FieldMistake};
use crate::permission::Action;
use crate::ports::{ClaimQuery, Page, Sealed, Unit};

/// Longest field in characters: protects pages; an address fits.
const FIELD_MAX: usize = 200;
/// Claims of a member whose payee account is compared: nobody files more.
const OWN_CLAIMS_MAX: u32 = 200;
/// Sealed name of a declaration.
const DECLARATION: &str = "declaration";

/// What somebody who works for a plan, or judges, says of themselves.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Where they work; may be empty.
    pub employer: String,
    /// The hospital they work for or are treated by; may be empty.
    pub hospital: String,
    /// Their address; may be empty.
    pub household: String,
}

impl std::fmt::Debug for Declaration {
    /// Shows nothing: personal data stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Declaration(sealed)")
    }
}

/// What a claim says beside the illness; each field may be empty.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// The hospital that treats.
    pub hospital: String,
    /// The doctor.
    pub doctor: String,
    /// Account to which aid would go.
    pub payee: String,
    /// Phone number.
    pub phone: String,
    /// Address.
    pub address: String,
}

impl std::fmt::Debug for Contacts {
    /// Shows nothing: personal data stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contacts(sealed)")
    }
}

/// Says where one works and lives.
#[derive(Clone, Debug, Serialize)]
pub struct Declare {
    /// What.
    pub declaration: Declaration,
}

/// Says who treats, and how to reach and pay the claimant.
#[derive(Clone, Debug, Serialize)]
pub struct GiveContacts {
    /// The claim.
    pub claim: ClaimId,
    /// What.
    pub contacts: Contacts,
}

/// Why somebody must keep away from a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// They fell ill, or filed it.
    Own,
    /// They pay for somebody in it, or somebody in it pays for them.
    Relative,
    /// They live at the same address.
    Household,
    /// They work for the hospital that treats, or are treated there.
    Hospital,
    /// They work where the claimant works.
    Employer,
    /// A claim of their own goes to the same account.
    Payee,
    /// They said so themselves.
    Declared,
}

impl Conflict {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Own,
        Self::Relative,
        Self::Household,
        Self::Hospital,
        Self::Employer,
        Self::Payee,
        Self::Declared,
    ];

    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Relative => "relative",
            Self::Household => "household",
            Self::Hospital => "hospital",
            Self::Employer => "employer",
            Self::Payee => "payee",
            Self::Declared => "declared",
        }
    }
}

/// What is known of somebody that a claim could meet.
pub(crate) struct Ties {
    relatives: BTreeSet<MemberId>,
    employer: Option<Digest>,
    hospital: Option<Digest>,
    homes: BTreeSet<Digest>,
    payees: BTreeSet<Digest>,
}

impl App {
    /// Says where one works and lives; replaces what was said before.
    pub async fn declare(&self, call: &Call, command: &Declare) -> Result<Done<MemberId>, AppError> {
        let Declaration { employer, hospital, household } = &command.declaration;
        check_fields([("employer", employer), ("hospital", hospital), ("household", household)])?;
        self.transact(call, Action::ServeOnJury, command, |now| async move {
            let owner = Self::member_of(call)?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.sealed.push(seal(owner, DECLARATION.to_owned(), &command.declaration)?);
            Ok((unit, owner))
        })
        .await
    }

    /// What the caller declared.
    pub async fn my_declaration(&self, call: &Call) -> Result<Declaration, AppError> {
        self.authorise(call, Action::ServeOnJury, self.clock.now()).await?;
        self.declaration_of(Self::member_of(call)?).await
    }

    /// Says who treats, and how to reach and pay the claimant: as long as files can be handed in.
    pub async fn give_contacts(
        &self,
        call: &Call,
        command: &GiveContacts,
    ) -> Result<Done<ClaimId>, AppError> {
        let Contacts { hospital, doctor, payee, phone, address } = &command.contacts;
        let fields = [
            ("hospital", hospital),
            ("doctor", doctor),
            ("payee", payee),
            ("phone", phone),
            ("address", address),
        ];
        check_fields(fields)?;
        self.transact(call, Action::FileClaim, command, |now| async move {
            let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
            let owner = open.claim().claimed().member;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.sealed.push(seal(owner, contacts_name(command.claim), &command.contacts)?);
            unit.traces = self.contact_traces(owner, command.claim, &command.contacts);
            Ok((unit, command.claim))
        })
        .await
    }

    /// Why somebody must keep away from a claim, in the order of [`Conflict::ALL`]; empty: they need not. Asked before anybody
    /// opens, decides or judges a claim.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such claim.
    pub async fn conflicts(&self, member: MemberId, claim: ClaimId) -> Result<Vec<Conflict>, AppError> {
        let open = self.open_claim(claim).await?;
        let ties = self.ties_of(member).await?;
        self.conflicts_with(member, &ties, &open).await
    }

    /// What is known of somebody that a claim could meet.
    pub(crate) async fn ties_of(&self, member: MemberId) -> Result<Ties, AppError> {
        let declared = self.declaration_of(member).await?;
        let mut homes: BTreeSet<Digest> = self.fingerprint(&declared.household).into_iter().collect();
        let mut payees = BTreeSet::new();
        let query = ClaimQuery::ByMember(member);
        for row in self.store.claims(&query, &Page::first(OWN_CLAIMS_MAX)).await? {
            let contacts = self.contacts_of(row.member, row.id).await?;
            payees.extend(self.fingerprint(&contacts.payee));
            homes.extend(self.fingerprint(&contacts.address));
        }
        Ok(Ties {
            relatives: self.relatives(member).await?,
            employer: self.fingerprint(&declared.employer),
            hospital: self.fingerprint(&declared.hospital),
            homes,
            payees,
        })
    }

    /// The same for a claim that is open already.
    pub(crate) async fn conflicts_with(
        &self,
        member: MemberId,
        ties: &Ties,
        open: &OpenClaim,
    ) -> Result<Vec<Conflict>, AppError> {
        let claimed = open.claim().claimed();
        let mut people = BTreeSet::from([claimed.member, claimed.filed_by]);
        people.extend(self.payer_of(open).await?);
        let contacts = self.contacts_of(claimed.member, open.claim().id()).await?;
        let treated = self.fingerprint(&contacts.hospital);
        let mut homes: BTreeSet<Digest> = self.fingerprint(&contacts.address).into_iter().collect();
        let mut employers = BTreeSet::new();
        for person in &people {
            let theirs = self.declaration_of(*person).await?;
            homes.extend(self.fingerprint(&theirs.household));
            employers.extend(self.fingerprint(&theirs.employer));
        }
        let shares =
            |own: &Option<Digest>, theirs: &BTreeSet<Digest>| own.is_some_and(|own| theirs.contains(&own));
        let meets = |conflict: &Conflict| match conflict {
            Conflict::Own => open.claim().is_own(member),
            Conflict::Relative => !ties.relatives.is_disjoint(&people),
            Conflict::Household => !ties.homes.is_disjoint(&homes),
            Conflict::Hospital => treated.is_some() && (treated == ties.hospital || treated == ties.employer),
            Conflict::Employer => shares(&ties.employer, &employers),
            Conflict::Payee => {
                self.fingerprint(&contacts.payee).is_some_and(|account| ties.payees.contains(&account))
            }
            Conflict::Declared => open.claim().has_declared_conflict(member),
        };
        Ok(Conflict::ALL.into_iter().filter(meets).collect())
    }

    /// Whether somebody must keep away from a claim: they are in conflict with it, and no two others made an exception. There is
    /// none for claimants.
    pub(crate) async fn is_barred(
        &self,
        member: MemberId,
        ties: &Ties,
        open: &OpenClaim,
    ) -> Result<bool, AppError> {
        let conflicts = self.conflicts_with(member, ties, open).await?;
        let excepted = open.claim().is_overridden(member) && !conflicts.contains(&Conflict::Own);
        Ok(!conflicts.is_empty() && !excepted)
    }

    async fn declaration_of(&self, member: MemberId) -> Result<Declaration, AppError> {
        self.unsealed(member, DECLARATION).await
    }

    /// What a claim says beside the illness; nothing after erasure.
    pub(crate) async fn contacts_of(&self, owner: MemberId, claim: ClaimId) -> Result<Contacts, AppError> {
        self.unsealed(owner, &contacts_name(claim)).await
    }

    pub(super) async fn unsealed<T: Default + serde::de::DeserializeOwned>(
        &self,
        owner: MemberId,
        name: &str,
    ) -> Result<T, AppError> {
        match self.store.unseal(owner, name).await? {
            None => Ok(T::default()),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|e| AppError::Broken(format!("{name} of {owner}: {e}"))),
        }
    }

    /// Keyed hash of a text without case, spaces and punctuation; `None` when nothing is left.
    pub(crate) fn fingerprint(&self, text: &str) -> Option<Digest> {
        let plain: String =
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        (!plain.is_empty()).then(|| self.secrets.keyed_hash("contact-point", plain.as_bytes()))
    }
}

fn contacts_name(claim: ClaimId) -> String {
    format!("claim/{claim}/contacts")
}

pub(super) fn seal<T: Serialize>(owner: MemberId, name: String, value: &T) -> Result<Sealed, AppError> {
    let bytes = serde_json::to_vec(value).map_err(|e| AppError::Broken(e.to_string()))?;
    Ok(Sealed { owner, name, bytes })
}

fn check_fields<const N: usize>(fields: [(&str, &String); N]) -> Result<(), AppError> {
    let long = fields.into_iter().filter(|(_, text)| text.chars().count() > FIELD_MAX);
    let mistakes: Vec<FieldMistake> = long
        .map(|(field, _)| FieldMistake { field: field.to_owned(), code: "too-long", values: Vec::new() })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(AppError::Invalid(mistakes)) }
}
