//! Every form of every page, as its page has it, with what nobody should send in each of its fields: a form that is added
//! is found by itself.

use std::collections::BTreeSet;

use super::*;

/// A field as its page shows it.
struct Field {
    name: String,
    /// What is sent if nobody touches it; none for what is not ticked, and for buttons.
    sent: Option<String>,
    is_file: bool,
    /// Whether a person types into it.
    is_typed: bool,
}

struct Form {
    action: String,
    has_files: bool,
    fields: Vec<Field>,
}

/// What stands in a tag after `name="`.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn forms(page: &str) -> Vec<Form> {
    let posted = page.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let form = |form: &str| {
        let (tag, body) = form.split_once('>').unwrap();
        if !format!(" {tag}").contains(" method=\"post\"") {
            return None;
        }
        let fields = body.split('<').filter_map(|element| {
            let (tag, after) = element.split_once('>')?;
            let kind = tag.split(' ').next()?;
            let name = attribute(tag, "name").filter(|_| ["input", "select", "textarea", "button"].contains(&kind))?.to_owned();
            let type_ = attribute(tag, "type").unwrap_or("text");
            let value = attribute(tag, "value").unwrap_or_default().to_owned();
            let is_typed = kind == "textarea" || kind == "input" && ["text", "search", "date"].contains(&type_);
            let sent = match (kind, type_) {
                ("button", _) | ("input", "file") => None,
                ("input", "checkbox" | "radio") => tag.ends_with(" checked").then_some(value),
                ("textarea", _) => Some(after.to_owned()),
                _ => Some(value),
            };
            Some(Field { name, sent, is_file: type_ == "file", is_typed })
        });
        let action = attribute(&format!(" {tag}"), "action")?.to_owned();
        Some(Form { action, has_files: tag.contains("multipart"), fields: fields.collect() })
    };
    posted.filter_map(form).collect()
}

impl Form {
    /// Sends it with one field as it should not be.
    async fn send(&self, world: &World, bad: &str, content: &str) -> Response<Body> {
        let mut fields: Vec<(&str, &str, bool)> = Vec::new();
        for field in self.fields.iter().filter(|f| f.name != bad) {
            fields.extend(field.sent.as_deref().map(|sent| (field.name.as_str(), sent, false)));
        }
        fields.push((bad, content, self.fields.iter().any(|f| f.name == bad && f.is_file)));
        if self.has_files {
            let part = |(name, content, is_file): &(&'_ str, &'_ str, bool)| {
                // A file's name is as hostile as its content.
                (
                    name.to_string(),
                    is_file.then(|| content.replace(['"', '\r', '\n'], "").chars().take(200).collect::<String>()),
                    content.to_string(),
                )
            };
            let parts: Vec<_> = fields.iter().map(part).collect();
            let parts: Vec<_> = parts.iter().map(|(n, f, c)| (n.as_str(), f.as_deref(), c.as_bytes())).collect();
            world.parts(&self.action, &parts).await
        } else {
            let pairs: Vec<_> = fields.iter().map(|(name, content, _)| (*name, *content)).collect();
            world.fields(&self.action, &pairs).await
        }
    }
}

const SCRIPT: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// Pages with forms of what happened outside.
const HAPPENED: [&str; 7] = [
    "/record/operation",
    "/record/incident",
    "/record/telling",
    "/record/channel",
    "/record/target",
    "/record/operations",
    "/items/brief",
];

/// Other pages with forms that have one address.
const OTHERS: [&str; 13] = [
    "/outcomes",
    "/experiments",
    "/approaches",
    "/approaches/home",
    "/plans",
    "/vetting/register",
    "/roster",
    "/people/p9",
    "/share",
    "/inbox",
    "/trace",
    "/record",
    "/unlock",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_field_of_any_form_is_stored_or_run_that_nobody_should_send() {
    let world = World::new().await;
    let draft = world.draft("We saw [[two|three]] drums by the [[north|south]] gate, and the van did not wait.").await;
    let mail = world.file("/items/brief/copies/p5.1/mail").await;
    let arrived = to(&world.parts("/inbox", &[("files", Some("p5.eml"), &mail)]).await);
    world.parts(&arrived, &[("passphrase", None, b"")]).await;
    let second = to(&world.parts("/inbox", &[("files", Some("p5.eml"), &mail)]).await);
    let ask = format!("{arrived}/onward");
    let whom: [(&str, Option<&str>, &[u8]); 3] = [("to", None, b"x"), ("purpose", None, b"y"), ("paragraphs", None, b"1")];
    let sealed = to_bytes(world.parts(&ask, &whom).await.into_body(), 1 << 24).await.unwrap();
    world.parts("/receipts", &[("receipts", Some("p5.request"), &sealed)]).await;
    let (_, list) = world.page("/requests").await;
    let request = format!("/requests/{}", list.split("/requests/").nth(1).unwrap().split('"').next().unwrap());

    let large = "9".repeat(3 << 20);
    let hostile = ["", SCRIPT, "../../../../etc/passwd", "a\0b", "\u{202e}\u{feff}", "-1e999", &large];
    let release = format!("{draft}/release");
    let pages = [draft.as_str(), &release, &second, &ask, &request];
    // That the register is read is an entry, once.
    world.page("/vetting/register").await;
    let before = world.desk.office.view().unwrap().size;
    let (mut tried, mut said) = (0, 0);
    for path in HAPPENED.into_iter().chain(OTHERS).chain(pages) {
        let found = forms(&world.page(path).await.1);
        let mut now = forms(&world.page(path).await.1);
        for (at, form) in found.iter().enumerate().filter(|(_, form)| form.action != "/leave") {
            let fields: BTreeSet<&str> = form.fields.iter().map(|f| f.name.as_str()).chain(["no-such-field"]).collect();
            for (n, name) in fields.into_iter().enumerate() {
                let field = form.fields.iter().find(|f| f.name == name);
                // A leak may say anything, and is looked at; a reason may say anything that is one line.
                let is_leak = form.action == "/trace" && ["text", "files"].contains(&name);
                let is_line = |content: &str| !content.is_empty() && !content.contains('\0') && content.len() <= 200;
                // A form is too large whichever field makes it so.
                let tried_here = |content: &&&str| {
                    (!is_leak || content.is_empty())
                        && (name != "reason" || !is_line(content))
                        && (n == 0 || content.len() < 1 << 20)
                };
                for content in hostile.iter().filter(tried_here) {
                    let short: String = content.chars().take(40).collect();
                    let case = format!("{path}: {} {name} {short:?}", form.action);
                    // As the page is now: it says of which state the form is. What was refused changed nothing.
                    let Some(form) = now.get(at) else { continue };
                    let answer = form.send(&world, name, content).await;
                    let status = answer.status();
                    if !status.is_client_error() {
                        now = forms(&world.page(path).await.1);
                    }
                    assert!(status.is_success() || status.is_redirection() || status.is_client_error(), "{case}: {status}");
                    let page = String::from_utf8_lossy(&to_bytes(answer.into_body(), 1 << 26).await.unwrap()).into_owned();
                    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{case}: {page}");
                    assert!(!status.is_client_error() || page.contains("<h1>"), "{case}: {status} is said on a page: {page}");
                    if status == StatusCode::UNPROCESSABLE_ENTITY {
                        said += 1;
                        assert!(page.contains("There is a problem") || page.contains("class=\"error\""), "{case}: {page}");
                        if *content == SCRIPT && field.is_some_and(|f| f.is_typed) {
                            assert!(page.contains("&#60;script&#62;alert(1)"), "{case}: what was typed is kept: {page}");
                        }
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 150 && said > 50, "{tried}, {said}");
    let after = world.desk.office.view().unwrap().size;
    let entries = world.desk.office.act(|workspace| workspace.entries_from(before, after)).unwrap().unwrap();
    let kinds: Vec<_> = entries.iter().flatten().map(|opened| opened.entry.event.kind()).collect();
    assert_eq!(kinds, Vec::<&str>::new(), "nothing is recorded");
}
