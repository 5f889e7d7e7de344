// What pages add where scripts run: each island by mouse and by keyboard, with nothing that the policy forbids.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, startDesk, watchedPage, world } from "../desk.mjs";

let desk, browser, watched;

before(async () => {
  desk = await startDesk();
  browser = await startBrowser();
  watched = await watchedPage(browser, { viewport: { width: 1400, height: 900 } });
  await watched.page.goto(desk.link);
  assert.equal(await watched.page.locator("script[type=module]").count(), 1, "build the islands first: make web");
});

after(async () => {
  await browser?.close();
  await desk?.stop();
  assert.deepEqual(watched.faults, []);
});

const at = (path) => new URL(path, desk.link).href;
const said = (page, where = ".said:not(.after .said)") => page.locator(where).last().textContent();
const focused = (page) => page.evaluate(() => [document.activeElement.closest("tr")?.rowIndex, document.activeElement.cellIndex]);

test("the matrix says whose row and which item's column one is in", async () => {
  const { page } = watched;
  await page.goto(at("/told"));
  const cell = page.locator(".matrix tbody td:has(.unseen)").first();
  const name = await cell.locator("xpath=../th/a").textContent();
  const item = await page.locator(".matrix thead th").nth(await cell.evaluate((td) => td.cellIndex)).locator("a").textContent();
  await cell.hover();
  const line = await said(page);
  assert.ok(line.includes(name) && line.includes(item) && line.includes("told"), line);
  assert.equal(await page.locator("tr.here").count(), 1);
  await page.locator(".matrix tbody td:not(.number)").first().focus();
  const [row, column] = await focused(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await focused(page), [row + 1, column + 1]);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.deepEqual(await focused(page), [row, column], "there is nothing beyond the first row");
  assert.equal(await page.locator('.matrix td[tabindex="0"]').count(), 1, "Tab stops once");
});

test("a table is copied as it is listed, in words, and nothing of it is a formula elsewhere", async () => {
  const { page } = watched;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(desk.link).origin });
  const copied = async () => {
    await page.click("button.copy");
    await page.locator(".after .said:not(:empty)").waitFor();
    return (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split("\n").map((line) => line.split("\t"));
  };
  await page.goto(at("/people?sort=-told"));
  const people = await copied();
  const names = await page.$$eval("tbody th a", (all) => all.map((a) => a.textContent));
  assert.deepEqual(people[0], await page.$$eval("thead th a", (all) => all.map((a) => a.firstChild.textContent.trim())));
  assert.equal(people.length, names.length + 1);
  assert.ok(people.every((row) => row.length === people[0].length) && people[1][0].startsWith(names[0]), people[1].join());
  const told = people.slice(1).map((row) => Number(row.at(-1)));
  assert.deepEqual(told, [...told].sort((a, b) => b - a), "in the order in which it is listed");
  await page.goto(at("/told?sift=told"));
  const matrix = await copied();
  const listed = await page.locator(".matrix tbody tr:not(.group):not([hidden])").count();
  assert.match(await said(page, ".after .said"), new RegExp(`${listed}\\.`));
  assert.ok(matrix.some((row) => row.includes("told and signed")) && !matrix.flat().some((cell) => /[●○↕]/.test(cell)));
  await page.evaluate(() => (document.querySelector(".matrix tbody th a").firstChild.data = "=1+1"));
  assert.ok((await copied()).some((row) => row[0].startsWith("'=1+1")));
});

test("rows of the matrix are sorted and sifted, and the address restores both", async () => {
  const { page } = watched;
  await page.goto(at("/told"));
  const counts = () => page.$$eval(".matrix tbody tr:not(.group):not([hidden]) td.number", (all) => all.map((td) => Number(td.textContent)));
  const sent = await counts();
  await page.click(".matrix thead th.number button");
  const falling = [...sent].sort((a, b) => b - a);
  assert.deepEqual(await counts(), falling);
  assert.match(await said(page), /falling/);
  const told = await page.locator(".matrix tbody tr:not(.group):has(td .unseen)").count();
  await page.selectOption("#sift", "told");
  const sifted = await counts();
  assert.ok(told === sifted.length && told < sent.length, `${told}, ${sifted.length}`);
  assert.ok(await page.locator(`text=${told} of ${sent.length} rows`).isVisible());
  await page.reload();
  assert.deepEqual(await counts(), sifted, "the address alone restores what is seen");
  await page.selectOption("#sift", "");
  await page.click(".matrix thead th.number button");
  await page.click(".matrix thead th.number button");
  assert.deepEqual(await counts(), sent, "and back to the order of units");
  assert.equal(new URL(page.url()).search, "");
});

test("each dot of the evidence plot says whose it is, and the axis says how far one points", async () => {
  const { page } = watched;
  await page.goto(at("/trace"));
  const looks = await page.$$eval(".lines a", (links) => links.map((link) => link.href));
  for (const look of looks) {
    await page.goto(look);
    const dots = page.locator(".evidence g.dot");
    if ((await dots.count()) === 0) continue;
    const lead = (await page.locator(".lead").first().textContent()).replace("◆ ", "");
    await dots.first().focus();
    const line = await said(page, ".wide:has(.evidence) + .said");
    assert.ok(line.startsWith(lead) && line.includes("as a verdict asks for"), line);
    assert.equal(await dots.first().getAttribute("aria-label"), lead);
    await page.keyboard.press("ArrowDown");
    assert.equal(await dots.last().evaluate((dot) => dot === document.activeElement), true, "arrow keys go from dot to dot");
    const box = await page.locator(".evidence line.rule").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 4);
    assert.equal(await page.locator(".evidence .cross text").textContent(), "1 in 1,000", "at the line, the line's own figure");
    await page.mouse.move(5, 5);
    assert.equal(await page.locator(".evidence .cross").getAttribute("visibility"), "hidden");
  }
});

test("what is ticked in a draft is kept at once, and what the marks prove follows it", async () => {
  const { page } = watched;
  await page.goto(at("/share"));
  await page.setInputFiles("#document", `${world}/documents/01-observation-mante-road.md`);
  await page.click("button.primary");
  await page.waitForSelector(".live");
  const address = page.url();
  const value = await page.locator(".paragraph:has(meter) input:checked").first().getAttribute("value");
  const box = page.locator(`.editor input[value="${value}"]`);
  const bits = async () => {
    const meter = page.locator(".paragraph", { has: page.locator(`input[value="${value}"]`) }).locator("meter");
    return (await meter.count()) === 0 ? 0 : Number(await meter.getAttribute("value"));
  };
  const [title, before] = [await page.textContent("h1"), await bits()];
  await box.focus();
  await page.keyboard.press("Space");
  await page.waitForSelector(".live:has-text('Saved.')");
  assert.notEqual(await page.textContent("h1"), title);
  assert.equal(await page.locator(".live span").first().textContent(), await page.textContent("h1"));
  const fewer = await bits();
  assert.ok(fewer < before, `${fewer} of ${before}`);
  assert.equal(await page.evaluate(() => document.activeElement.value), value, "the box keeps the focus");
  await page.check('input[value="unit:Entry"]');
  await page.waitForSelector(".chosen:not(:has-text('0 people'))");
  const chosen = await page.textContent(".chosen");
  await page.goto(address);
  assert.equal(await page.isChecked(`input[value="${value}"]`), false, "it is kept without a press of a button");
  assert.equal(await page.textContent(".chosen"), chosen);
  assert.equal(await bits(), fewer);
  await page.check(`input[value="${value}"]`);
  await page.click("button[value=save]");
  await page.waitForURL(address);
  assert.equal(await page.isChecked(`input[value="${value}"]`), true, "the button does as it did");
});

test("a desk that does not answer is said, and what was ticked stays", async () => {
  const { page, faults } = watched;
  const value = await page.locator(".editor input:checked").first().getAttribute("value");
  const box = page.locator(`.editor input[value="${value}"]`);
  await page.route("**/share/*", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await box.uncheck();
  await page.waitForSelector(".live:has-text('Not saved')");
  assert.equal(await box.isChecked(), false);
  await page.unroute("**/share/*");
  assert.ok(faults.splice(0).every((fault) => fault.includes("ERR_FAILED")));
});

test("two tabs with one draft: the second says that the first changed it, and nothing is lost unseen", async () => {
  const { page, faults, context } = watched;
  await page.goto(at("/share"));
  await page.setInputFiles("#document", `${world}/documents/09-nota-posterior-cordon.md`);
  await page.click("button.primary");
  await page.waitForSelector(".live");
  const other = await context.newPage();
  await other.goto(page.url());
  await other.waitForSelector(".live");
  await page.locator(".editor input:checked").first().uncheck();
  await page.waitForSelector(".live .state:has-text('Saved.')");
  await other.fill("#conditions", "Typed in the other tab.");
  await other.locator("#conditions").blur();
  await other.waitForSelector(".live .state:has-text('was changed elsewhere')");
  await other.click("button[value=save]");
  await other.waitForSelector(".summary[role=alert]:has-text('was changed elsewhere')");
  assert.equal(await other.inputValue("#conditions"), "Typed in the other tab.");
  await other.click("button[value=save]");
  await other.waitForSelector("#conditions");
  assert.equal(await other.locator(".summary").count(), 0, "said twice, it is kept");
  await other.close();
  assert.ok(faults.splice(0).every((fault) => fault.includes("409")));
});

test("one goes from mark to mark of a leak, of one kind or of all", async () => {
  const { page } = watched;
  await page.goto(at("/trace"));
  const looks = await page.$$eval(".lines a", (links) => links.map((link) => link.href));
  for (const look of looks) {
    await page.goto(look);
    const [all, erased] = [await page.locator("mark[data-kind]").count(), await page.locator("mark[data-kind=erased]").count()];
    await page.click(".tools button:has-text('Next')");
    assert.ok((await said(page)).startsWith(`Mark 1 of ${all}: `));
    await page.click(".tools button:has-text('Previous')");
    assert.ok((await said(page)).startsWith(`Mark ${all} of ${all}: `), "before the first is the last");
    const place = await page.locator(".shown").first().getAttribute("data-mark");
    await page.locator(`mark[data-mark="${place}"]`).first().focus();
    assert.ok((await page.locator(".shown.here").count()) > 0, "the leak's own words stand out with the mark");
    const tops = await page.$$eval(`[data-mark="${place}"]`, (all) => all.map((one) => one.closest(".document").getBoundingClientRect().top));
    assert.ok(Math.abs(tops[0] - tops[1]) < 1, `level: ${tops}`);
    // Keys are drawn anew for each world: a leak of it may show every mark.
    const [wanted, shown] = erased > 0 ? ["erased", erased] : ["read", await page.locator("mark[data-kind=read]").count()];
    await page.selectOption("#kind", wanted);
    assert.equal(await page.locator("mark.aside").count(), all - shown);
    await page.click(".tools button:has-text('Next')");
    const kind = () => page.evaluate(() => document.activeElement.dataset.kind);
    assert.equal(await kind(), wanted);
    await page.keyboard.press("ArrowRight");
    assert.equal(await kind(), wanted, "arrow keys stay with the kind");
    assert.ok((await said(page)).includes(wanted === "erased" ? "not read" : "read as"));
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.id), "kind");
    await page.reload();
    assert.equal(await page.inputValue("#kind"), wanted, "the address alone restores what is seen");
  }
});

test("a window that is drawn across time lists who was told in it, and the address restores it", async () => {
  const { page } = watched;
  await page.goto(at("/people"));
  const people = await page.$$eval("tbody tr", (rows) => rows.map((row) => ({ href: row.querySelector("a").href, told: Number(row.querySelector(".number")?.textContent) })));
  const most = people.sort((a, b) => b.told - a.told)[0];
  await page.goto(most.href);
  const listed = () => page.$$eval("tr[data-at]:not([hidden])", (rows) => rows.map((row) => Number(row.dataset.at)));
  const all = await listed();
  assert.ok(all.length > 5, `${all.length}`);
  const overlay = await page.locator(".timeline .overlay").boundingBox();
  const [y, middle] = [overlay.y + overlay.height / 2, overlay.x + overlay.width / 2];
  await page.mouse.move(overlay.x + 2, y);
  await page.mouse.down();
  await page.mouse.move(middle, y, { steps: 5 });
  await page.mouse.up();
  const [from, until] = [await page.inputValue("#from"), await page.inputValue("#until")];
  assert.match(`${from} ${until}`, /^\d{4}-\d\d-\d\dT\d\d:\d\d \d{4}-\d\d-\d\dT\d\d:\d\d$/);
  const drawn = await listed();
  assert.deepEqual(drawn, all.filter((told) => told >= Date.parse(from) && told < Date.parse(until) + 60_000));
  assert.ok(drawn.length > 0 && drawn.length < all.length, `${drawn.length} of ${all.length}`);
  assert.ok((await said(page)).includes(`${drawn.length} of the ${all.length}`));
  await page.reload();
  assert.deepEqual(await listed(), drawn, "the address alone restores what is seen");
  const plain = await watchedPage(browser, { javaScriptEnabled: false });
  await plain.context.addCookies(await watched.context.cookies());
  await plain.page.goto(page.url());
  assert.equal(await plain.page.locator("tr[data-at]:not([hidden])").count(), drawn.length, "and does so without scripts");
  await plain.context.close();
  await page.fill("#from", "2020-01-01T00:00");
  await page.fill("#until", "2020-01-02T00:00");
  await page.keyboard.press("Tab");
  assert.deepEqual(await listed(), [], "what is typed counts as what is drawn");
  await page.click("text=Show all times");
  assert.deepEqual(await listed(), all);
  assert.equal(new URL(page.url()).search, "");
});

test("at each node of the web its lines stand out and are said, by keyboard and by mouse", async () => {
  const { page } = watched;
  await page.goto(at("/graph?person=h05"));
  const nodes = page.locator("svg.web a.node");
  const own = async (node) => {
    const place = await node.getAttribute("data-node");
    return page.$$eval(`.tie:is([data-from="${place}"], [data-to="${place}"]) title`, (all) => all.map((title) => title.textContent));
  };
  for (const [node, reach] of [[nodes.first(), "focus"], [nodes.nth(1), "hover"]]) {
    await node[reach]();
    const lines = await own(node);
    assert.equal(await page.locator(".tie.here").count(), lines.length);
    assert.ok(lines.length > 0 && (await said(page)).startsWith(`${lines[0]}.`), await said(page));
    if (lines.length > 4) assert.ok((await said(page)).endsWith(`The table lists ${lines.length - 4} more.`), await said(page));
  }
  await page.mouse.move(0, 0);
  const first = await own(nodes.first());
  assert.ok((await said(page)).startsWith(`${first[0]}.`), "back to where the keyboard is");
  await page.keyboard.press("Tab");
  assert.ok((await said(page)).startsWith(`${(await own(nodes.nth(1)))[0]}.`), "and on with it");
});

test("pages do without a bundle that does not come", async () => {
  const plain = await watchedPage(browser);
  await plain.context.addCookies(await watched.context.cookies());
  await plain.page.route("**/assets/*.js", (route) => route.abort());
  await plain.page.goto(at("/told"));
  assert.ok((await plain.page.locator(".matrix tbody td:has(.unseen)").count()) > 20);
  assert.equal(await plain.page.locator(".tools, .sort").count(), 0);
  assert.ok(plain.faults.splice(0).every((fault) => fault.includes("ERR_FAILED")));
  await plain.context.close();
});
