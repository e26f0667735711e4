// Verifier over npm @sigstore/verify: the signature of the log and the inclusion of each receipt. It knows neither tiles nor
// consistency nor cosignatures.
//
// usage: NODE_PATH=<node_modules> node verify_node.cjs CASE     0 accepted, 1 refused, 2 wrong use

const { createPublicKey } = require("node:crypto");
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const { verifyTLogInclusion } = require("@sigstore/verify/dist/tlog");
const { verifyCheckpoint } = require("@sigstore/verify/dist/tlog/checkpoint");

// The fixed head of an Ed25519 public key in SubjectPublicKeyInfo (RFC 8410).
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

function authority(policy) {
    const line = policy.split("\n").find((text) => text.startsWith("log "));
    const [, name, id, material] = /^log ([^+]+)\+([0-9a-f]{8})\+(\S+)/.exec(line);
    const raw = Buffer.from(material, "base64").subarray(1);
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
    // The library takes the name in the note as a pattern that must match this address.
    return { baseURL: name, logID: Buffer.from(id, "hex"), publicKey };
}

function receipt(text, body) {
    const split = text.indexOf("\n\n");
    const lines = text.slice(0, split).split("\n");
    if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Error("not a proof");
    if (lines[0].startsWith("extra ")) lines.shift();
    const [, index] = /^index (0|[1-9][0-9]*)$/.exec(lines.shift()) ?? [];
    if (index === undefined) throw new Error("bad index");
    return {
        canonicalizedBody: body,
        inclusionProof: {
            logIndex: index,
            hashes: lines.map((line) => Buffer.from(line, "base64")),
            checkpoint: { envelope: text.slice(split + 2) },
        },
    };
}

function check(folder) {
    const logs = [authority(readFileSync(join(folder, "policy"), "utf8"))];
    const seen = readdirSync(join(folder, "seen")).map((name) => join(folder, "seen", name));
    for (const path of [join(folder, "log", "checkpoint"), ...seen]) {
        verifyCheckpoint({ inclusionProof: { checkpoint: { envelope: readFileSync(path, "utf8") } } }, logs);
    }
    const names = readdirSync(join(folder, "receipts")).filter((name) => name.endsWith(".tlog-proof"));
    for (const name of names) {
        const path = join(folder, "receipts", name);
        const body = readFileSync(path.replace(/\.tlog-proof$/, ".entry"));
        verifyTLogInclusion(receipt(readFileSync(path, "utf8"), body), logs);
    }
    return `${seen.length + 1} checkpoints, ${names.length} receipts`;
}

if (process.argv.length !== 3) {
    console.error("usage: node verify_node.cjs CASE");
    process.exit(2);
}
try {
    console.log(check(process.argv[2]));
} catch (error) {
    console.log(`refused: ${error.name}: ${error.message}`);
    process.exit(1);
}
