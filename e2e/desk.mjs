// The desk on an example world, and a browser that reports whatever a page does that it should not.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

/** The example world, of each test file its own. */
export const world = mkdtempSync(`${tmpdir()}/holm-e2e-`);
cpSync(process.env.HOLM_WORLD, world, { recursive: true });
const program = process.env.HOLM ?? "target/debug/holm";

/** Starts the desk on a port of its own; gives its start link and a way to stop it. */
export async function startDesk() {
  const child = spawn(program, ["desk", "--workspace", `${world}/workspace`, "--identity", `${world}/keys/h02`, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
    // Each test file works on a copy of one world: the machine's memory of its head is each copy's own.
    env: { ...process.env, HOLM_STATE: `${world}/state` },
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    const link = said.match(/http:\/\/127\.0\.0\.1:\d+\/start\/[0-9a-f]+/)?.[0];
    if (link) {
      child.stdout.resume();
      return {
        link,
        stop: async () => {
          child.kill("SIGINT");
          await once(child, "exit");
          rmSync(world, { recursive: true });
        },
      };
    }
  }
  throw new Error(`the desk said no link: ${said}`);
}

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page, and what it did that it should not: CSP reports, console errors, exceptions, requests that leave this machine. */
export async function watchedPage(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-US", ...options });
  const faults = [];
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));
  });
  const page = await context.newPage();
  // Dialogs for files are left to the tests from the beginning: the browser takes a moment to hear of it.
  page.on("filechooser", () => {});
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => new URL(request.url()).hostname !== "127.0.0.1" && faults.push(`left: ${request.url()}`));
  return { context, page, faults };
}

/** Goes to a page; one that shows itself again while something is computed is waited for. */
export async function settled(page, address) {
  for (let tries = 0; tries < 120; tries += 1) {
    // Its own showing itself again may come between.
    await page.goto(address).catch((error) => assert.match(String(error), /ERR_ABORTED|interrupted/));
    if ((await page.locator("h1").count()) > 0 && (await page.locator('meta[http-equiv="refresh"]').count()) === 0) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`${address} is still being computed`);
}
