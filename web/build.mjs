// Bundles the islands into dist/desk.js, always the same bytes for the same sources, and says how large it is.
import { build } from "esbuild";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Bytes that a browser may have to load, compressed. */
const MOST = 60_000;

const here = dirname(fileURLToPath(import.meta.url));
const built = await build({
  absWorkingDir: here,
  entryPoints: ["src/desk.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  metafile: true,
  write: false,
  logLevel: "warning",
});
const [script] = built.outputFiles;

// Other people's code goes with its licence.
const packages = Object.keys(built.metafile.inputs).flatMap((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []);
const licences = [...new Set(packages)].sort().map((name) => {
  const { version } = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim()}\n`;
});
const text = licences.length === 0 ? script.text : `${script.text}/*!\n${licences.join("\n")}*/\n`;

const compressed = gzipSync(text, { level: 9 }).length;
console.log(`web/dist/desk.js: ${text.length} bytes, ${compressed} compressed`);
if (compressed > MOST) throw new Error(`the islands may have ${MOST} bytes, compressed`);
// What is as it was stays untouched, or Cargo would build anew what embeds it.
const bundle = join(here, "dist/desk.js");
if (!existsSync(bundle) || readFileSync(bundle, "utf8") !== text) writeFileSync(bundle, text);
