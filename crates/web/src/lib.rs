//! HTTP edge: member portal, staff console, public pages and JSON API.

pub mod chart;
pub mod design;
pub mod format;
pub mod i18n;
