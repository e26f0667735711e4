//! Files of disputes on pages and over the API: without script, by whoever may, and by nobody else.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{Request, StatusCode};
use huzhu_app::call::Call;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member::Role;

use crate::pages_world::{CONFIRMER, OPERATOR, REVIEWER, Town, claim, member, plan};
use crate::staff_world::{AUDITOR, Seen, Site, check_page};

const PDF: &str = "%PDF-1.7 what I saw";
/// Whose claim is on notice.
const CLAIMANT: u128 = 5;
/// Who objects to it.
const OBJECTOR: u128 = 2;
/// A member of the plan like any other.
const MEMBER: u128 = 3;
const INVESTIGATOR: u128 = 90_010;
const CLERK: u128 = 90_011;

/// Everybody who tries.
const EVERYBODY: [(&str, Option<u128>); 10] = [
    ("nobody", None),
    ("member", Some(MEMBER)),
    ("operator", Some(OPERATOR)),
    ("auditor", Some(AUDITOR)),
    ("clerk", Some(CLERK)),
    ("investigator", Some(INVESTIGATOR)),
    // Works as a reviewer besides: a conflict if there ever was one.
    ("claimant", Some(CLAIMANT)),
    ("reviewer", Some(REVIEWER)),
    ("confirmer", Some(CONFIRMER)),
    ("objector", Some(OBJECTOR)),
];

/// An objection to the claim of [`CLAIMANT`]; answers its page.
async fn objected() -> (Site, String) {
    let site = Site::over(Town::lived(9).await, false).await;
    for (n, role) in [(INVESTIGATOR, Role::Investigator), (CLERK, Role::Clerk), (CLAIMANT, Role::Reviewer)] {
        if n != CLAIMANT {
            let address = format!("staff{n}@example.org");
            site.town.app.register(&Call::system(), member(n), &address).await.expect("registered");
        }
        let command = ChangeRole { member: member(n), role: role.word(), grant: true };
        site.town.app.change_role(&Call::system(), command).await.expect("a role");
    }
    let card = format!("/plans/{}/notice/{}", plan(), claim(CLAIMANT));
    let fields = [("ground", "not-as-stated"), ("text", "I saw them at work.")];
    let sent = site.submit(OBJECTOR, &card, &card, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = sent.location().to_owned();
    (site, page)
}

/// A request with the session of member `n`.
async fn ask(site: &Site, n: Option<u128>, method: &str, path: &str, body: &str) -> Seen {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(n) = n {
        let token = site.town.session(n).await;
        request = if path.starts_with("/api/") {
            request.header(AUTHORIZATION, format!("Bearer {token}"))
        } else {
            request.header(COOKIE, format!("huzhu-session={token}"))
        };
    }
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/pdf");
    }
    request = request.header("tus-resumable", "1.0.0").header("upload-length", "9");
    site.send(request.body(Body::from(body.to_owned())).expect("a request")).await
}

/// The first address in `body` that begins so.
fn address(body: &str, begin: &str) -> String {
    let rest = body.split_once(&format!("href=\"{begin}")).expect("the link is there").1;
    format!("{begin}{}", rest.split_once('"').expect("an end").0)
}

#[tokio::test]
async fn an_objector_adds_files_without_script_and_those_who_answer_look_at_them() {
    let (site, mine) = objected().await;
    let files = format!("{mine}/files");
    let page = site.get(Some(OBJECTOR), &mine).await.body;
    assert!(page.contains(&format!("href=\"{files}\"")), "{page}");
    let form = site.get(Some(OBJECTOR), &files).await;
    check_page("files of an objection", &form.body);
    let key = form.key(&files).to_owned();
    let wrong = site.upload(OBJECTOR, &files, &[("key", &key)], "MZ this is a program").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for other in [MEMBER, CLAIMANT, CONFIRMER] {
        let refused = site.upload(other, &files, &[("key", &key)], PDF).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{other}");
    }
    for _ in 0..2 {
        let kept = site.upload(OBJECTOR, &files, &[("key", &key)], PDF).await;
        assert_eq!((kept.status, kept.location()), (StatusCode::SEE_OTHER, files.as_str()), "{}", kept.body);
    }
    let there = site.get(Some(OBJECTOR), &files).await.body;
    assert_eq!(there.matches("<section class=\"sheet\">").count(), 1, "a repeated upload adds nothing");
    let file = address(&there, &format!("{files}/"));
    assert_eq!(site.get(Some(OBJECTOR), &file).await.body, PDF);
    let receipt = site.get(Some(OBJECTOR), &format!("{file}/receipt")).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    check_page("receipt of a file of an objection", &receipt.body);

    // Whoever answers opens it where the answer is written; the claimant is told that there is one.
    let staff = mine.replace("/me/", "/staff/");
    let page = site.get(Some(CONFIRMER), &staff).await.body;
    check_page("objection with files, staff", &page);
    let look = address(&page, &format!("{staff}/files/"));
    let looked = site.get(Some(CONFIRMER), &look).await;
    assert_eq!((looked.status, looked.body.as_str()), (StatusCode::OK, PDF));
    assert!(looked.header("content-disposition").starts_with("inline"));
    assert!(looked.header("content-security-policy").ends_with("sandbox"));
    let told = site.get(Some(CLAIMANT), &mine).await.body;
    assert!(told.contains("handed in one file") && !told.contains("/files/"), "{told}");
    let steps = site.get(Some(CLAIMANT), &format!("/me/claims/{}", claim(CLAIMANT))).await.body;
    assert!(steps.contains("A file was handed in for an objection"), "{steps}");

    let answer = format!("{staff}/answer");
    let fields = [("answer", "dismissed"), ("text", "The hospital confirmed the day.")];
    assert_eq!(site.submit(CONFIRMER, &staff, &answer, &fields).await.status, StatusCode::SEE_OTHER);
    let closed = site.get(Some(OBJECTOR), &files).await.body;
    assert!(!closed.contains("type=\"file\"") && closed.contains("No more files"), "{closed}");
    let late = site.upload(OBJECTOR, &files, &[("key", "0193-late")], PDF).await;
    assert_ne!(late.status, StatusCode::SEE_OTHER);
    let key = "01930000-0000-7000-8000-0000000000aa";
    let late = site.upload(OBJECTOR, &files, &[("key", key)], PDF).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.body.contains("a.csv: This cannot be done any more"), "{}", late.body);
}

#[tokio::test]
async fn files_of_an_objection_are_open_to_few_and_like_none_to_everybody_else() {
    let (site, mine) = objected().await;
    let id = mine.rsplit('/').next().expect("an id").to_owned();
    let file = format!("evd_{:032x}", 77);
    let put = format!("/api/v1/objections/{id}/evidence/{file}");
    let sent = ask(&site, Some(OBJECTOR), "PUT", &put, PDF).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
    let begun = ask(&site, Some(OBJECTOR), "POST", &format!("/api/v1/objections/{id}/uploads"), "").await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    let upload = begun.location().rsplit('/').next().expect("an id").to_owned();
    let unknown = format!("obj_{:032x}", 99);
    let mut table = String::from("route:");
    for (name, _) in EVERYBODY {
        let _ = write!(table, " {name}");
    }
    table.push('\n');
    for (method, path, body) in [
        ("GET", "/api/v1/objections/{objection}", ""),
        ("GET", "/api/v1/objections/{objection}/evidence/{evidence}", ""),
        ("GET", "/api/v1/objections/{objection}/evidence/{evidence}/receipt", ""),
        ("HEAD", "/api/v1/objections/{objection}/uploads/{upload}", ""),
        ("GET", "/me/objections/{objection}/files", ""),
        ("GET", "/me/objections/{objection}/files/{evidence}", ""),
        ("GET", "/me/objections/{objection}/files/{evidence}/receipt", ""),
        ("GET", "/staff/objections/{objection}/files/{evidence}", ""),
        ("PUT", "/api/v1/objections/{objection}/evidence/{new}", PDF),
        ("POST", "/api/v1/objections/{objection}/uploads", ""),
    ] {
        let _ = write!(table, "{method} {path}:");
        let filled = |objection: &str| {
            let new = format!("evd_{:032x}", 78);
            [("{objection}", objection), ("{evidence}", &file), ("{upload}", &upload), ("{new}", &new)]
                .iter()
                .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
        };
        for (name, who) in EVERYBODY {
            let there = ask(&site, who, method, &filled(&id), body).await;
            let nowhere = ask(&site, who, method, &filled(&unknown), body).await;
            let _ = write!(table, " {}", there.status.as_str());
            if there.status == StatusCode::NOT_FOUND {
                let plain = |seen: &Seen| seen.body.replace(&id, "ID").replace(&unknown, "ID");
                assert_eq!(plain(&there), plain(&nowhere), "{method} {path} tells {name} something");
            }
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table, @r"
    route: nobody member operator auditor clerk investigator claimant reviewer confirmer objector
    GET /api/v1/objections/{objection}: 401 404 404 200 404 404 200 200 200 200
    GET /api/v1/objections/{objection}/evidence/{evidence}: 401 404 404 404 404 404 404 200 200 200
    GET /api/v1/objections/{objection}/evidence/{evidence}/receipt: 401 404 404 404 404 404 404 404 404 200
    HEAD /api/v1/objections/{objection}/uploads/{upload}: 401 404 404 404 404 404 404 404 404 200
    GET /me/objections/{objection}/files: 303 404 404 404 404 404 404 404 404 200
    GET /me/objections/{objection}/files/{evidence}: 303 404 404 404 404 404 404 200 200 200
    GET /me/objections/{objection}/files/{evidence}/receipt: 303 404 404 404 404 404 404 404 404 200
    GET /staff/objections/{objection}/files/{evidence}: 303 404 404 404 404 404 404 200 200 200
    PUT /api/v1/objections/{objection}/evidence/{new}: 401 404 404 404 404 404 404 404 404 201
    POST /api/v1/objections/{objection}/uploads: 401 404 404 404 404 404 404 404 404 201
    ");
}
