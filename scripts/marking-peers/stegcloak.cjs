// StegCloak with a seeded generator: stegcloak.cjs FOLDER hide|reveal SEED < JSON; prints what it made or read.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const [folder, what, seed] = process.argv.slice(2);
const StegCloak = createRequire(`${folder}/node_modules/`)("stegcloak");

// mulberry32; StegCloak asks for the word after which it hides.
let state = Number(seed);
Math.random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const { text, payload } = JSON.parse(readFileSync(0, "utf8"));
const cloak = new StegCloak(true, false);
const said = what === "hide" ? cloak.hide(payload, "marking peers", text) : cloak.reveal(text, "marking peers");
// Something that StegCloak loads keeps the process alive.
process.stdout.write(said, () => process.exit(0));
