// What officers do: trace a leak and look up a person, with the mouse and by keyboard alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser, startDesk, watchedPage, world } from "../desk.mjs";

let desk, browser, watched;

before(async () => {
  desk = await startDesk();
  browser = await startBrowser();
  watched = await watchedPage(browser);
  await watched.page.goto(desk.link);
});

after(async () => {
  assert.deepEqual(watched.faults, []);
  await browser?.close();
  await desk?.stop();
});

const at = (path) => new URL(path, desk.link).href;

/** Moves the focus by Tab until it is where `found` says. */
async function tabTo(page, found, most = 80) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(found)) return;
  }
  assert.fail(`the keyboard does not get to ${found}`);
}

test("a start link works for one browser only", async () => {
  const other = await watchedPage(browser);
  const answer = await other.page.goto(desk.link);
  assert.equal(answer.status(), 401);
  assert.match(await other.page.textContent("h1"), /used already/);
  await other.context.close();
});

test("a document is shared: a mark struck, a unit chosen, copies released and their mails saved", async () => {
  const { page } = watched;
  await page.goto(at("/share"));
  await page.setInputFiles("#document", `${world}/documents/01-observation-mante-road.md`);
  await page.click("button.primary");
  await page.waitForSelector(".editor");
  const boxes = await page.locator(".editor input:checked").count();
  await page.locator(".editor input:checked").first().uncheck();
  await page.check('input[value="unit:Entry"]');
  await page.fill("#name", "the-mante-road-again");
  await page.locator("select[name=marking]").first().selectOption("TLP:RED");
  await page.fill("#conditions", "Read it alone.");
  await page.click("button[value=save]");
  await page.waitForSelector("text=people are chosen");
  assert.equal(await page.locator(".editor input:checked").count(), boxes - 1, "what was struck stays struck");
  await page.click("button[value=preview]");
  await page.waitForSelector(".sheet");
  await page.click("text=Back to the draft");
  await page.click("button[value=release]");
  await page.waitForSelector("text=What will be recorded");
  await page.click("button.primary");
  await page.waitForSelector("h1:has-text('hold a copy of the-mante-road-again')", { timeout: 120_000 });
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("text=All mails and the list")]);
  assert.equal(saved.suggestedFilename(), "the-mante-road-again.zip");
  await page.goto(at("/share"));
  assert.equal(await page.locator("text=No draft is waiting").count(), 1);
});

test("a key is made by two persons, each at a desk, and the copies then go out", async () => {
  const { page } = watched;
  const name = `two-persons-${Date.now()}`;
  await page.goto(at("/share"));
  await page.setInputFiles("#document", `${world}/documents/01-observation-mante-road.md`);
  await page.click("button.primary");
  await page.waitForSelector(".editor");
  await page.check('input[value="unit:Entry"]');
  await page.fill("#name", name);
  await page.selectOption("#second", "h02");
  await page.click("button[value=release]");
  await page.waitForSelector("text=draws the other half of the key");
  await page.click("button.primary");
  await page.waitForSelector("h1:has-text('The release waits for')", { timeout: 120_000 });
  const waiting = page.url();
  const [request] = await Promise.all([page.waitForEvent("download"), page.click("a.button")]);
  assert.equal(request.suggestedFilename(), `${name}.key-request`);
  await page.goto(at("/inbox"));
  await page.setInputFiles("#request", await request.path());
  await page.fill("#person", "h02");
  const [drawn] = await Promise.all([page.waitForEvent("download"), page.click("text=Draw and sign my half")]);
  assert.equal(drawn.suggestedFilename(), `${name}.contribution`);
  await page.goto(waiting);
  await page.setInputFiles("#contribution", await drawn.path());
  await page.click("button.primary");
  await page.waitForSelector(`h1:has-text('hold a copy of ${name}')`, { timeout: 120_000 });
  assert.ok((await page.textContent("dl")).includes("Made with h02"));
});

test("a draft is released by keyboard alone, and outlives the desk's browser", async () => {
  const { page } = watched;
  await page.goto(at("/share"));
  await tabTo(page, () => document.activeElement.id === "text");
  await page.keyboard.insertText(readFileSync(`${world}/documents/16-source-summary-before-search.md`, "utf8"));
  await tabTo(page, () => document.activeElement.matches("button.primary"));
  await page.keyboard.press("Enter");
  await page.waitForSelector(".editor");
  await tabTo(page, () => document.activeElement.value === "unit:Registry", 200);
  await page.keyboard.press("Space");
  await tabTo(page, () => document.activeElement.id === "name", 200);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText("before-the-search");
  await tabTo(page, () => document.activeElement.matches("button.primary"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=What will be recorded");
  const cookies = await watched.context.cookies();
  await watched.context.close();
  watched = await watchedPage(browser);
  await watched.context.addCookies(cookies);
  const again = watched.page;
  await again.goto(at("/share"));
  await tabTo(again, () => document.activeElement.matches(".plain-list a"));
  await again.keyboard.press("Enter");
  await again.waitForSelector(".editor");
  assert.ok(await again.isChecked('input[value="unit:Registry"]'));
  await tabTo(again, () => document.activeElement.value === "release", 300);
  await again.keyboard.press("Enter");
  await again.waitForSelector("text=What will be recorded");
  await tabTo(again, () => document.activeElement.matches("button.primary"));
  await again.keyboard.press("Enter");
  await again.waitForSelector("h1:has-text('hold a copy of before-the-search')", { timeout: 120_000 });
});

test("a copy arrives as a mail, is accepted, read and signed for, and its receipt is entered", async () => {
  const { page } = watched;
  await page.goto(at("/inbox"));
  await page.setInputFiles("#files", `${world}/sent/source-summary-inner-store/h02.md.eml`);
  await page.click("text=Look at what came");
  await page.waitForSelector("h1:has-text('arrived for h02')");
  assert.ok(await page.locator("text=Nothing in it may be put to a person under interview.").isVisible());
  await page.click("text=Accept the conditions");
  await page.waitForSelector("h1:has-text('Your copy of source-summary-inner-store')");
  assert.ok((await page.textContent(".sheet")).length > 500);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save the receipt")]);
  await page.goto(at("/inbox"));
  await page.setInputFiles("#receipts", { name: "h02.receipt", mimeType: "text/plain", buffer: readFileSync(await download.path()) });
  await page.click("text=Check and enter");
  await page.waitForSelector("h1:has-text('One file was read')");
  assert.match(await page.textContent(".plain-list"), /h02\.receipt: (copy h02\.1|a receipt for copy “h02\.1” is in the record already)/);
});

test("a recipient asks to pass a paragraph on, the officer grants less, and the answer is read", async () => {
  const { page } = watched;
  await page.goto(at("/inbox"));
  await page.setInputFiles("#files", `${world}/sent/vehicles-cerro-tordillo/h02.md.eml`);
  await page.click("text=Look at what came");
  await page.click("#accept");
  await page.click("text=Ask to pass something on");
  // By keyboard alone.
  await tabTo(page, () => document.activeElement.value === "3");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await tabTo(page, () => document.activeElement.id === "to");
  await page.keyboard.insertText("Captain Lucía Rivas, Port Authority");
  await tabTo(page, () => document.activeElement.id === "purpose");
  await page.keyboard.insertText("A search warrant.");
  await tabTo(page, () => document.activeElement.matches("button.primary"));
  const [request] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.match(request.suggestedFilename(), /\.request$/);
  await page.goto(at("/inbox"));
  const file = async (download) => ({ name: "file", mimeType: "application/octet-stream", buffer: readFileSync(await download.path()) });
  await page.setInputFiles("#receipts", await file(request));
  await page.click("text=Check and enter");
  assert.match(await page.textContent(".plain-list"), /signature checked, entered/);
  await page.goto(at("/requests"));
  await page.locator("tr:has-text('Lucía Rivas') a").first().click();
  await page.check("input[value=narrow]");
  await page.locator("input[name=paragraphs]").last().uncheck();
  await page.fill("#words", "By word of mouth.");
  await page.click("button.primary");
  await page.waitForSelector("strong:has-text('Granted in part: paragraphs 3. By word of mouth.')");
  const [answer] = await Promise.all([page.waitForEvent("download"), page.click("text=Save the answer")]);
  await page.goto(at("/inbox"));
  await page.setInputFiles("#answer", await file(answer));
  await page.click("text=Read the answer");
  await page.waitForSelector("strong:has-text('Granted in part: paragraphs 3. By word of mouth.')");
});

test("a leaked file is traced to the copies that it was mixed from", async () => {
  const { page } = watched;
  await page.goto(at("/trace"));
  await page.setInputFiles("#files", `${world}/leaks/2-mixed.md`);
  await page.click("button.primary");
  await page.waitForURL(/\/looks\/\d+$/, { timeout: 120_000 });
  const title = await page.textContent("h1");
  const named = await page.$$eval(".lead", (lines) => lines.map((line) => line.textContent));
  // Keys are drawn anew for each world: whether this second look names both of those who pooled, one or neither is chance.
  assert.ok(named.every((line) => /\((r02|s04)\)/.test(line)), named.join("\n"));
  assert.equal(await page.locator(".evidence path.named").count(), named.length);
  assert.ok((await page.locator("mark").count()) > 20, "marks are shown in place");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save the report")]);
  const report = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(report.verdict, named.length === 0 ? "inconclusive" : "named");
  await page.reload();
  assert.equal(await page.textContent("h1"), title, "the address alone restores what is seen");
});

test("a leak is pasted, traced and read by keyboard alone", async () => {
  const { page } = watched;
  await page.goto(at("/trace"));
  await tabTo(page, () => document.activeElement.id === "text");
  await page.keyboard.insertText("The weather in Vermont was fine, and nobody there said a word about anything else at all.");
  await tabTo(page, () => document.activeElement.matches("button.primary"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('leak of none of the items')", { timeout: 60_000 });
});

test("an empty form says what it lacks and keeps what was chosen", async () => {
  const { page, faults } = watched;
  await page.goto(at("/trace"));
  await page.selectOption("#item", "yard-brief");
  await page.click("button.primary");
  await page.waitForSelector(".summary[role=alert]");
  assert.equal(await page.inputValue("#item"), "yard-brief");
  await page.click(".summary a");
  assert.equal(await page.evaluate(() => document.activeElement.id), "files");
  // The browser reports the status of the answer, as it should.
  assert.ok(faults.splice(0).every((fault) => fault.includes("422")));
});

test("everything that one person was told is found from the people's list", async () => {
  const { page } = watched;
  await page.goto(at("/people"));
  await page.fill("#q", "nieves");
  await page.keyboard.press("Enter");
  await page.waitForSelector("tbody tr");
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.click("text=Tadeo Nieves");
  assert.match(await page.textContent("h1"), /^Tadeo Nieves was told/);
  assert.ok(await page.locator("tbody a:has-text('yard-brief')").isVisible());
});

/**
 * Chooses a file for the field that has the focus, as the keyboard opens its dialog. A dialog that the browser opens before it
 * was told to leave it to us is nobody's, and the key is pressed again.
 */
async function choose(page, file) {
  const opened = page.waitForEvent("filechooser");
  let dialog;
  const again = setInterval(() => page.keyboard.press("Space").catch(() => {}), 3000);
  try {
    await page.keyboard.press("Space");
    dialog = await opened;
  } finally {
    clearInterval(again);
  }
  await dialog.setFiles(file);
}

test("a copy is accepted, read and signed for, and its receipt entered, by keyboard alone", async () => {
  const { page } = watched;
  await page.goto(at("/inbox"));
  await tabTo(page, () => document.activeElement.id === "files");
  await choose(page, `${world}/sent/yard-brief/h02.docx.eml`);
  await tabTo(page, () => document.activeElement.matches("button.primary"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#accept");
  await tabTo(page, () => document.activeElement.id === "accept");
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('Your copy of yard-brief')");
  await tabTo(page, () => document.activeElement.textContent.includes("Save the receipt"));
  const [receipt] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  await page.goto(at("/inbox"));
  await tabTo(page, () => document.activeElement.id === "receipts");
  await choose(page, { name: "h02.receipt", mimeType: "text/plain", buffer: readFileSync(await receipt.path()) });
  await tabTo(page, () => document.activeElement.textContent === "Check and enter");
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('One file was read')");
});

test("a person is looked up by keyboard alone", async () => {
  const { page } = watched;
  await page.goto(at("/people"));
  await tabTo(page, () => document.activeElement.id === "q");
  await page.keyboard.type("nieves");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=nieves/);
  await tabTo(page, () => document.activeElement.matches("tbody a"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('Tadeo Nieves was told')");
  await tabTo(page, () => document.activeElement.matches("tbody a") && document.activeElement.textContent === "yard-brief");
});

test("an operation is recorded, told of and closed as betrayed; the incident says what it exposed", async () => {
  const { page, faults } = watched;
  const name = `pier-${Date.now()}`;
  await page.goto(at("/cases"));
  await page.click("text=Record an operation");
  await page.fill("#operation", name);
  await page.fill("#sort", "raid");
  await page.fill("#at", "2024-03-02T05:00");
  await page.check('input[name=units][value="Entry"]');
  await page.fill("#items", "yard-brief");
  await page.fill("#endangers", "the source at the pier");
  await page.click("button.primary");
  await page.waitForURL(new RegExp(`operations/${name}$`));
  await page.click("text=Record that somebody was told");
  assert.equal(await page.inputValue("#operation"), name, "the address fills it in");
  await page.fill("#persons", "h05; no-such-person x");
  await page.fill("#at", "2024-03-01T10:00");
  await page.click("button.primary");
  await page.waitForSelector(".summary");
  assert.equal(await page.inputValue("#at"), "2024-03-01T10:00", "what was typed is kept");
  assert.ok(faults.splice(0).every((fault) => fault.includes("422")));
  await page.fill("#persons", "h05");
  await page.click("button.primary");
  await page.waitForURL(/#when$/);
  await page.waitForSelector("svg.timeline");
  await page.click("summary:has-text('It is over')");
  await page.selectOption("#outcome", "confirmed");
  await page.fill("#leak_to", "2024-03-01T20:00");
  await page.click("text=Record what came of it");
  await page.waitForSelector(`h1:has-text('${name} was betrayed')`);
  assert.ok(await page.locator("tr.after").count() > 0, "whoever got the brief later is faded");
  await page.click("text=Record an incident");
  await page.fill("#incident", `b-${name}`);
  await page.selectOption("#sort", "target-gone");
  await page.selectOption("#certainty", "confirmed");
  await page.fill("#noticed", "2024-03-02T05:30");
  await page.click("button.primary");
  await page.waitForSelector("h1:has-text('there was a leak')");
  await page.click("text=What it exposed");
  await page.waitForSelector("h1:has-text('What b-')");
  assert.ok((await page.textContent("main")).includes("the source at the pier"));
});

test("the record is verified before the reader's eyes", async () => {
  const { page } = watched;
  await page.goto(at("/record"));
  await tabTo(page, () => document.activeElement.matches("button.primary"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('The record holds')", { timeout: 60_000 });
});

test("the language is changed where one is", async () => {
  const { page } = watched;
  await page.goto(at("/people?q=nieves"));
  await page.click("text=Español");
  await page.waitForSelector("text=Personas");
  assert.equal(new URL(page.url()).search, "?q=nieves");
  await page.click("text=English");
  await page.waitForSelector("text=People");
});

test("whoever leaves is out", async () => {
  const { page, faults } = watched;
  await page.goto(at("/"));
  await page.click("text=Leave and lock");
  await page.waitForSelector("h1:has-text('You have left')");
  assert.equal((await page.goto(at("/items"))).status(), 401);
  assert.ok(faults.splice(0).every((fault) => fault.includes("401")));
});
