//! HTTP edge: member portal, staff console, public pages and JSON API.
