//! Futures that take turns on one thread, in an order that follows from dice: races that can be repeated.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::world::Dice;

/// How often a future may give way before it counts as stuck; a use case makes some thousand calls at most.
const TURNS_MAX: u32 = 1_000_000;

/// One attempt that takes turns with others.
pub(crate) type Attempt<'a, T> = (u64, Pin<Box<dyn Future<Output = T> + 'a>>);

/// Lets all attempts take turns until each has answered. `turn` is told whose turn it is.
///
/// # Errors
/// The text of a panic, which is a broken invariant, in place of an answer.
pub(crate) fn together<T>(
    mut attempts: Vec<Attempt<'_, T>>,
    dice: &mut Dice,
    turn: impl Fn(u64),
) -> Vec<Result<T, String>> {
    let mut answers: Vec<Option<Result<T, String>>> = attempts.iter().map(|_| None).collect();
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..TURNS_MAX {
        let open: Vec<usize> = (0..).zip(&answers).filter(|(_, a)| a.is_none()).map(|(i, _)| i).collect();
        let Some(&next) = dice.pick(&open) else { break };
        let (Some((id, future)), Some(answer)) = (attempts.get_mut(next), answers.get_mut(next)) else {
            break;
        };
        turn(*id);
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context))) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(value)) => *answer = Some(Ok(value)),
            Err(panic) => *answer = Some(Err(text_of(panic.as_ref()))),
        }
    }
    answers
        .into_iter()
        .map(|answer| answer.unwrap_or_else(|| Err("the use case never answered".to_owned())))
        .collect()
}

/// Runs one future that never has to wait.
pub(crate) fn alone<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without words".to_owned())
}
