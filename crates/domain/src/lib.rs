//! Members, plans, enrolments, claims, notice, periods and settlement arithmetic; pure and synchronous.
