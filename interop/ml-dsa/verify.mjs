// Checks the ML-DSA-44 signatures under checkpoints (C2SP tlog-cosignature, type 6) with @noble/post-quantum: node verify.mjs FOLDER...
// A folder has `policy` and `checkpoint`. Every key of type 6 in the policy must have signed, and must not have signed anything else.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

const MLDSA = 6;

function keys(policy) {
  const lines = policy.split("\n").map((line) => line.trim().split(/[ \t]+/));
  const vkeys = lines.flatMap(([word, ...rest]) => (word === "log" ? [rest[0]] : word === "witness" ? [rest[1]] : []));
  return vkeys.map((vkey) => {
    const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
    const raw = Buffer.from(base64, "base64");
    const hash = createHash("sha256").update(name).update("\n").update(raw).digest("hex").slice(0, 8);
    if (hash !== id) throw new Error(`the key id of ${name} does not match`);
    return { name, id, kind: raw[0], key: raw.subarray(1) };
  });
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function short(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function message(cosigner, time, [origin, size, root]) {
  const parts = [Buffer.from("subtree/v1\n\0"), short(cosigner), time, short(origin), u64(0), u64(size), Buffer.from(root, "base64")];
  return Buffer.concat(parts);
}

for (const folder of process.argv.slice(2)) {
  const note = readFileSync(join(folder, "checkpoint"), "utf8");
  const at = note.lastIndexOf("\n\n");
  const text = note.slice(0, at).split("\n");
  const lines = note.slice(at + 2).trimEnd().split("\n").map((line) => line.split(" "));
  const wanted = keys(readFileSync(join(folder, "policy"), "utf8")).filter(({ kind }) => kind === MLDSA);
  if (wanted.length === 0) throw new Error(`${folder}: the policy has no key of ML-DSA`);
  for (const { name, id, key } of wanted) {
    const blobs = lines.filter((line) => line[1] === name).map((line) => Buffer.from(line[2], "base64"));
    const blob = blobs.find((bytes) => bytes.subarray(0, 4).toString("hex") === id);
    if (!blob) throw new Error(`${folder}: ${name} did not sign`);
    const [time, signature] = [blob.subarray(4, 12), blob.subarray(12)];
    const holds = (what) => ml_dsa44.verify(signature, what, key);
    if (!holds(message(name, time, text))) throw new Error(`${folder}: the signature of ${name} DOES NOT HOLD`);
    const other = [text[0], BigInt(text[1]) + 1n, text[2]];
    if (holds(message(name, time, other))) throw new Error(`${folder}: the signature of ${name} holds for another size, too`);
  }
  console.log(`${folder}: ${wanted.length} ML-DSA signatures hold`);
}
