//! What every store must do: one suite, run on each of them.
//!
//! Shape: [`check_all`] gives each behaviour a fresh store; a behaviour is a function named by its sentence that panics
//! when the store does otherwise. Units come from [`fixture`], which computes rows by replay, as use cases do.
//!
//! Limits: durability cannot be seen from inside a process; the kill test of the store crate checks that.

mod books;
pub mod fixture;
mod histories;
mod inbox;
mod lists;
mod logged;
mod matters;
mod people;
mod webhooks;
mod writes;

use std::sync::Arc;

use huzhu_app::audit;
use huzhu_app::ports::Store;

/// Runs each behaviour on a store of its own, made by `$make`, and checks the store as a whole afterwards.
macro_rules! behaviours {
    ($make:expr; $($behaviour:path),* $(,)?) => {
        $(
            let store: Arc<dyn Store> = Arc::from($make().await);
            $behaviour(&store).await;
            check_store(&store, stringify!($behaviour)).await;
        )*
    };
}

/// Checks all behaviours on stores that `make` makes; each call must answer an empty one.
///
/// # Panics
/// When the store does otherwise.
pub async fn check_all(make: impl AsyncFn() -> Box<dyn Store>) {
    behaviours!(make;
        writes::an_empty_store_holds_nothing,
        writes::a_unit_is_kept_as_a_whole_or_not_at_all,
        writes::an_append_on_another_number_is_a_conflict,
        writes::a_person_has_one_live_enrolment_per_plan,
        writes::a_mail_address_belongs_to_one_member,
        writes::a_unit_that_relied_on_what_has_changed_is_a_conflict,
        writes::a_repeated_request_hears_that_it_was_answered,
        writes::two_writers_at_once_do_not_overwrite_each_other,
        writes::a_refused_unit_hurts_no_other_at_the_same_time,
        writes::a_row_of_another_stream_is_refused,
        writes::cohorts_follow_their_moves,
        books::entries_are_kept_once_and_in_order,
        books::balances_are_the_sum_of_the_entries,
        books::the_largest_amounts_do_not_wrap,
        histories::events_come_back_in_order_and_unchanged,
        histories::each_stage_of_a_claim_has_its_row,
        histories::a_plan_and_its_periods_have_their_rows,
        histories::an_enrolment_has_its_row_until_it_ends,
        lists::enrolments_come_in_pages_by_query,
        lists::claims_come_in_pages_by_query,
        lists::cards_come_by_what_they_show_newest_first,
        lists::a_roster_is_in_the_order_of_joining_and_keeps_its_places,
        lists::a_former_payer_keeps_seeing_the_enrolment,
        matters::matters_come_in_pages_by_query,
        matters::a_ballot_is_cast_once,
        people::personal_data_comes_back_until_the_person_is_erased,
        people::claims_are_found_by_what_they_share_until_the_person_is_erased,
        people::messages_are_sent_once_and_read_newest_first,
        inbox::messages_stand_in_the_inbox_of_their_reader_until_erased,
        inbox::what_was_read_stays_read_and_nobody_reads_for_others,
        inbox::a_digest_gathers_what_waits_once,
        inbox::an_announcement_goes_on_where_it_came_to_and_ends,
        webhooks::endpoints_are_changed_by_one_at_a_time_and_keep_their_place,
        webhooks::deliveries_wait_in_the_order_of_each_thing,
        people::codes_and_sessions_come_and_go,
        people::refused_acts_are_read_newest_first,
        people::the_staff_is_who_has_a_role,
        logged::what_was_put_on_the_log_is_noted_and_found_by_event_kind_and_day,
        logged::a_salt_stays_the_same_until_its_owner_is_erased_and_never_comes_back,
    );
    let store: Arc<dyn Store> = Arc::from(make().await);
    histories::the_audit_finds_rows_and_cohorts_that_are_wrong(&store).await;
}

async fn check_store(store: &Arc<dyn Store>, behaviour: &str) {
    let findings = audit::check(store.as_ref(), &mut |_| {}).await;
    let findings = findings.expect("the store answers");
    assert!(findings.is_empty(), "after {behaviour}: {findings:?}");
}
