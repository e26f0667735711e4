//! Every rule of plan terms. Codes are stable: a rule that goes leaves its number unused.

use crate::plan::mistake::Rule;

macro_rules! rules {
    ($($name:ident = $code:literal, $sentence:literal;)*) => {
        $(#[doc = $sentence] pub const $name: Rule = Rule::new($code, $sentence);)*

        /// All rules of the terms, by code.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    VERSION_FROM_ONE = "P100", "Versions are counted from 1.";
    LAST_DAY_AFTER_FIRST = "P101", "A temporary plan ends on or after its first day.";
    CHANGE_NOTICE = "P102", "Members get 1 to 365 days of notice before their terms change.";
    JOINING_AGES = "P110", "The oldest age of joining is not below the youngest.";
    MEMBERS_NEEDED = "P111", "A plan needs no more members to go on than to start.";
    MEMBERS_OF_ITSELF = "P112", "A plan does not ask for membership in itself.";
    CREDIT_NEEDS_NAME = "P113", "A credit score needs a confirmed identity.";
    CLOSED_BEFORE_OPEN = "P114", "A plan is open for at least a day.";
    QUESTION_CODES = "P115", "Questions of the health declaration have different codes.";
    WAIT_LENGTH = "P120", "The wait is at most 730 days.";
    GROUP_CODES = "P130", "Groups have different codes.";
    CONDITION_CODES = "P131", "Conditions have different codes.";
    EXCLUSION_CODES = "P132", "Exclusions and reasons have different codes.";
    CONDITION_GROUP = "P133", "A condition is in a group that the plan has.";
    GROUP_EMPTY = "P134", "A group has at least one condition.";
    CONDITION_ICD = "P135", "A condition names at least one ICD-10 or ICD-11 code.";
    CONDITION_AGES = "P136", "The ages of a condition do not run backwards.";
    CONDITION_SEVERITIES = "P137", "A condition names each severity once and at least one.";
    COVER_EMPTY = "P138", "A plan covers at least one condition.";
    AID_GROUP = "P140", "A row of the aid table is for a group that the plan has.";
    AID_BACKWARDS = "P141", "The ages of a row do not run backwards.";
    AID_OVERLAP = "P142", "Rows of the aid table for the same group and severity do not overlap in age.";
    AID_GAP = "P143", "The aid table leaves no age out that may be enrolled.";
    AID_MISSING = "P144", "Every group and severity that a condition names has an amount.";
    AID_USELESS = "P145", "Every row of the aid table can be reached by a condition and an age.";
    AID_ZERO = "P146", "Aid is more than nothing.";
    AID_ABOVE_CEILING = "P147", "No single amount is above the ceiling of all payouts.";
    AID_TIMES = "P148", "The number of payouts is named once for each severity and is not zero.";
    AID_TENURE = "P149", "Steps of tenure rise in days and in percent.";
    AID_PERCENT = "P150", "A reimbursement pays more than nothing.";
    CAP_ZERO = "P160", "A cap is at least one minor unit of the currency.";
    CAP_ORDER = "P161", "The cap of one claim is not above the cap of a year.";
    CAP_OTHERS = "P162", "What is above the cap of one claim cannot go to the other members: they have the same cap.";
    BAND_BACKWARDS = "P163", "The ages of a band do not run backwards.";
    BAND_OVERLAP = "P164", "Bands of the split do not overlap in age.";
    BAND_GAP = "P165", "Bands of the split leave no age out that may be enrolled.";
    BAND_WEIGHT = "P166", "A band has a weight of 1 or more.";
    SPONSOR_CAPS = "P167", "A sponsored plan has no caps: its members pay nothing.";
    POOL_MINIMUM = "P168", "The minimum balance is not above the deposit.";
    BAND_USELESS = "P169", "Every band of the split holds somebody.";
    SPONSOR_BANDS = "P170", "A sponsored plan has no age bands: its members pay nothing.";
    PERIOD_DAY = "P180", "Days of month run from 1 to 28, the last day that every month has.";
    PERIOD_ORDER = "P181", "Periods of a month rise by notice day.";
    SHARING_BEFORE_NOTICE_ENDS = "P182", "Shares are taken after the last day of notice.";
    NOTICE_OVERLAP = "P183", "A notice ends before the next one begins.";
    SHARING_ORDER = "P184", "Sharing days come in the order of their notices.";
    RETRY_TOO_LONG = "P185", "Retries end before the next sharing day.";
    REMINDER_TOO_EARLY = "P186", "The reminder comes after the notice has begun, when the share is known.";
    PERIODS_EMPTY = "P187", "A month has at least one period.";
    FILING_DEADLINE = "P188", "Members have at least a day to file a claim.";
    NOTICE_LENGTH = "P189", "A notice lasts 1 to 28 days.";
    EVIDENCE_CODES = "P190", "Items of evidence have different codes.";
    EVIDENCE_GROUP = "P191", "Evidence is asked for groups that the plan has.";
    EVIDENCE_MISSING = "P192", "Each group asks for at least one required item of evidence.";
    JURY_THRESHOLD = "P200", "The threshold of the jury is above zero.";
    JURY_SIZE = "P201", "A drawn jury has an odd number of at least three jurors.";
    JURY_QUORUM = "P202", "An open vote has a quorum.";
    JURY_TIME = "P203", "Jurors have time to vote.";
    JURY_ASKERS = "P204", "Somebody may ask for the jury, and each is named once.";
    JURY_GROUNDS = "P205", "Grounds on which the jury is not opened have different codes.";
    END_AGE = "P210", "Nobody is old enough at joining to be ended by age at once.";
    MOVE_TO_ITSELF = "P211", "A plan does not move its members to itself.";
    END_AFTER_AID = "P212", "An enrolment ends with the aid exactly when the plan pays once.";
    REFUND_BALANCE = "P220", "Only a plan with prepaid balances refunds them.";
    LAST_SPONSOR = "P221", "Only a sponsored plan lets the sponsor pay the last periods.";
    LAST_PERIODS = "P222", "Last periods are counted exactly when somebody else pays them.";
    RUN_OFF = "P223", "The run-off is not shorter than the filing deadline.";
}
