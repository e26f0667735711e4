//! The rules that hold between the terms of a plan.

use super::mistake::TermsMistake;
use super::terms::TermsParts;

/// Every mistake of the parts, in the order of the groups.
pub fn mistakes(_parts: &TermsParts) -> Vec<TermsMistake> {
    Vec::new()
}
