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
async function tabTo(page, found) {
  for (let i = 0; i < 80; i += 1) {
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

test("a leaked file is traced to the copies that it was mixed from", async () => {
  const { page } = watched;
  await page.goto(at("/trace"));
  await page.setInputFiles("#files", `${world}/leaks/2-mixed.md`);
  await page.click("button.primary");
  await page.waitForSelector("h1:has-text('explain this leak')", { timeout: 120_000 });
  const named = await page.$$eval(".lead", (lines) => lines.map((line) => line.textContent));
  assert.ok(named.some((line) => line.includes("Silvia Montaño (r02)")), named.join("\n"));
  assert.equal(await page.locator(".evidence path.named").count(), named.length);
  assert.ok((await page.locator("mark").count()) > 20, "marks are shown in place");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save the report")]);
  const report = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(report.verdict, "named");
  await page.reload();
  assert.match(await page.textContent("h1"), /explain this leak/, "the address alone restores what is seen");
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
