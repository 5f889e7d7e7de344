//! Tables: searched and sorted by what stands in the address, over all rows and not only those that are shown.

use super::*;

/// What stands first in each row of the page's table.
async fn rows(world: &World, path: &str) -> Vec<String> {
    let (status, page) = world.page(path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    let row = |row: &str| row.split_once('>').unwrap().1.split("</a>").next().unwrap().rsplit('>').next().unwrap().to_owned();
    page.split("<th scope=\"row\"").skip(1).map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_stand_by_number_and_are_sorted_as_the_address_says() {
    let world = World::new().await;
    let plain = rows(&world, "/people?q=Person").await;
    assert_eq!(plain[..3], ["Person 0", "Person 1", "Person 2"], "p10 stands after p9");
    assert_eq!(rows(&world, "/people?q=Person&sort=-name").await[0], *plain.last().unwrap());
    let units = rows(&world, "/people?sort=unit").await;
    assert_eq!(units.len(), rows(&world, "/people").await.len());
    for hostile in ["/people?sort=%3Cscript%3E", "/people?sort=--name", "/people?sort=%00", "/people?sort="] {
        assert_eq!(rows(&world, hostile).await, rows(&world, "/people").await, "{hostile}");
        assert!(!world.page(hostile).await.1.contains("<script>"));
    }
    let page = world.page("/people?sort=name&unit=Bureau,+Unit+1").await.1;
    assert!(page.contains("aria-sort=\"ascending\"><a href=\"?q=&#38;unit=Bureau%2C%20Unit%201&#38;sort=-name\">"), "{page}");
    assert!(page.contains("<input type=\"hidden\" name=\"sort\" value=\"name\">"), "a search keeps the order");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_an_item_are_searched_and_sorted() {
    let world = World::new().await;
    let all = rows(&world, "/items/brief").await;
    assert_eq!(all.len(), 30);
    let mut back = rows(&world, "/items/brief?sort=-copy").await;
    back.reverse();
    let sorted = rows(&world, "/items/brief?sort=copy").await;
    assert!(back == sorted && sorted[1] == "Person 1" && sorted[10] == "Person 10", "{sorted:?}");
    assert_eq!(rows(&world, "/items/brief?q=PERSON+12").await, ["Person 12"]);
    let (_, none) = world.page("/items/brief?q=nobody+of+this+name&sort=told").await;
    assert!(none.contains("Nothing here matches.") && none.contains("30 people hold a copy of brief"));
    assert_eq!(rows(&world, "/items/brief?sort=-told&from=2020-01-01T00:00").await.len(), 30);
    let (_, person) = world.page("/people/p5?q=nothing+of+this+name").await;
    assert!(person.contains("Nothing here matches.") && person.contains("name=\"q\""), "{person}");
    assert_eq!(rows(&world, "/people/p5?q=BRI&sort=item").await, ["brief"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_recipients_do_not_stand_between_a_reader_and_the_button() {
    let world = World::new().await;
    let people: String =
        (0..30).map(|n| format!("z{n},Zoe {n},B,U,1,x,z@x,{}\n", DeviceKeys::generate().unwrap().public_line())).collect();
    let csv = format!("id,name,agency,unit,level,role,email,recipient\n{people}");
    world.parts("/roster", &[("roster", Some("r.csv"), csv.as_bytes())]).await;
    let draft = world.draft(minutes()).await;
    world.fields(&draft, &[("name", "all"), ("to", "unit:U"), ("do", "save")]).await;
    let (_, few) = world.page(&format!("{draft}/release")).await;
    assert!(few.contains("Zoe 29") && !few.contains("<details"), "{few}");
    world.fields(&draft, &[("name", "all"), ("to", "all"), ("do", "save")]).await;
    let (_, many) = world.page(&format!("{draft}/release")).await;
    assert!(many.contains("<summary>See all 60 people</summary>") && many.contains("Zoe 29"), "{many}");
    assert!(many.find("Zoe 9<").unwrap() < many.find("Zoe 10<").unwrap(), "by number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_some_says_so_and_leads_to_all() {
    let world = World::new().await;
    let (_, page) = world.page("/items?unsigned=1").await;
    assert!(
        page.contains("Copies of 0 items have had no receipt for a week") && page.contains("<a href=\"/items\">All items</a>")
    );
    let (_, page) = world.page("/people?keyless=1&sort=name").await;
    assert!(page.contains("no key to seal to") && page.contains("<a href=\"/people\">Everybody</a>"), "{page}");
    assert!(page.contains("name=\"keyless\" value=\"1\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_taken_in_lose_devices_and_leave_and_what_is_wrong_is_said_by_line() {
    let world = World::new().await;
    let size = || world.desk.office.view().unwrap().size;
    let before = size();
    let head = "id,name,agency,unit,level,role,email,recipient\n";
    let wrong = format!("{head}z1,Zoe,B,U,9,x,z@x,\nz 2,<script>alert(1)</script>,B,U,1,x,z@x,\n");
    for text in ["", " \n", "name,id\nx,y", head, &wrong, "\0"] {
        let refused = world.parts("/roster", &[("text", None, text.as_bytes())]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
        let page = super::text(refused).await;
        assert!(page.contains("There is a problem") && !page.contains("<script>"), "{page}");
        assert!(
            text != wrong || page.contains("line 2: level") && page.contains("line 3:") && page.contains("z1,Zoe,B,U,9"),
            "{page}"
        );
    }
    let latin = [head.as_bytes(), b"z1,Ana L\xf3pez,B,U,1,x,z@x,\n"].concat();
    let refused = super::text(world.parts("/roster", &[("roster", Some("r.csv"), &latin)]).await).await;
    assert!(refused.contains("The file is not UTF-8"), "{refused}");
    assert_eq!(size(), before, "nothing is recorded");
    let keys = [DeviceKeys::generate().unwrap(), DeviceKeys::generate().unwrap()];
    let csv = format!("{head}z1,Zoe,B,U,1,x,z@x,{};{}\n", keys[0].public_line(), keys[1].public_line());
    let taken = super::text(world.parts("/roster", &[("roster", Some("r.csv"), csv.as_bytes())]).await).await;
    assert!(taken.contains("1 added to the roster, 0 updated"), "{taken}");
    assert!(world.page_in("/roster", "es").await.1.contains("Agregar personas"));

    let (_, page) = world.page("/people/z1").await;
    assert!(page.contains(&format!("<option>{}</option>", keys[1].recipient())), "which of two: {page}");
    let without = world.fields("/people/z1/lost", &[("reason", " "), ("device", &keys[1].recipient())]).await;
    assert_eq!(without.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = super::text(without).await;
    assert!(page.contains("Say why in one line") && page.contains("<details class=\"change\" open>"), "{page}");
    let lost = world.fields("/people/z1/lost", &[("reason", "left on a train"), ("device", &keys[1].recipient())]).await;
    assert_eq!((lost.status(), to(&lost).as_str()), (StatusCode::SEE_OTHER, "/people/z1"));
    assert!(world.page("/people/z1").await.1.contains("one key in use, one lost"));
    let again =
        super::text(world.fields("/people/z1/lost", &[("reason", "again"), ("device", &keys[1].recipient())]).await).await;
    assert!(again.contains("has no device in use with that key") && again.contains("value=\"again\""), "{again}");
    assert_eq!(world.fields("/people/z1/left", &[("reason", "retired")]).await.status(), StatusCode::SEE_OTHER);
    let twice = super::text(world.fields("/people/z1/left", &[("reason", "retired")]).await).await;
    assert!(twice.contains("recorded already"), "{twice}");
    assert!(!world.page("/people/z1").await.1.contains("/people/z1/left"), "whoever left has no such form");
    assert_eq!(size(), before + 3);
    assert_eq!(world.fields("/people/none/left", &[("reason", "x")]).await.status(), StatusCode::NOT_FOUND);
}
