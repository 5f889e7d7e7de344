//! Plans, as a browser meets them: the team of least risk, with whom to share, and what cannot be met.

use axum::http::StatusCode;

use super::{World, text};

const TEAM: &str = "sort = \"raid\"\r\nat = \"2026-01-05T05:00:00Z\"\r\n[[role]]\r\nname = \"entry\"\r\nwanted = 2\r\nleast = 1\r\n\
    [[candidates]]\r\nwho = [\"p5\", \"p6\", \"p7\"]\r\nroles = [\"entry\"]\r\n";
const SHARE: &str = "at = \"2026-01-05T05:00:00Z\"\n[[paragraph]]\nname = \"where\"\nloss = 100\n\
    [[recipient]]\nname = \"first\"\nwho = [\"p5\"]\nvalue = 10\nparagraphs = [\"where\"]\n\
    [[recipient]]\nname = \"second\"\nwho = [\"p6\"]\nvalue = 10\nparagraphs = [\"where\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_team_and_recipients_are_planned_without_whoever_is_suspected_and_reading_is_an_entry_first() {
    let world = World::with_operations().await;
    let size = || world.desk.office.view().unwrap().size;
    assert!(world.page("/plans").await.1.contains("Plans"));
    let before = size();
    let answer = world.fields("/plans/team", &[("team", TEAM)]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = text(answer).await;
    let team = page.split("id=\"planned\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(team.contains(">p6<") && team.contains(">p7<") && !team.contains(">p5<"), "{team}");
    assert!(team.contains("class=\"stroke\"") && page.contains("An operation is not bait"), "{page}");
    assert_eq!(size(), before + 1, "that beliefs were read");

    let page = text(world.fields("/plans/share", &[("sharing", SHARE)]).await).await;
    assert!(page.contains("Share with second.") && page.contains("if they were worth"), "{page}");
    // What was typed stays, as it was.
    assert!(page.contains("name = &#34;second&#34;") || page.contains("name = &quot;second&quot;"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_need_that_cannot_be_met_says_what_would_do_and_records_nothing() {
    let world = World::with_operations().await;
    let before = world.desk.office.view().unwrap().size;
    for (path, field, need, said) in [
        ("/plans/team", "team", TEAM.replace("wanted = 2", "wanted = 9"), "do with 6 fewer in `entry`"),
        ("/plans/team", "team", TEAM.replace("p7", "p99"), "`p99` is no person"),
        ("/plans/team", "team", String::new(), "missing field"),
        ("/plans/share", "sharing", SHARE.replace("loss = 100", "loss = -5"), "not negative"),
        ("/plans/share", "sharing", SHARE.replace("\"p6\"", "\"p5\""), "belongs to two recipients"),
    ] {
        let answer = world.fields(path, &[(field, need.as_str())]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.contains(said) && page.contains(&format!("id=\"{field}-error\"")), "{said}: {page}");
    }
    assert_eq!(world.desk.office.view().unwrap().size, before);
    let none = World::new().await;
    let page = text(none.fields("/plans/team", &[("team", TEAM)]).await).await;
    assert!(page.contains("nothing to judge by yet"), "{page}");
}
