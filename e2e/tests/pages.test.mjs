// Every page: axe finds nothing serious, nothing leaves the machine, nothing runs that is not the desk's; both languages, both
// themes, narrow and wide, without scripts, by keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { settled, startBrowser, startDesk, watchedPage, world } from "../desk.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PATHS = ["/", "/share", "/inbox", "/items", "/items/yard-brief", "/items?q=nothing-is-called-so", "/told", "/told?q=nobody-is-called-so", "/requests", "/trace", "/trace/no-match", "/cases", "/record/operation", "/record/incident", "/record/telling", "/record/channel", "/record/operations", "/people/h05/damage", "/people", "/beliefs", "/beliefs/units", "/plans", "/experiments", "/outcomes", "/programme", "/programme?partner=Port%20Reaction%20Group", "/programme/figures?partner=Port%20Reaction%20Group", "/programme/effect", "/graph", "/graph?person=h05", "/people/h05?weighed=1", "/roster", "/people/h05", "/people/h05?from=2020-01-01T00:00&until=2020-01-02T00:00", "/record", "/record/approvals", "/members", "/vetting", "/vetting?person=h05", "/vetting/draws", "/vetting/statements", "/vetting/register", "/approaches", "/approaches/home", "/warnings", "/proceedings", "/record/destruction", "/items/yard-brief/key", "/nothing"];

let desk, browser, watched, looks, seen, draft, second, arrived, opened, approval, mine, requests;

before(async () => {
  desk = await startDesk();
  browser = await startBrowser();
  watched = await watchedPage(browser);
  await watched.page.goto(desk.link);
  await watched.page.goto(at("/trace"));
  looks = await watched.page.$$eval(".lines a", (links) => links.map((link) => new URL(link.href).pathname));
  assert.ok(looks.length >= 2, "the world has verdicts to look at");
  const { page } = watched;
  await page.goto(at("/share"));
  await page.setInputFiles("#document", `${world}/documents/yard-brief.docx`);
  await page.click("button.primary");
  await page.waitForSelector(".editor");
  draft = new URL(page.url()).pathname;
  await page.check('input[value="unit:Entry"]');
  await page.click("button[value=save]");
  // Another one, whose release waits for a second person.
  await page.goto(at("/share"));
  await page.fill("#text", readFileSync(`${world}/documents/01-observation-mante-road.md`, "utf8"));
  await page.click("button.primary");
  await page.waitForSelector(".editor");
  await page.check('input[value="unit:Entry"]');
  await page.fill("#name", `second-${Date.now()}`);
  await page.selectOption("#second", "h02");
  await page.click("button[value=release]");
  await page.waitForURL(/release$/);
  await page.click("button.primary");
  await page.waitForURL(/second$/, { timeout: 120_000 });
  second = new URL(page.url()).pathname;
  const arrive = async (mail) => {
    await page.goto(at("/inbox"));
    await page.setInputFiles("#files", `${world}/sent/${mail}.eml`);
    await page.click("button.primary");
    await page.waitForSelector("#accept");
    return new URL(page.url()).pathname;
  };
  opened = await arrive("yard-brief/h02.docx");
  await page.click("#accept");
  await page.waitForSelector(".sheet");
  arrived = await arrive("yard-brief/h02.docx");
  // A screenshot of a copy turns up.
  await arrive("en-assessment/h02.md");
  await page.click("#accept");
  await page.waitForSelector(".sheet");
  // As a screen of today shows it, two pixels to each of CSS: what is tested here is how a picture is shown, not how small letters are read.
  const screen = await page.context().newCDPSession(page);
  await screen.send("Emulation.setDeviceMetricsOverride", { width: 1280, height: 900, deviceScaleFactor: 2, mobile: false });
  const leak = { name: "screenshot.png", mimeType: "image/png", buffer: await page.locator(".sheet").screenshot() };
  await screen.send("Emulation.clearDeviceMetricsOverride");
  await page.goto(at("/trace"));
  await page.setInputFiles("#files", leak);
  await page.click("button.primary");
  await page.waitForURL(/looks\/\d+$/, { timeout: 120_000 });
  seen = new URL(page.url()).pathname;
  // Somebody asks for approval, and this desk's own person is one of those who approve.
  await page.goto(at("/record/approvals"));
  await page.fill("#policy", `officer = "h01"\n[groups.harbour]\nneeded = 1\npersons = ["h02", "h05"]\n[acts]\naccuse = ["harbour"]\n`);
  await page.locator("form[action$='policy'] button").click();
  await page.fill("#reason", "the prosecutor asks for it");
  await page.locator("form[action$='ask'] button").click();
  await page.waitForURL(/approvals\/\d+$/);
  approval = new URL(page.url()).pathname;
  const asked = await page.context().request.get(at(`${approval}/request`));
  await page.goto(at("/inbox"));
  await page.setInputFiles("#approval", { name: "a.approval-request", mimeType: "application/octet-stream", buffer: await asked.body() });
  await page.locator("form[action='/approvals'] button").click();
  await page.waitForURL(/\/approvals\/[0-9a-f]+$/);
  mine = new URL(page.url()).pathname;
  await page.goto(at("/requests"));
  requests = await page.$$eval("tbody a", (links) => links.map((link) => new URL(link.href).pathname));
  assert.ok(requests.length >= 3, "the world has requests that wait and some that are answered");
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

const at = (path) => new URL(path, desk.link).href;
const pages = () => [...PATHS, looks[0], seen, draft, `${draft}/preview`, `${draft}/release`, second, arrived, opened, `${opened}/onward`, requests[0], requests.at(-1), approval, mine];

async function serious(page) {
  // Evaluated over the protocol, which no policy of the page forbids.
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations
    .filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`);
}

test("axe finds nothing serious on any page in either language and theme", async () => {
  const { page } = watched;
  // Contrast does not hang on the language, nor words on the theme: each page is looked at in both once.
  for (const [language, colorScheme] of [["en", "light"], ["es", "dark"]]) {
    await page.context().addCookies([{ name: "holm-language", value: language, url: at("/") }]);
    await page.emulateMedia({ colorScheme });
    for (const path of pages()) {
      await settled(page, at(path));
      assert.equal(await page.getAttribute("html", "lang"), language, path);
      assert.deepEqual(await serious(page), [], `${path}, ${language}, ${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.context().clearCookies({ name: "holm-language" });
});

test("a leak that is a picture is shown with its words boxed, and a mark stands out in it", async () => {
  const { page } = watched;
  await page.goto(at(seen));
  assert.match(await page.textContent("h1"), /One copy explains this leak/, `the page says: ${await page.innerText("main")}`);
  const picture = page.locator(".scan img");
  await picture.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector(".scan img").complete);
  assert.ok((await picture.evaluate((img) => img.naturalWidth)) > 0, "the picture is there");
  const [own, boxes] = [await page.getAttribute(".scan .own", "d"), await page.locator(".scan .shown").count()];
  assert.ok(own.split("M").length > 50 && boxes > 0, `${own.length} ${boxes}`);
  const drawn = await page.$eval(".scan", (scan) => ["img", "svg"].map((part) => scan.querySelector(part).getBoundingClientRect().toJSON()));
  assert.deepEqual(drawn[0], drawn[1], "boxes lie on the picture");
  const place = await page.locator(".scan .shown").first().getAttribute("data-mark");
  await page.locator(`mark[data-mark="${place}"]`).first().focus();
  assert.ok((await page.locator(".scan .shown.here").count()) > 0, "the word in the picture stands out with the mark");
});

test("no page is wider than a telephone, nor than its window at twice the size of letters", async () => {
  const { page } = watched;
  for (const width of [360, 700, 1400]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of pages()) {
      await page.goto(at(path));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${path} is ${over} pixels wider than ${width}`);
    }
  }
});

test("whoever has a keyboard alone gets into the content and everywhere the rail leads", async () => {
  const { page } = watched;
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.goto(at("/"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  await page.goto(at("/"));
  const links = await page.$$eval(".rail nav a", (all) => all.map((a) => a.getAttribute("href")));
  for (const href of links) {
    await page.goto(at("/record"));
    for (let i = 0; i < 20 && (await page.evaluate(() => document.activeElement.getAttribute("href"))) !== href; i += 1) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(at(href));
  }
});

test("pages say the same without scripts", async () => {
  const cookies = await watched.context.cookies();
  const plain = await watchedPage(browser, { javaScriptEnabled: false });
  await plain.context.addCookies(cookies);
  for (const path of pages().filter((p) => p !== "/nothing")) {
    await plain.page.goto(at(path));
    assert.ok((await plain.page.textContent("h1")).trim().length > 3, path);
  }
  assert.deepEqual(plain.faults, []);
  await plain.context.close();
});

test("what is asked for is approved with one's own key, and the signature is entered", async () => {
  const { page } = watched;
  await page.goto(at(mine));
  assert.match(await page.textContent("main"), /Open the key of .* to others/);
  await page.fill("#person", "h02");
  const [signed] = await Promise.all([page.waitForEvent("download"), page.click("button[value=approve]")]);
  await page.goto(at("/record/approvals"));
  await page.setInputFiles("#approvals", await signed.path());
  await page.locator("form[action='/record/approvals'] button").click();
  await page.waitForSelector("[role=status]");
  await page.goto(at(approval));
  assert.match(await page.textContent("main"), /◆ approved/);
});

test("no page did what it should not", () => {
  const faults = watched.faults.filter((fault) => !fault.includes("404"));
  assert.deepEqual(faults, []);
});
