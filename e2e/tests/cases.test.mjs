// Pages of what happened outside and of what is believed: by keyboard alone, in forced colours, and on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { settled, startBrowser, startDesk, watchedPage } from "../desk.mjs";

/** Pixels that A4 has between its margins. */
const PAPER = 718;
const TOLD = Array.from({ length: 12 }, (_, n) => `h${String(n + 1).padStart(2, "0")}`);

let desk, browser, watched;

const at = (path) => new URL(path, desk.link).href;
const PATHS = ["/cases", "/cases?q=pier", "/operations/north-pier", "/operations/south-pier", "/cases/b-12", "/cases/b-12/damage", "/people/h05/damage", "/record/operation", "/record/incident", "/record/telling", "/record/channel", "/record/operations", "/beliefs", "/beliefs/units", "/beliefs/units?unit=Entry", "/people/h05?weighed=1", "/graph?operation=north-pier", "/graph"];

before(async () => {
  desk = await startDesk();
  browser = await startBrowser();
  watched = await watchedPage(browser, { viewport: { width: 1400, height: 900 } });
  await watched.page.goto(desk.link);
  const record = async (path, data) => {
    const answer = await watched.context.request.post(at(`/api/v1/${path}`), { headers: { "Holm-Api": "1" }, data });
    assert.equal(answer.status(), 201, `${path}: ${await answer.text()}`);
  };
  const told = TOLD.map((person, n) => ({ person, at: `2024-02-${10 + n}T09:00:00Z` }));
  const pier = { operation: "north-pier", sort: "raid", at: "2024-03-02T05:00:00Z", told, units: ["Entry"], channels: ["net-3"], endangers: ["the source at the pier"], outcome: "confirmed", window: { to: "2024-02-18T00:00:00Z" } };
  await record("channels", { channel: "net-3", sort: "radio-net" });
  await record("operations", { operations: [pier, { operation: "south-pier", sort: "raid", at: "2100-01-01T05:00:00Z", told, endangers: ["the crew"] }] });
  await record("incidents", { incident: "b-12", facts: { sort: "target-gone", certainty: "confirmed", noticed: "2024-03-02T06:00:00Z", operation: "north-pier" } });
});

after(async () => {
  await browser?.close();
  await desk?.stop();
  assert.deepEqual(watched.faults, []);
});

/** Numbers whatever the keyboard is to reach, in the order of the page; how many there are. */
function numbered(page) {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    // Of what one chooses from, one is reached.
    const reached = stops.filter((stop) => stop.type !== "hidden" && stop.getClientRects().length > 0);
    reached.forEach((stop, n) => stop.setAttribute("data-stop", n));
    return reached.length;
  });
}

/** Where the keyboard is, and whether that is seen. */
function here(page) {
  return page.evaluate(() => {
    const [stop, drawn] = [document.activeElement, document.activeElement.querySelector(":scope > path")];
    const { outlineStyle, outlineWidth } = getComputedStyle(stop);
    const ringed = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    const box = stop.getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { at: stop.getAttribute("data-stop"), seen: ringed || (drawn !== null && parseFloat(getComputedStyle(drawn).strokeWidth) >= 3), inside };
  });
}

test("the keyboard reaches everything on these pages, in the order of the page, is seen, and gets out again", async () => {
  const { page } = watched;
  for (const path of PATHS) {
    await settled(page, at(path));
    const stops = await numbered(page);
    let last = -1;
    for (let pressed = 0; pressed < stops * 8; pressed += 1) {
      await page.keyboard.press("Tab");
      const { at: stop, seen, inside } = await here(page);
      // Past the last the browser's own parts come, or the first again where there are none.
      if (stop === null || (stop === "0" && last === stops - 1)) break;
      // The parts of a date are one field.
      if (Number(stop) === last) continue;
      assert.equal(Number(stop), last + 1, `${path}: after ${last} of ${stops}`);
      const what = () => page.evaluate(() => document.activeElement.outerHTML.slice(0, 200));
      assert.ok(seen, `${path}: nobody sees that the keyboard is at ${await what()}`);
      assert.ok(inside, `${path}: ${await what()} is out of sight`);
      last = Number(stop);
    }
    assert.equal(last, stops - 1, `${path}: everything is reached, and nothing holds the keyboard`);
  }
});

test("in forced colours pictures have the reader's own colours, and the rail says where one is", async () => {
  const cookies = await watched.context.cookies();
  for (const colorScheme of ["light", "dark"]) {
    const forced = await watchedPage(browser, { viewport: { width: 1400, height: 900 }, forcedColors: "active", colorScheme });
    await forced.context.addCookies(cookies);
    let drawn = 0;
    for (const path of PATHS) {
      await settled(forced.page, at(path));
      const found = await forced.page.evaluate(() => {
        const probe = document.body.appendChild(document.createElement("p"));
        const shown = (color) => ((probe.style.color = color), getComputedStyle(probe).color);
        const own = new Set(["Canvas", "CanvasText", "LinkText", "GrayText"].map(shown).concat("none", "rgba(0, 0, 0, 0)"));
        const canvas = shown("Canvas");
        const parts = [...document.querySelectorAll("main svg :is(line, rect, path, circle, text)")];
        const painted = (part) => ["fill", "stroke"].map((paint) => getComputedStyle(part)[paint]);
        const foreign = parts.filter((part) => painted(part).some((color) => !own.has(color)));
        const unseen = parts.filter((part) => !part.matches(".reach, rect") && painted(part).every((color) => ["none", "rgba(0, 0, 0, 0)", canvas].includes(color)));
        const marked = [...document.querySelectorAll(".rail li a")].filter((link) => getComputedStyle(link).borderLeftColor !== canvas);
        probe.remove();
        const said = (part) => `${part.outerHTML.slice(0, 120)} ${painted(part)}`;
        return { parts: parts.length, foreign: foreign.slice(0, 3).map(said), unseen: unseen.slice(0, 3).map(said), marked: marked.map((link) => link.getAttribute("aria-current")) };
      });
      assert.deepEqual([found.foreign, found.unseen], [[], []], `${path}, ${colorScheme}`);
      assert.deepEqual(found.marked, ["page"], `${path}, ${colorScheme}: one place is where one is`);
      drawn += found.parts;
    }
    assert.ok(drawn > 300, `${drawn} parts of pictures were looked at`);
    assert.deepEqual(forced.faults, []);
    await forced.context.close();
  }
});

test("on paper nothing is cut off, and the table beside the web says each of its lines", async () => {
  const { page } = watched;
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: PAPER, height: 1000 });
  for (const path of PATHS) {
    await settled(page, at(path));
    const over = await page.$$eval(".wide", (all) => all.filter((wide) => wide.scrollWidth > wide.clientWidth).map((wide) => wide.getAttribute("aria-labelledby")));
    assert.deepEqual(over, [], path);
  }
  await settled(page, at("/graph?operation=north-pier"));
  const drawn = await page.$$eval(".tie title", (all) => all.map((title) => title.textContent));
  const rows = await page.$$eval(".wide tbody tr", (all) => all.map((row) => [...row.querySelectorAll("a, td:nth-child(2)")].map((part) => part.textContent).join(" ")));
  assert.ok(drawn.length > TOLD.length, `${drawn.length}`);
  assert.ok(drawn.every((said) => rows.some((row) => said.startsWith(row))), `${drawn[0]} ${rows[0]}`);
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width: 1400, height: 900 });
});
