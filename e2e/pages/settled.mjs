// Receipts of shares for verify.mjs, put together here from docs/shares/README.md and docs/log.md, with keys of nobody: a log with one
// settlement in it, cosigned by three witnesses, and the way of one place through a tree of any size. Shares no code with the page.

import { createHash, generateKeyPairSync, sign } from "node:crypto";

const hash = (...parts) => parts.reduce((sha, part) => sha.update(part), createHash("sha256")).digest();
const u64 = (number) => { const out = Buffer.alloc(8); out.writeBigUInt64BE(BigInt(number)); return out; };
const text = (words) => { const bytes = Buffer.from(words), length = Buffer.alloc(2); length.writeUInt16BE(bytes.length); return Buffer.concat([length, bytes]); };
const byte = (number) => Buffer.of(number);
const base64 = (bytes) => bytes.toString("base64");

/** A key of this kind: 1 signs a log, 4 is a witness's. */
function key(name, kind) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const bytes = Buffer.concat([byte(kind), publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = hash(`${name}\n`, bytes).subarray(0, 4);
  return { name, id, vkey: `${name}+${id.toString("hex")}+${base64(bytes)}`, sign: (message) => sign(null, Buffer.from(message), privateKey) };
}

const ORIGIN = "aid.example/log/2026";
const LOG = key(ORIGIN, 1);
const WITNESSES = [1, 2, 3].map((n) => key(`witness${n}.example`, 4));
const named = WITNESSES.map((witness, n) => `witness w${n} ${witness.vkey}\n`).join("");
export const RULES = `log ${LOG.vkey}\n${named}group enough 3 w0 w1 w2\nquorum enough\n`;

/** A log of a million entries in which `entry` is the one at 999,999, under a head signed by everybody. */
function logged(entry, extra) {
  const size = 1_000_000n, index = size - 1n, path = [];
  let node = hash(byte(0), entry);
  // An even last node has nothing beside it and rises as it is.
  for (let at = index; at > 0n; at >>= 1n) {
    if ((at & 1n) === 0n) { continue; }
    const beside = hash(u64(at));
    path.push(base64(beside));
    node = hash(byte(1), beside, node);
  }
  const body = `${ORIGIN}\n${size}\n${base64(node)}\n`, time = 1_790_000_000;
  const signature = ({ name, id }, rest) => `— ${name} ${base64(Buffer.concat([id, rest]))}\n`;
  const cosigned = WITNESSES.map((one) => signature(one, Buffer.concat([u64(time), one.sign(`cosignature/v1\ntime ${time}\n${body}`)])));
  return `c2sp.org/tlog-proof@v1\nextra ${base64(Buffer.from(extra))}\nindex ${index}\n${path.map((line) => `${line}\n`).join("")}\n`
    + `${body}\n${signature(LOG, LOG.sign(body))}${cosigned.join("")}`;
}

/** The way of `place` in a tree of `places` in which every place below a node beside it is counted and owes `each`. */
function way({ place, places, each, counted, amount, salt, plan, period }) {
  const tag = hash(`huzhu.org/shares@v1\n${plan}\n${period}\n`).subarray(0, 16);
  let node = { hash: hash(byte(2), tag, salt, u64(place), u64(amount), byte(counted ? 1 : 0)), sum: amount, count: counted ? 1n : 0n };
  const beside = [];
  for (let at = place, last = places - 1n, width = 1n; last > 0n; at >>= 1n, last >>= 1n, width *= 2n) {
    const isRight = (at & 1n) === 1n;
    if (!isRight && at >= last) { continue; }
    const begin = (at ^ 1n) * width, below = places - begin < width ? places - begin : width;
    const other = { hash: hash(u64(begin), "beside"), sum: below * each, count: below };
    beside.push(other);
    const [left, right] = isRight ? [other, node] : [node, other];
    node = {
      hash: hash(byte(3), left.hash, u64(left.sum), u64(left.count), right.hash, u64(right.sum), u64(right.count)),
      sum: left.sum + right.sum, count: left.count + right.count,
    };
  }
  return { beside, root: node };
}

/**
 * A receipt of a share. `changed` may say another share (`amount`, `counted`, `place`, `places`), other terms of the equation
 * (`equation`), another head of the tree (`head`, or null), and rewrite the lines (`lines`). What is changed is logged like that, so
 * that only the check of the share can find it, except for `lines`.
 */
export function settled(changed = {}) {
  const share = { place: 12_345_678n, places: 100_000_000n, each: 3n, amount: 3n, counted: true, salt: Buffer.alloc(16, 6), plan: "town", period: "2026-03-1", ...changed };
  const { beside, root } = way(share);
  const head = changed.head === null ? null : { ...root, ...changed.head };
  const shares = root.sum, fee = shares / 10n;
  const equation = {
    aid: shares - fee + 12n, fee, carriedIn: 0n, surplusBefore: 7n, cost: shares + 5n, headcount: root.count, share: 3n, shares,
    surplus: 0n, operator: 5n, sponsor: 0n, carriedOut: 0n, ...changed.equation,
  };
  const tree = head === null ? byte(0) : Buffer.concat([byte(1), head.hash, u64(head.sum), u64(head.count)]);
  const payload = Buffer.concat([text(share.plan), text(share.period), text(changed.currency ?? "CNY"), ...Object.values(equation).map(u64), Buffer.alloc(32, 9), tree]);
  const at = 1_790_000_000_000n;
  const lines = [
    "huzhu.org/receipt@v1", "kind settlement", `at ${at}`, `payload ${base64(payload)}`,
    `share ${share.place} ${share.places} ${share.amount} ${share.counted ? "counted" : "uncounted"} ${share.salt.toString("hex")}`,
    ...beside.map((node) => `${base64(node.hash)} ${node.sum} ${node.count}`),
  ];
  changed.lines?.(lines);
  return logged(Buffer.concat([byte(1), byte(9), u64(at), payload]), `${lines.join("\n")}\n`);
}
