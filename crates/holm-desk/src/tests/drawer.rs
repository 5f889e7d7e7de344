//! Drawers on desks of their own: the draw is looked at, committed to and revealed, and nothing is drawn twice or shown.

use std::path::PathBuf;

use holm::vetting::draw::DrawPlan;
use holm_record::event::vetting::CheckSort;
use jiff::SignedDuration;

use super::*;

/// The desk of somebody who has a key of the world's, and no workspace.
pub(super) async fn own_desk(world: &World, person: &str) -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(world.folder.path().join(format!("{person}.key")), folder.path().join("p5.key")).unwrap();
    let desk = desk(&folder);
    World::started(folder, desk).await
}

fn plan() -> DrawPlan {
    let drawers = ["p10", "p11"].map(|id| PersonId::new(id).unwrap());
    DrawPlan { sort: CheckSort::Urinalysis, unit: None, rates: [40; 5], drawers, reveal_days: 7, within_days: 5 }
}

/// A draw that is begun now, and what goes to its drawers.
fn begun(world: &World) -> (u64, Vec<u8>) {
    let now = Timestamp::now();
    let done = world.desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, now).unwrap();
        let number = workspace.open_draw(&permit, &plan()).unwrap();
        (number, workspace.draw_bundle(number, now).unwrap())
    });
    done.unwrap()
}

/// What went to the drawers of a draw of another record, so long ago that nothing can be revealed any more.
fn over(world: &World) -> Vec<u8> {
    let then = Timestamp::now() - SignedDuration::from_hours(24 * 8);
    let folder = tempfile::tempdir().unwrap();
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), then).unwrap();
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for person in ["p10", "p11"] {
        let file = std::fs::read(world.folder.path().join(format!("{person}.key"))).unwrap();
        let line = DeviceKeys::from_file(&file, None).unwrap().public_line();
        roster += &format!("{person},X,Bureau,Unit {person},1,x,x@x.example,{line}\n");
    }
    let permit = workspace.permit(&Action::Administer, then).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    let number = workspace.open_draw(&permit, &plan()).unwrap();
    workspace.draw_bundle(number, then).unwrap()
}

fn kept(desk: &World, ending: &str) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(desk.folder.path().join("p5.key.draws")) else { return Vec::new() };
    files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == ending)).collect()
}

async fn opened(desk: &World, file: &[u8]) -> String {
    let answer = desk.parts("/draws", &[("draw", Some("draw"), file), ("passphrase", None, b"")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    to(&answer)
}

async fn refused(answer: Response<Body>, said: &str) {
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let page = text(answer).await;
    assert!(page.contains(said) && page.contains("There is a problem"), "{said}: {page}");
}

fn commits(person: &str) -> [(&'static str, String); 3] {
    [("step", "commit".to_owned()), ("person", person.to_owned()), ("passphrase", String::new())]
}

async fn send(desk: &World, path: &str, fields: &[(&str, String)]) -> Response<Body> {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    desk.fields(path, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_commit_and_reveal_and_people_are_drawn() {
    let world = World::new().await;
    let (number, file) = begun(&world);
    let desks = [("p10", own_desk(&world, "p10").await), ("p11", own_desk(&world, "p11").await)];
    let take = "/vetting/draws/take";
    for (person, desk) in &desks {
        let at = opened(desk, &file).await;
        let (_, page) = desk.page(&at).await;
        for said in
            ["Who takes this check: urinalysis. 30 people can be drawn.", "p10, p11", &format!("is entry {number} of the record")]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        let log_key = world.desk.office.act(|w| w.log_key().to_owned()).unwrap();
        assert!(page.contains(&log_key), "{log_key}: {page}");
        assert_eq!(send(desk, &at, &commits(person)).await.status(), StatusCode::SEE_OTHER);
        let note = desk.file(&format!("{at}/commitment")).await;
        // Whoever presses twice, or opens the file again, has what they had.
        assert_eq!(send(desk, &at, &commits(person)).await.status(), StatusCode::SEE_OTHER);
        let again = opened(desk, &file).await;
        assert!(again != at && desk.file(&format!("{again}/commitment")).await == note);
        let (_, page) = desk.page(&again).await;
        assert!(page.contains("You have committed") && page.contains(person) && !page.contains("value=\"commit\""), "{page}");
        assert_eq!(kept(desk, "secret").len(), 1);
        refused(send(desk, &again, &[("step", "reveal".to_owned())]).await, "does not show both commitments").await;
        let taken = world.parts(take, &[("files", Some("c"), &note)]).await;
        assert_eq!(taken.status(), StatusCode::OK);
    }
    let both = world.file(&format!("/vetting/draws/{number}/file")).await;
    for (_, desk) in &desks {
        let at = opened(desk, &both).await;
        let (_, page) = desk.page_in(&at, "es").await;
        assert!(page.contains("Ambos se comprometieron: revele ahora"), "{page}");
        assert_eq!(desk.send(Request::get(format!("{at}/revealed"))).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(send(desk, &at, &[("step", "reveal".to_owned())]).await.status(), StatusCode::SEE_OTHER);
        let revealed = desk.file(&format!("{at}/revealed")).await;
        let secret = serde_json::from_slice::<serde_json::Value>(&revealed).unwrap()["secret"].as_str().unwrap().to_owned();
        assert!(!desk.page(&at).await.1.contains(&secret), "a page shows no secret");
        assert_eq!(world.parts(take, &[("files", Some("r"), &revealed)]).await.status(), StatusCode::OK);
    }
    let (_, page) = world.page("/vetting/draws").await;
    assert!(page.contains("Everything was revealed."), "{page}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_kept_for_its_owner_alone_and_sealed() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new().await;
    let desk = own_desk(&world, "p10").await;
    let at = opened(&desk, &begun(&world).1).await;
    send(&desk, &at, &commits("p10")).await;
    let [secret] = kept(&desk, "secret").try_into().unwrap();
    assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read(&secret).unwrap().starts_with(b"age-encryption.org/v1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_draw_of_theirs_is_refused_with_what_to_do_and_nothing_is_drawn() {
    let (world, other) = (World::new().await, World::new().await);
    let desk = own_desk(&world, "p10").await;
    let (_, file) = begun(&world);
    let cut = &file[..file.len() - 40];
    for other_kind in [&b"holm-approval/1\n"[..], b"%PDF-1.7", cut, &begun(&other).1] {
        let answer = desk.parts("/draws", &[("draw", Some("draw"), other_kind)]).await;
        refused(answer, "no file of a draw that your key opens. Nothing was drawn. Ask whoever").await;
    }
    refused(desk.parts("/draws", &[("draw", Some(""), b"")]).await, "Choose the file that you were sent").await;
    assert_eq!(desk.parts("/draws", &[("drow", None, b"x")]).await.status(), StatusCode::BAD_REQUEST);
    let at = opened(&desk, &file).await;
    for stranger in ["p12", "", "<script>"] {
        refused(send(&desk, &at, &commits(stranger)).await, "This draw is made by p10 and p11. Write your own id").await;
    }
    let elsewhere = [&commits("p10")[..], &[("record", "holm.invalid/0+1+AA".to_owned())]].concat();
    refused(send(&desk, &at, &elsewhere).await, "This draw is of another record, whose key is").await;
    assert_eq!(send(&desk, &at, &[("step", "look".to_owned())]).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(desk.page("/draws/nothing").await.0, StatusCode::NOT_FOUND);
    // Where no secret can be kept, none is drawn.
    std::fs::write(desk.folder.path().join("p5.key.draws"), b"no folder").unwrap();
    refused(send(&desk, &at, &commits("p10")).await, "so nothing was committed to").await;
    std::fs::remove_file(desk.folder.path().join("p5.key.draws")).unwrap();
    let late = opened(&desk, &over(&world)).await;
    let (_, page) = desk.page(&late).await;
    assert!(
        page.contains("The time to draw is over") && page.contains("ask for a new draw") && !page.contains("name=\"step\""),
        "{page}"
    );
    refused(send(&desk, &late, &commits("p10")).await, "Nothing can be drawn any more").await;
    assert_eq!((kept(&desk, "secret").len(), kept(&desk, "commitment").len()), (0, 0), "nothing was drawn");
    // Committed to on another desk.
    let first = own_desk(&world, "p10").await;
    let second = own_desk(&world, "p11").await;
    let (number, file) = begun(&world);
    for (person, own) in [("p10", &first), ("p11", &second)] {
        let at = opened(own, &file).await;
        send(own, &at, &commits(person)).await;
        let note = own.file(&format!("{at}/commitment")).await;
        world.parts("/vetting/draws/take", &[("files", Some("c"), &note)]).await;
    }
    let both = world.file(&format!("/vetting/draws/{number}/file")).await;
    let at = opened(&desk, &both).await;
    let (_, page) = desk.page(&at).await;
    assert!(page.contains("Reveal where you committed"), "{page}");
    refused(send(&desk, &at, &[("step", "reveal".to_owned())]).await, "Reveal where you committed").await;
    refused(send(&desk, &at, &commits("p10")).await, "Reveal where you committed").await;
    assert_eq!(kept(&desk, "secret").len(), 0);
}
