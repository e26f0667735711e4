//! The log at the edge: static files for programs, the explorer, receipts for those who may have them, badges.

use axum::http::StatusCode;
use huzhu_app::log::ROUND;
use huzhu_log::{Receipt, SignedCheckpoint, TlogPolicy, Vkey};
use huzhu_web::i18n::Locale;

use crate::pages_world::{OPERATOR, Town, claim, enrolment};
use crate::staff_world::{Seen, Site};

/// A town whose events are all on the log.
async fn site() -> Site {
    let town = Town::lived(20).await;
    while town.app.feed_log(ROUND).await.expect("the log takes them").more {}
    Site::over(town, false).await
}

/// The first address on a page that begins and ends so.
fn link<'a>(html: &'a str, begin: &str, end: &str) -> &'a str {
    let mut links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.find(|link| link.starts_with(begin) && link.ends_with(end)).expect("a link")
}

fn cors(seen: &Seen) -> (&str, &str, &str) {
    (
        seen.header("access-control-allow-origin"),
        seen.header("cross-origin-resource-policy"),
        seen.header("cache-control"),
    )
}

#[tokio::test]
async fn programs_of_strangers_read_the_log_as_static_files() {
    let site = site().await;
    let checkpoint = site.get(None, "/log/2026/checkpoint").await;
    assert_eq!(checkpoint.status, StatusCode::OK);
    assert_eq!(checkpoint.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(cors(&checkpoint), ("*", "cross-origin", "no-cache"));
    let signed: SignedCheckpoint = checkpoint.body.parse().expect("a checkpoint");
    let tlog_policy = site.get(None, "/log/2026/policy").await;
    let tlog_policy = TlogPolicy::parse(tlog_policy.body.as_bytes()).expect("rules of trust");
    assert!(tlog_policy.check(&signed).expect("signed").is_satisfied);
    let keys = site.get(None, "/log/2026/keys").await;
    let keys: Vec<Vkey> = keys.body.lines().map(|line| line.parse().expect("a key")).collect();
    assert_eq!(keys.len(), tlog_policy.logs().len() + tlog_policy.witnesses().len());

    let width = u16::try_from(signed.checkpoint().size()).expect("a small log");
    for path in [format!("tile/0/000.p/{width}"), format!("tile/entries/000.p/{width}")] {
        let tile = site.get(None, &format!("/log/2026/{path}")).await;
        assert_eq!(tile.status, StatusCode::OK, "{path}");
        assert_eq!(tile.header("content-type"), "application/octet-stream");
        assert_eq!(cors(&tile), ("*", "cross-origin", "public, max-age=31536000, immutable"));
        assert!(tile.header("set-cookie").is_empty());
    }
}

#[tokio::test]
async fn a_path_that_is_none_of_the_format_names_no_file() {
    let site = site().await;
    for path in [
        "2025/checkpoint",
        "02026/checkpoint",
        "+026/checkpoint",
        "2026/tile/0/000.p/0",
        "2026/tile/0/000.p/256",
        "2026/tile/0/000.p/007",
        "2026/tile/0/0",
        "2026/tile/00/000",
        "2026/tile/64/000",
        "2026/tile/0/x000/001",
        "2026/tile/0/999",
        "2026/tile/../checkpoint",
        "2026/tile/%2e%2e/checkpoint",
        "2026/tile/0/%2e%2e/%2e%2e/%2e%2e/keys",
        "2026/tile/0/000%00",
        "2026/tile/0/000/",
        "2026/tile//0/000",
        "2026/tile/entries",
        "%2e%2e/checkpoint",
    ] {
        let seen = site.get(None, &format!("/log/{path}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
    }
    let missing = site.get(None, "/log/2026/tile/0/999").await;
    assert_eq!(missing.header("access-control-allow-origin"), "*", "a program in a browser sees the 404");
}

#[tokio::test]
async fn everybody_reads_what_is_on_the_log_in_plain_words() {
    let site = site().await;
    for l in Locale::ALL {
        let overview = site.get(None, &format!("/log?lang={}", l.code())).await;
        assert!(overview.body.contains("/log/2026/checkpoint"));
        for key in ["log-kind-evidence", "log-kind-settlement", "log-kind-consents"] {
            let words: String = l.t(key).chars().skip(1).collect();
            assert!(overview.body.contains(&words), "{key}");
        }
        assert!(overview.body.contains("id=\"growth-wide-t\""), "the chart");
    }
    let list = site.get(None, "/log/2026").await;
    let day = site.get(None, "/log/day/2026-02-05?kind=evidence").await;
    assert_eq!(day.body.matches("<th scope=\"row\">").count(), 2, "two files that day");
    for page in [&list, &day] {
        assert_eq!(page.status, StatusCode::OK);
    }
    for path in [
        "/log/2025",
        "/log/day/2026-02-31",
        "/log/day/2026-02-05?kind=nonsense",
        "/log/2026/99999",
        "/log/2026/01",
    ] {
        assert_eq!(site.get(None, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let empty = site.get(None, "/log/day/2019-01-01").await;
    assert!(empty.body.contains(&Locale::En.t("log-list-none-title")));
}

#[tokio::test]
async fn the_pager_of_a_year_walks_over_every_entry_once() {
    let town = Town::empty(true).await;
    town.clock.set("2026-02-02T10:00:00Z".parse().expect("a moment"));
    // One round for each joining: as many entries as people.
    for n in 1..=60 {
        town.settle_in(n).await;
        while town.app.feed_log(ROUND).await.expect("fed").more {}
    }
    let site = Site::over(town, false).await;
    let (mut path, mut seen) = ("/log/2026".to_owned(), Vec::new());
    loop {
        let page = site.get(None, &path).await.body;
        let links = page.split("<th scope=\"row\"><a href=\"/log/2026/").skip(1);
        seen.extend(links.filter_map(|rest| rest.split('"').next()?.parse::<u64>().ok()));
        let Some(older) = page.split(" rel=\"next\"").next().filter(|_| page.contains(" rel=\"next\""))
        else {
            break;
        };
        older
            .rsplit("href=\"")
            .next()
            .and_then(|rest| rest.split('"').next())
            .expect("older")
            .clone_into(&mut path);
    }
    let all: Vec<u64> = (0..u64::try_from(seen.len()).expect("few")).rev().collect();
    assert!(seen.len() > 60, "{}", seen.len());
    assert_eq!(seen, all);
}

#[tokio::test]
async fn an_entry_shows_its_bytes_and_gives_its_proof() {
    let site = site().await;
    let statement = site.get(None, "/plans/demo-town/periods/2026-02-1").await;
    let entry = link(&statement.body, "/log/2026/", "").to_owned();
    let page = site.get(None, &entry).await;
    assert!(page.body.contains("<dt>Cost</dt>") && page.body.contains("01 09 "), "{}", page.body);
    let proof = site.get(None, link(&page.body, "/log/2026/", "proof.tlog-proof")).await;
    let receipt: Receipt = proof.body.parse().expect("a receipt of a public entry");
    let tlog_policy = site.get(None, "/log/2026/policy").await;
    let tlog_policy = TlogPolicy::parse(tlog_policy.body.as_bytes()).expect("rules of trust");
    let shown = receipt.verify(&tlog_policy, None).expect("genuine");
    assert_eq!(format!("/log/2026/{}", shown.index), entry);
    for end in ["entries/000", "tile/0/000"] {
        assert!(page.body.contains(end), "{end}");
    }
    let pdf = site.get(None, link(&page.body, "/log/2026/", "receipt.pdf")).await;
    assert!(pdf.header("content-type") == "application/pdf" && pdf.body.starts_with("%PDF-"));
}

#[tokio::test]
async fn a_digest_that_is_somebody_s_own_has_a_proof_and_no_receipt_for_strangers() {
    let site = site().await;
    let files = site.get(None, "/log/day/2026-02-05?kind=evidence").await;
    let entry = link(&files.body, "/log/2026/", "").to_owned();
    let page = site.get(None, &entry).await;
    assert!(page.body.contains(&Locale::En.t("log-salted-title")));
    let proof = site.get(None, &format!("{entry}/proof.tlog-proof")).await;
    assert!(proof.body.starts_with("c2sp.org/tlog-proof@v1\nindex "), "no extra line: {}", proof.body);
    assert_eq!(site.get(None, &format!("{entry}/receipt.pdf")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_member_sees_the_own_share_with_the_sum_it_is_part_of_and_takes_the_receipt_along() {
    let site = site().await;
    let covered = site.get(Some(2), &format!("/me/enrolments/{}", enrolment(2))).await.body;
    let shares = format!("/me/enrolments/{}/shares/", enrolment(2));
    let base = link(&covered, &shares, "/receipt");
    for l in Locale::ALL {
        let page = site.get(Some(2), &format!("{base}?lang={}", l.code())).await;
        assert_eq!(page.status, StatusCode::OK, "{base}: {}", page.body);
        for row in
            ["sheet-share", "sheet-share-all", "sheet-share-members", "sheet-share-place", "sheet-share-root"]
        {
            assert!(page.body.contains(&l.t(row)), "{row}");
        }
    }
    let file = site.get(Some(2), &format!("{base}.tlog-proof")).await;
    let receipt: Receipt = file.body.parse().expect("a receipt");
    let tlog_policy = site.get(None, "/log/2026/policy").await;
    let tlog_policy = TlogPolicy::parse(tlog_policy.body.as_bytes()).expect("rules of trust");
    receipt.verify(&tlog_policy, None).expect("genuine");
    // Place 1 is the second who joined.
    assert_eq!(receipt.share().expect("a share").leaf.index, 1);
    let pdf = site.get(Some(2), &format!("{base}.pdf")).await;
    assert!(pdf.header("content-type") == "application/pdf" && pdf.body.starts_with("%PDF-"));
    for other in [None, Some(3), Some(OPERATOR)] {
        let status = site.get(other, base).await.status;
        assert!([StatusCode::NOT_FOUND, StatusCode::SEE_OTHER].contains(&status), "{other:?}: {status}");
    }
}

#[tokio::test]
async fn a_claimant_gets_receipts_for_files_steps_and_consent_and_nobody_else_does() {
    let site = site().await;
    let tlog_policy = site.get(None, "/log/2026/policy").await;
    let tlog_policy = TlogPolicy::parse(tlog_policy.body.as_bytes()).expect("rules of trust");
    let mine = site.get(Some(3), &format!("/me/claims/{}", claim(3))).await.body;
    let covered = site.get(Some(3), &format!("/me/enrolments/{}", enrolment(3))).await.body;
    let own = format!("/me/claims/{}/", claim(3));
    for base in [
        link(&mine, &format!("{own}files/"), "/receipt"),
        link(&mine, &format!("{own}steps/"), "/receipt"),
        link(&covered, &format!("/me/enrolments/{}/receipt", enrolment(3)), ""),
    ] {
        for l in Locale::ALL {
            let page = site.get(Some(3), &format!("{base}?lang={}", l.code())).await;
            assert_eq!(page.status, StatusCode::OK, "{base}: {}", page.body);
            assert!(page.body.contains(&l.t("sheet-digest")) && page.body.contains(&l.t("sheet-salt")));
        }
        let file = site.get(Some(3), &format!("{base}.tlog-proof")).await;
        assert!(file.header("content-disposition").starts_with("attachment; filename=\""));
        let receipt: Receipt = file.body.parse().expect("a receipt");
        receipt.verify(&tlog_policy, None).expect("genuine");
        let pdf = site.get(Some(3), &format!("{base}.pdf")).await;
        assert_eq!(pdf.header("content-type"), "application/pdf");
        assert!(pdf.body.contains(&file.body), "the receipt lies in the PDF");
        for ending in ["", ".tlog-proof", ".pdf"] {
            let other = site.get(Some(2), &format!("{base}{ending}")).await;
            assert_eq!(other.status, StatusCode::NOT_FOUND, "{base}{ending}");
            let nobody = site.get(None, &format!("{base}{ending}")).await;
            assert_eq!(nobody.status, StatusCode::SEE_OTHER, "{base}{ending}");
        }
    }
}

#[tokio::test]
async fn the_chain_badge_leads_from_cards_statements_and_rules_to_their_entries() {
    let site = site().await;
    for (path, words) in [
        ("/plans/demo-town/notice".to_owned(), "log-badge"),
        (format!("/plans/demo-town/notice/{}", claim(3)), "log-badge"),
        ("/plans/demo-town/periods/2026-02-1".to_owned(), "log-badge"),
        ("/plans/demo-town/rules".to_owned(), "log-badge-version"),
    ] {
        let page = site.get(None, &path).await;
        let badge = page.body.split("class=\"chain\" href=\"").nth(1).expect(&path);
        assert!(badge.contains(&Locale::En.t(words)), "{path}");
        let entry = badge.split('"').next().expect("an address");
        assert_eq!(site.get(None, entry).await.status, StatusCode::OK, "{path} to {entry}");
    }
}

#[tokio::test]
async fn before_anything_is_on_the_log_its_pages_say_so() {
    let bare = Site::over(Town::empty(false).await, false).await;
    let overview = bare.get(None, "/log").await;
    assert!(overview.body.contains(&Locale::En.t("log-none-title")), "{}", overview.body);
    assert_eq!(bare.get(None, "/log/2026/checkpoint").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bare.get(None, "/verify").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_verify_page_stands_alone_and_may_connect_nowhere() {
    let site = site().await;
    for l in Locale::ALL {
        let page = site.get(None, &format!("/verify?lang={}", l.code())).await;
        let csp_policy = page.header("content-security-policy").to_owned();
        assert!(
            csp_policy.contains("connect-src 'none'") && csp_policy.contains("default-src 'none'"),
            "{csp_policy}"
        );
        assert!(
            !csp_policy.contains("unsafe") && csp_policy.matches("'sha256-").count() == 2,
            "{csp_policy}"
        );
        let inside = csp_policy.trim_end_matches("; frame-ancestors 'none'").replace('\'', "&#39;");
        assert!(page.body.contains(&inside), "the same rules hold in a saved copy");
        for outside in ["<link", "src=", "@import", "url(", "import("] {
            assert!(!page.body.contains(outside), "{outside}");
        }
        assert!(page.body.contains("log village.example/log/2026+"), "the published rules are in it");
        assert!(!page.body.contains("[verify-"), "all texts are there");
        assert!(page.body.len() < 100_000, "{} bytes", page.body.len());
    }
}

#[tokio::test]
async fn the_api_gives_the_same_receipts() {
    let town = Town::lived(12).await;
    while town.app.feed_log(ROUND).await.expect("fed").more {}
    let site = Site::over(town, false).await;
    let seen = site.get(None, "/api/v1/log/2026/entries/0/receipt").await;
    let receipt: Receipt = seen.body.parse().expect("the plan version is public");
    assert_eq!(receipt.kind().word(), "plan-version");
    for path in ["/log/2026/entries/99999/receipt", "/log/2025/entries/0/receipt"] {
        let seen = site.get(None, &format!("/api/v1{path}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
    }
    let paths = [
        format!("/api/v1/enrolments/{}/receipt", enrolment(3)),
        format!("/api/v1/claims/{}/steps/1/receipt", claim(3)),
    ];
    for path in paths {
        assert_eq!(site.get(None, &path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(site.get(Some(2), &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let consent = site.get(Some(3), &format!("/api/v1/enrolments/{}/receipt", enrolment(3))).await;
    let receipt: Receipt = consent.body.parse().expect("a receipt");
    assert_eq!(receipt.kind().word(), "consents");
}
