//! Requests to pass something on, on the pages of whoever asks and of the officer.

use super::*;

/// A field of a form: name, file name, content.
type Field<'f> = (&'f str, Option<&'f str>, &'f [u8]);

/// A copy that was sent to whoever sits here, opened: where it is.
async fn opened(world: &World) -> String {
    let mail = world.file("/items/brief/copies/p5.1/mail").await;
    let arrived = to(&world.parts("/inbox", &[("files", Some("p5.eml"), &mail)]).await);
    assert_eq!(world.parts(&arrived, &[("passphrase", None, b"")]).await.status(), StatusCode::SEE_OTHER);
    arrived
}

async fn bytes(response: Response<Body>) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_asked_taken_in_answered_once_and_read_by_whoever_asked() {
    let world = World::new().await;
    let arrived = opened(&world).await;
    assert!(world.page(&arrived).await.1.contains(&format!("{arrived}/onward")));
    let ask = format!("{arrived}/onward");
    let (_, form) = world.page(&ask).await;
    assert!(form.contains("name=\"paragraphs\" value=\"3\""), "{form}");
    let whom: [Field<'_>; 2] = [("to", None, b"Colonel Rey"), ("purpose", None, b"<b>warrant</b>")];
    let fields = [&[("paragraphs", None, &b"2"[..]), ("paragraphs", None, b"3")][..], &whom, &[("by", None, b"2026-12-24")]];
    let sealed = bytes(world.parts(&ask, &fields.concat()).await).await;
    assert!(sealed.starts_with(b"age-encryption.org/v1"));

    let taken = text(world.parts("/receipts", &[("receipts", Some("p5.request"), &sealed)]).await).await;
    assert!(taken.contains("signature checked"), "{taken}");
    assert!(world.page("/").await.1.contains("One request to pass something on waits"));
    assert!(world.page("/inbox").await.1.contains("One request to pass something on waits"));
    let (_, list) = world.page("/requests").await;
    let number = list.split("/requests/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/requests/{number}");
    let (_, page) = world.page_in(&path, "es").await;
    assert!(page.contains("&#60;b&#62;warrant") && page.contains("2026-12-24") && page.contains("Negar"), "{page}");

    let size = || world.desk.office.view().unwrap().size;
    let before = size();
    let wrong: [(&[Field<'_>], &str); 6] = [
        (&[], "Choose an answer"),
        (&[("decision", None, b"narrow"), ("words", None, b"soon")], "Leave at least one paragraph ticked"),
        (&[("decision", None, b"refuse")], "why it is refused"),
        (&[("decision", None, b"narrow"), ("paragraphs", None, b"2"), ("paragraphs", None, b"3")], "Untick a paragraph"),
        (&[("decision", None, b"narrow"), ("paragraphs", None, b"2"), ("words", None, b"a\0b")], "one line"),
        (&[("decision", None, b"narrow"), ("paragraphs", None, b"9")], "Untick a paragraph"),
    ];
    for (given, said) in wrong {
        let answer = world.parts(&path, given).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.contains(said) && page.contains("There is a problem"), "{said}: {page}");
    }
    let no_number = world.parts(&path, &[("decision", None, b"narrow"), ("paragraphs", None, b"two")]).await;
    assert_eq!(no_number.status(), StatusCode::BAD_REQUEST);
    assert_eq!(size(), before, "nothing is recorded");
    let narrowed: [Field<'_>; 3] =
        [("decision", None, b"narrow"), ("paragraphs", None, b"3"), ("words", None, b"by word of mouth")];
    assert_eq!(world.parts(&path, &narrowed).await.status(), StatusCode::SEE_OTHER);
    assert!(text(world.parts(&path, &narrowed).await).await.contains("is answered"), "once");
    assert_eq!(size(), before + 1);
    assert!(world.page(&path).await.1.contains("Granted in part: paragraphs 3. by word of mouth"));

    let answer = world.file(&format!("{path}/answer")).await;
    let read = text(world.parts("/answers", &[("answer", Some("a.answer"), &answer)]).await).await;
    assert!(read.contains("Granted in part: paragraphs 3. by word of mouth"), "{read}");
    let none = world.parts("/answers", &[]).await;
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(world.parts("/answers", &[("answer", Some("x"), b"nonsense")]).await).await.contains("There is a problem"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_lacks_something_says_so_and_keeps_what_was_typed() {
    let world = World::new().await;
    let ask = format!("{}/onward", opened(&world).await);
    let long = "a".repeat(501);
    let wrong: [(&[Field<'_>], &str); 4] = [
        (&[("to", None, b"Rey"), ("purpose", None, b"x")], "Choose at least one paragraph"),
        (&[("whole", None, b"1"), ("to", None, b""), ("purpose", None, b"x")], "Write one line"),
        (&[("whole", None, b"1"), ("to", None, b"Rey"), ("purpose", None, long.as_bytes())], "Write one line"),
        (&[("whole", None, b"1"), ("to", None, b"Rey"), ("purpose", None, b"x"), ("by", None, b"soon")], "2026-12-31"),
    ];
    for (given, said) in wrong {
        let answer = world.parts(&ask, given).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.contains(said), "{said}: {page}");
        assert!(said == "Write one line" || page.contains("value=\"Rey\""), "{page}");
    }
    assert_eq!(world.page("/requests/ffffffff").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.page("/requests/ffffffff/answer").await.0, StatusCode::NOT_FOUND);
    assert!(world.page("/requests").await.1.contains("Nobody has asked"));
}
