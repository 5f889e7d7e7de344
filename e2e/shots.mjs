// Screenshots of every page, both themes, narrow and wide: node shots.mjs START_LINK FOLDER [en|es]
import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";

const [link, folder, language = "en"] = process.argv.slice(2);
const paths = (process.env.PATHS ?? "/ /items /items/yard-brief /people /people/h05 /record").split(" ");
const sizes = { narrow: { width: 360, height: 780 }, middle: { width: 800, height: 1000 }, wide: { width: 1400, height: 900 } };
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
const context = await browser.newContext({ locale: language === "es" ? "es-MX" : "en-US" });
const page = await context.newPage();
page.on("console", (m) => console.log("console:", m.text()));
await page.goto(link);
for (const theme of ["light", "dark"]) {
  await page.emulateMedia({ colorScheme: theme });
  for (const [size, viewport] of Object.entries(sizes)) {
    if (theme === "dark" && size === "middle") continue;
    await page.setViewportSize(viewport);
    for (const path of paths) {
      await page.goto(new URL(path, link).href);
      const name = path === "/" ? "overview" : path.slice(1).replaceAll("/", "-");
      await page.screenshot({ path: `${folder}/${name}-${theme}-${size}.png`, fullPage: size !== "wide" });
    }
  }
}
await browser.close();
