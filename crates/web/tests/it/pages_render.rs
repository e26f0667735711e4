//! Every page for everybody and for members, in both languages: it renders, is small, has one heading, labels, and texts.

use axum::http::StatusCode;
use huzhu_web::i18n::Locale;

use crate::pages_world::{CHILD, NEWCOMER, Town, WAITING, claim, enrolment};
use crate::staff_world::Site;

async fn site() -> Site {
    Site::over(Town::lived(20).await, false).await
}

/// Pages that anybody may read.
fn public() -> Vec<String> {
    let mut pages: Vec<String> = [
        "/",
        "/plans",
        "/plans/demo-town",
        "/plans/demo-town/rules",
        "/plans/demo-town/rules?version=1",
        "/plans/demo-town/notice",
        "/plans/demo-town/notice?stage=all&words=heart&aid_to=9",
        "/plans/demo-town/statistics",
        "/plans/demo-town/reasons",
        "/plans/demo-town/periods",
        "/plans/demo-town/periods?page=9",
        "/plans/demo-town/periods/2026-02-1",
        "/plans/demo-town/periods/2026-02-2",
        "/plans/demo-town/periods/2026-03-1",
        "/plans/demo-town/join",
        "/help",
        "/privacy",
        "/log",
        "/log/2026",
        "/log/2026/0",
        "/log/day/2026-02-05",
        "/source",
        "/sign-in",
        "/sign-in?back=/me",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(format!("/plans/demo-town/notice/{}", claim(5)));
    pages.push(format!("/plans/demo-town/notice/{}", claim(3)));
    pages
}

/// Pages of members: who looks, at what.
fn of_members() -> Vec<(u128, String)> {
    let mut pages = Vec::new();
    for who in [1, 3, WAITING, NEWCOMER] {
        for path in [
            "/me",
            "/me/identity",
            "/me/settings",
            "/me/settings/messages",
            "/inbox",
            "/inbox?only=unread",
            "/me/claims",
            "/first-operator",
            "/plans/demo-town",
        ] {
            pages.push((who, path.to_owned()));
        }
    }
    let own = |id| format!("/me/enrolments/{}", enrolment(id));
    pages.push((1, "/me/claims/new".to_owned()));
    pages.push((NEWCOMER, "/me/claims/new".to_owned()));
    pages.push((1, format!("/me/claims/new?enrolment={}", enrolment(1))));
    pages.push((1, "/me/dependants/new?plan=demo-town".to_owned()));
    pages.push((WAITING, "/plans/demo-town/join/health?seen=1".to_owned()));
    pages.push((1, own(1)));
    pages.push((1, own(CHILD)));
    pages.push((1, format!("{}?done=joined", own(1))));
    pages.push((1, format!("{}/leave", own(1))));
    pages.push((3, own(3)));
    pages.push((WAITING, own(WAITING)));
    for (who, rest) in
        [(1, ""), (1, "/files"), (1, "/describe"), (3, ""), (5, ""), (7, ""), (8, ""), (8, "/files"), (9, "")]
    {
        pages.push((who, format!("/me/claims/{}{rest}", claim(who))));
    }
    pages
}

fn check(name: &str, l: Locale, html: &str) {
    assert!(html.contains(&format!("<html lang=\"{}\"", l.tag())), "{name}: language");
    assert!(html.len() < 60_000, "{name} has {} bytes", html.len());
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
    assert!(!html.contains(" style=") && !html.contains("<style"), "{name} has a style of its own");
    assert!(!html.contains("<script>") && !html.contains(" onclick"), "{name} has a script of its own");
    assert_eq!(missing_text(html), None, "{name} lacks a text");
    assert!(!html.contains("{$") && !html.contains("{ $"), "{name} lacks a value");
    assert_eq!(unlabelled(html), Vec::<String>::new(), "{name}: fields without a label");
    assert_eq!(doubled_ids(html), Vec::<String>::new(), "{name}: ids that stand twice");
}

/// A key of the catalogue in brackets, outside the exact text of plan files.
fn missing_text(html: &str) -> Option<String> {
    let shown: String =
        html.split("<pre>").map(|part| part.split_once("</pre>").map_or(part, |(_, after)| after)).collect();
    let words = shown.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    let mut keys = words.map(|(word, _)| word).filter(|word| {
        word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    });
    keys.next().map(str::to_owned)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Fields that people fill in and that no label names.
fn unlabelled(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["<input ", "<select ", "<textarea "] {
        for rest in html.split(start).skip(1) {
            let tag = format!(" {}", rest.split('>').next().unwrap_or_default());
            if attribute(&tag, "type") == Some("hidden") {
                continue;
            }
            let id = attribute(&tag, "id").unwrap_or_default();
            if id.is_empty() || !html.contains(&format!("<label for=\"{id}\"")) {
                found.push(tag);
            }
        }
    }
    found
}

fn doubled_ids(html: &str) -> Vec<String> {
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned()).collect()
}

fn in_language(path: &str, l: Locale) -> String {
    let glue = if path.contains('?') { '&' } else { '?' };
    format!("{path}{glue}lang={}", l.code())
}

#[tokio::test]
async fn every_page_for_everybody_renders_in_both_languages() {
    let site = site().await;
    for path in public() {
        for l in Locale::ALL {
            let seen = site.get(None, &in_language(&path, l)).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
            check(&path, l, &seen.body);
        }
    }
}

#[tokio::test]
async fn every_page_of_members_renders_in_both_languages() {
    let site = site().await;
    for (who, path) in of_members() {
        for l in Locale::ALL {
            let seen = site.get(Some(who), &in_language(&path, l)).await;
            if path == "/me/claims/new" && seen.status == StatusCode::SEE_OTHER {
                continue;
            }
            assert_eq!(seen.status, StatusCode::OK, "{who} {path}: {}", seen.body);
            check(&format!("{who} {path}"), l, &seen.body);
        }
    }
}

#[tokio::test]
async fn before_anything_has_happened_pages_say_what_comes() {
    let bare = Site::over(Town::empty(false).await, false).await;
    let seen = bare.get(None, "/").await;
    assert!(seen.body.contains("There is no plan yet"), "{}", seen.body);
    check("/", Locale::En, &seen.body);
    let site = Site::over(Town::empty(true).await, false).await;
    for path in [
        "/",
        "/plans/demo-town/notice",
        "/plans/demo-town/notice?stage=all&words=heart&aid_to=9",
        "/plans/demo-town/statistics",
        "/plans/demo-town/reasons",
        "/plans/demo-town/periods",
        "/plans/demo-town/join",
        "/plans/demo-town/rules",
    ] {
        for l in Locale::ALL {
            let seen = site.get(None, &in_language(path, l)).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
            check(path, l, &seen.body);
        }
    }
    let notice = site.get(None, "/plans/demo-town/notice").await;
    assert!(notice.body.contains("The next notice begins on"), "{}", notice.body);
}

#[tokio::test]
async fn what_is_not_there_or_not_yours_looks_the_same() {
    let site = site().await;
    for (who, path) in [
        (None, "/plans/no-such-plan".to_owned()),
        (None, "/plans/NO PLAN".replace(' ', "%20")),
        (None, "/plans/demo-town/periods/2026-13-1".to_owned()),
        (None, "/plans/demo-town/periods/2031-01-1".to_owned()),
        (None, "/plans/demo-town/rules?version=7".to_owned()),
        (None, format!("/plans/demo-town/notice/{}", claim(7))),
        (None, format!("/plans/demo-town/notice/{}", claim(777))),
        (Some(2), format!("/me/claims/{}", claim(1))),
        (Some(2), format!("/me/claims/{}/files", claim(1))),
        (Some(2), format!("/me/enrolments/{}", enrolment(1))),
        (Some(2), format!("/me/enrolments/{}/leave", enrolment(1))),
        (Some(2), format!("/me/enrolments/{}/consent.json", enrolment(1))),
        (Some(2), "/me/claims/nonsense".to_owned()),
    ] {
        let seen = site.get(who, &path).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}: {}", seen.body);
        assert!(seen.body.contains("not-found"), "{path} names its code: {}", seen.body);
    }
}

#[tokio::test]
async fn members_pages_lead_to_signing_in_and_back() {
    let site = site().await;
    for (path, back) in
        [("/me", "/me"), ("/me/claims/new?enrolment=x&lang=zh", "/me/claims/new%3Fenrolment%3Dx")]
    {
        let seen = site.get(None, path).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(seen.location(), format!("/sign-in?back={back}"));
    }
}

#[tokio::test]
async fn a_language_chosen_by_a_link_is_remembered() {
    let site = site().await;
    let seen = site.get(None, "/help?lang=zh").await;
    assert!(seen.header("set-cookie").starts_with("huzhu-language=zh"), "{}", seen.header("set-cookie"));
    assert_eq!(site.get(None, "/help").await.header("set-cookie"), "");
}

/// The words of the main part of a page, a line for each piece.
pub(crate) fn words(html: &str) -> String {
    let main =
        html.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).expect("a main part").0;
    let mut lines = Vec::new();
    for piece in main.split('<').skip(1) {
        let text = piece.split_once('>').map_or("", |(_, text)| text).trim();
        if !text.is_empty() {
            lines.push(text.replace('\u{a0}', " "));
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn the_words_of_some_pages() {
    let site = site().await;
    for (name, who, path) in [
        ("statement-en", None, "/plans/demo-town/periods/2026-02-1?lang=en".to_owned()),
        ("statement-zh", None, "/plans/demo-town/periods/2026-02-1?lang=zh".to_owned()),
        ("card-zh", None, format!("/plans/demo-town/notice/{}?lang=zh", claim(5))),
        ("claim-refused-en", Some(9), format!("/me/claims/{}?lang=en", claim(9))),
    ] {
        let seen = site.get(who, &path).await;
        insta::assert_snapshot!(name, words(&seen.body));
    }
}

#[tokio::test]
async fn the_page_of_figures_and_the_reasons_of_refusals_are_public_and_linked() {
    let site = site().await;
    for (path, expected) in [
        ("/plans/demo-town", "href=\"/plans/demo-town/statistics\""),
        ("/plans/demo-town/statistics", "Month by month"),
        ("/plans/demo-town/statistics", "<svg"),
        ("/plans/demo-town/statistics", "fewer than 5"),
        ("/plans/demo-town/statistics", "href=\"/plans/demo-town/reasons\""),
        ("/plans/demo-town/reasons", "id=\"inside-wait\""),
        ("/plans/demo-town/reasons", "id=\"ceiling-reached\""),
    ] {
        let seen = site.get(None, path).await;
        assert!(seen.body.contains(expected), "{path}: {expected}: {}", seen.body);
    }
}
