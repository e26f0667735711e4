//! Looking for cards on the notice board: what is found by what, page by page, and what cannot be found out.

use axum::http::StatusCode;
use huzhu_web::i18n::Locale;
use serde_json::Value;

use crate::pages_world::{Town, claim};
use crate::staff_world::Site;

const BOARD: &str = "/plans/demo-town/notice";
const CALL: &str = "/api/v1/plans/demo-town/notices";

/// Claims on a page of the board, in its order.
fn shown(html: &str) -> Vec<u128> {
    let cards = html.split("<article class=\"notice\" aria-labelledby=\"notice-").skip(1);
    cards.map(|rest| number(rest.split('"').next().unwrap_or_default())).collect()
}

fn number(id: &str) -> u128 {
    (1..20).find(|n| claim(*n).to_string() == id).unwrap_or(0)
}

async fn asked(site: &Site, path: &str) -> (StatusCode, Value) {
    let seen = site.get(None, path).await;
    (seen.status, serde_json::from_str(&seen.body).expect("JSON"))
}

fn listed(body: &Value) -> Vec<u128> {
    let cards = body["cards"].as_array().expect("a list").iter();
    cards.map(|one| number(one["card"]["claim"].as_str().expect("an id"))).collect()
}

/// Claim 3 was paid in February; 5 and 6 are on display in March; 1, 7, 8 and 9 never were.
#[tokio::test]
async fn the_board_is_searched_by_what_its_cards_show_and_by_nothing_else() {
    let site = Site::over(Town::lived(12).await, false).await;
    let whole = |n| format!("words={}", claim(n));
    for (query, expected) in [
        (String::new(), &[6, 5][..]),
        ("stage=on-display".to_owned(), &[6, 5]),
        ("stage=objected".to_owned(), &[]),
        ("stage=over".to_owned(), &[3]),
        ("stage=all".to_owned(), &[6, 5, 3]),
        ("stage=all&words=HEART".to_owned(), &[3]),
        ("words=heart".to_owned(), &[]),
        // 恶性肿瘤, in whichever language the page is.
        ("words=%E6%81%B6%E6%80%A7".to_owned(), &[5]),
        ("words=malignant-tumour".to_owned(), &[5]),
        ("group=accident".to_owned(), &[6]),
        ("group=none-of-ours".to_owned(), &[]),
        ("stage=all&group=illness".to_owned(), &[5, 3]),
        ("stage=all&period=2026-02-1".to_owned(), &[3]),
        ("stage=all&period=2026-02-2".to_owned(), &[]),
        ("stage=all&from=2026-03-01".to_owned(), &[6, 5]),
        ("stage=all&to=2026-02-28".to_owned(), &[3]),
        ("stage=all&from=2026-02-01&to=2026-03-31".to_owned(), &[6, 5, 3]),
        ("stage=all&from=2026-03-31&to=2026-02-01".to_owned(), &[]),
        ("aid_from=10000".to_owned(), &[5]),
        ("aid_to=9999.99".to_owned(), &[6]),
        // The whole number of a claim finds its card wherever it stands, and says nothing of claims without one.
        (whole(3), &[3]),
        (whole(7), &[]),
        (whole(19), &[]),
        // The name, the region and the day it began are on no list.
        ("stage=all&words=%E5%BC%A0".to_owned(), &[]),
        ("stage=all&words=2026-02-26".to_owned(), &[]),
    ] {
        let page = site.get(None, &format!("{BOARD}?{query}")).await;
        assert_eq!((page.status, shown(&page.body)), (StatusCode::OK, expected.to_vec()), "{query}");
        let (status, body) = asked(&site, &format!("{CALL}?{query}")).await;
        assert_eq!((status, listed(&body)), (StatusCode::OK, expected.to_vec()), "{query}");
    }
}

#[tokio::test]
async fn pages_of_the_board_follow_one_another_and_marks_are_opaque() {
    let site = Site::over(Town::lived(12).await, false).await;
    let mut found = Vec::new();
    let mut path = format!("{CALL}?stage=all&limit=1");
    loop {
        let (_, body) = asked(&site, &path).await;
        assert_eq!(listed(&body).len(), 1);
        found.extend(listed(&body));
        let Some(next) = body["next"].as_str() else { break };
        assert!(!next.contains("clm_") && !next.contains("2026"), "{next}");
        path = format!("{CALL}?stage=all&limit=1&cursor={next}");
    }
    assert_eq!(found, [6, 5, 3]);
    let (_, first) = asked(&site, &format!("{CALL}?stage=all&limit=2")).await;
    let mark = first["next"].as_str().expect("a mark");
    // A mark goes on in a page of the site as well, and leads back to the first page.
    let page = site.get(None, &format!("{BOARD}?stage=all&cursor={mark}")).await.body;
    assert_eq!(shown(&page), [3]);
    assert!(page.contains(&format!("href=\"{BOARD}?stage=all\"")), "{page}");
    let (_, of_period) = asked(&site, "/api/v1/plans/demo-town/periods/2026-03-1/cards?limit=1").await;
    assert_eq!((listed(&of_period), of_period["next"].is_string()), (vec![6], true));
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_kept() {
    let site = Site::over(Town::lived(12).await, false).await;
    for (query, field) in [
        ("aid_from=many", "aid_from"),
        ("from=yesterday", "from"),
        ("stage=secret", "stage"),
        ("period=1", "period"),
    ] {
        let page = site.get(None, &format!("{BOARD}?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{query}: {}", page.body);
        let (status, body) = asked(&site, &format!("{CALL}?{query}")).await;
        assert_eq!(
            (status, body["errors"][0]["field"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some(field))
        );
    }
    let kept = site.get(None, &format!("{BOARD}?aid_from=many&words=%3Cb%3E")).await.body;
    assert!(kept.contains("value=\"many\"") && !kept.contains("<b>"), "{kept}");
    for query in ["stages=all", "stage=all&stage=over", "limit=0"] {
        let (status, _) = asked(&site, &format!("{CALL}?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
    }
    for query in ["cursor=AAAA", "cursor=nonsense"] {
        let (status, _) = asked(&site, &format!("{CALL}?{query}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    // A plan without a card that fits says so, and leads back.
    for l in Locale::ALL {
        let none = site.get(None, &format!("{BOARD}?words=measles&lang={}", l.code())).await.body;
        assert!(none.contains(&l.t("notice-found-none")) && none.contains("<details class=\"more\" open>"));
    }
}
