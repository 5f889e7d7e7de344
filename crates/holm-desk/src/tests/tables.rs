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
