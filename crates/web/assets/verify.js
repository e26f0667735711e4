// Checks receipts in the browser. Nothing is sent anywhere: the page forbids itself every connection.
// Formats: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy, tlog-proof; RFC 6962 for the tree.
"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const say = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, () => value), words[key] ?? key);
  /** What a person made of the input is wrong; the message is for people. */
  class Wrong extends Error {}
  /** Something else was chosen meanwhile: nobody waits for this answer any more. */
  class Stale extends Error {}
  const need = (truth, key, values) => { if (!truth) { throw new Wrong(say(key, values)); } };

  // ---- SHA-256 (FIPS 180-4), because WebCrypto cannot take a large file piece by piece ----
  const root = (n, power) => {
    // The first 32 bits behind the point of the square or cube root of a prime, by whole numbers.
    const wide = BigInt(n) << BigInt(32 * power);
    let low = 0n, high = 1n << 40n;
    while (low < high) {
      const middle = (low + high + 1n) >> 1n;
      if (middle ** BigInt(power) <= wide) { low = middle; } else { high = middle - 1n; }
    }
    return Number(low & 0xffffffffn) | 0;
  };
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) { if (primes.every((p) => n % p)) { primes.push(n); } }
  const K = Int32Array.from(primes, (p) => root(p, 3));
  const BEGIN = Int32Array.from(primes.slice(0, 8), (p) => root(p, 2));

  class Sha256 {
    constructor() {
      this.state = BEGIN.slice(); this.rest = new Uint8Array(64); this.held = 0; this.bytes = 0; this.w = new Int32Array(64);
    }
    update(bytes) {
      this.bytes += bytes.length;
      let at = 0;
      if (this.held) {
        at = Math.min(64 - this.held, bytes.length);
        this.rest.set(bytes.subarray(0, at), this.held);
        this.held += at;
        if (this.held < 64) { return this; }
        this.block(this.rest, 0);
        this.held = 0;
      }
      for (; at + 64 <= bytes.length; at += 64) { this.block(bytes, at); }
      this.rest.set(bytes.subarray(at), 0);
      this.held = bytes.length - at;
      return this;
    }
    block(bytes, at) {
      const w = this.w;
      for (let i = 0; i < 16; i += 1) {
        const p = at + 4 * i;
        w[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
      }
      for (let i = 16; i < 64; i += 1) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      let [a, b, c, d, e, f, g, h] = this.state;
      for (let i = 0; i < 64; i += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      const s = this.state;
      s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
    }
    finish() {
      const bits = BigInt(this.bytes) * 8n;
      const pad = new Uint8Array(((this.held < 56 ? 64 : 128) - this.held));
      pad[0] = 0x80;
      new DataView(pad.buffer).setBigUint64(pad.length - 8, bits);
      this.update(pad);
      const out = new Uint8Array(32);
      this.state.forEach((word, i) => new DataView(out.buffer).setInt32(4 * i, word));
      return out;
    }
  }
  const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), new Sha256()).finish();

  // ---- Bytes and spellings: one for each value, as the formats ask ----
  const utf8 = (text) => new TextEncoder().encode(text);
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  const join = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  };
  const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const fromBase64 = (text) => {
    try {
      const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
      return toBase64(bytes) === text ? bytes : null;
    } catch { return null; }
  };
  const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromHex = (text) =>
    /^([0-9a-f]{2})*$/.test(text) ? Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16)) : null;
  const MOST = (1n << 63n) - 1n;
  const U64 = (1n << 64n) - 1n;
  const decimal = (text, most = MOST) => (/^(0|[1-9][0-9]{0,19})$/.test(text ?? "") && BigInt(text) <= most ? BigInt(text) : null);
  const u64 = (number) => { const out = new Uint8Array(8); new DataView(out.buffer).setBigUint64(0, number); return out; };
  const ascii = (text) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);

  // ---- The tree (RFC 6962, RFC 9162 section 2.1.3.2) ----
  const leafHash = (bytes) => sha256(Uint8Array.of(0), bytes);
  const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
  function rootOfInclusion(leaf, index, size, path) {
    need(index < size, "bad-index");
    let at = index, last = size - 1n, hash = leaf;
    for (const beside of path) {
      need(last !== 0n, "bad-path");
      if ((at & 1n) === 1n || at === last) {
        hash = nodeHash(beside, hash);
        while ((at & 1n) === 0n && at !== 0n) { at >>= 1n; last >>= 1n; }
      } else {
        hash = nodeHash(hash, beside);
      }
      at >>= 1n; last >>= 1n;
    }
    need(last === 0n, "bad-path");
    return hash;
  }

  // ---- Reading ----
  const linesOf = (text, key) => { need(text.endsWith("\n"), key); return text.slice(0, -1).split("\n"); };
  const hashLine = (line) => { const hash = fromBase64(line); need(hash && hash.length === 32, "bad-path"); return hash; };

  function readNote(text) {
    need(!/[\u0000-\u0009\u000b-\u001f]/.test(text), "bad-note");
    const cut = text.lastIndexOf("\n\n");
    need(cut >= 0, "bad-note");
    const body = text.slice(0, cut + 1);
    const signatures = linesOf(text.slice(cut + 2), "bad-note").map((line) => {
      const parts = /^— ([^\s+]+) (\S+)$/u.exec(line);
      const bytes = parts && fromBase64(parts[2]);
      need(bytes && bytes.length > 4, "bad-note");
      return { name: parts[1], id: toHex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
    });
    need(signatures.length >= 1 && signatures.length <= 128, "bad-note");
    const [origin, size, root, ...extensions] = linesOf(body, "bad-note");
    need(origin && decimal(size) !== null && root && extensions.every((line) => line !== ""), "bad-note");
    return { body, signatures, origin, size: decimal(size), root: hashLine(root) };
  }

  function readProof(text) {
    need(text.length <= 1048576, "bad-receipt");
    const [head, ...rest] = text.split("\n");
    need(head === "c2sp.org/tlog-proof@v1", "bad-receipt");
    need(rest[0]?.startsWith("extra "), "bad-no-extra");
    const extra = fromBase64(rest[0].slice(6));
    need(extra, "bad-receipt");
    need(rest[1]?.startsWith("index "), "bad-receipt");
    const index = decimal(rest[1].slice(6));
    need(index !== null, "bad-receipt");
    const end = rest.indexOf("", 2);
    need(end >= 2 && end - 2 <= 63, "bad-receipt");
    return { extra: readExtra(extra), index, path: rest.slice(2, end).map(hashLine), note: readNote(rest.slice(end + 1).join("\n")) };
  }

  const KINDS = ["evidence", "decision", "plan-version", "roster", "notice", "objection", "draw", "verdict", "settlement",
    "payout", "key", "consents", "tombstone", "previous", "draw-request"];
  const SALTED = ["decision", "objection", "payout", "consents"];

  function readExtra(bytes) {
    let text;
    try { text = ascii(bytes); } catch { need(false, "bad-receipt"); }
    const lines = linesOf(text, "bad-receipt");
    const field = (name) => {
      const line = lines.shift() ?? "";
      need(line.startsWith(`${name} `), "bad-receipt");
      return line.slice(name.length + 1);
    };
    need(lines.shift() === "huzhu.org/receipt@v1", "bad-receipt");
    const kind = field("kind"), at = decimal(field("at"));
    need(KINDS.includes(kind) && at !== null, "bad-receipt");
    const extra = { kind, at };
    if (lines[0]?.startsWith("payload ")) {
      extra.payload = fromBase64(field("payload"));
      need(extra.payload && kind !== "evidence" && !SALTED.includes(kind), "bad-receipt");
      if (lines[0]?.startsWith("share ")) { Object.assign(extra, readShare(kind, extra.payload, lines.splice(0))); }
    } else {
      extra.salt = fromHex(field("salt"));
      need(extra.salt?.length === 32, "bad-receipt");
      if (kind === "evidence") {
        extra.digest = fromHex(field("digest"));
        need(extra.digest?.length === 32, "bad-receipt");
      } else {
        need(SALTED.includes(kind), "bad-receipt");
        extra.message = fromBase64(field("message"));
        need(extra.message, "bad-receipt");
        extra.digest = sha256(extra.salt, extra.message);
      }
    }
    if (kind === "consents") {
      const numbers = field("inner").split(" ");
      extra.inner = { index: decimal(numbers[0]), size: decimal(numbers[1]), path: lines.splice(0).map(hashLine) };
      need(numbers.length === 2 && extra.inner.index !== null && extra.inner.size !== null && extra.inner.path.length <= 63, "bad-receipt");
    }
    need(lines.length === 0, "bad-receipt");
    return extra;
  }

  // ---- One's own share in the receipt of a settlement (docs/shares/README.md) ----
  const EQUATION = ["aid", "fee", "carriedIn", "surplusBefore", "cost", "headcount", "share", "shares", "surplus", "operator",
    "sponsor", "carriedOut"];

  /** The payload of a settlement (docs/log.md, section 3). */
  function readSettlement(bytes) {
    let at = 0;
    const take = (length) => {
      need(at + length <= bytes.length, "bad-settlement");
      at += length;
      return bytes.slice(at - length, at);
    };
    const number = () => new DataView(take(8).buffer).getBigUint64(0);
    const word = () => {
      const raw = take(new DataView(take(2).buffer).getUint16(0));
      let text = "";
      try { text = ascii(raw); } catch { need(false, "bad-settlement"); }
      need(text !== "" && !/[\u0000-\u001f\u007f-\u009f]/.test(text), "bad-settlement");
      return text;
    };
    const [plan, period, currency] = [word(), word(), word()];
    const equation = Object.fromEntries(EQUATION.map((name) => [name, number()]));
    take(32);
    const hasTree = take(1)[0];
    need(hasTree <= 1, "bad-settlement");
    const tree = hasTree === 1 ? { hash: take(32), sum: number(), count: number() } : null;
    need(at === bytes.length, "bad-settlement");
    return { plan, period, currency, equation, tree };
  }

  function readShare(kind, payload, [first, ...rest]) {
    need(kind === "settlement", "bad-share-kind");
    const [place, places, amount, counted, salt, ...more] = first.slice(6).split(" ");
    const numbers = [place, places, amount].map((text) => decimal(text, U64));
    need(!numbers.includes(null) && ["counted", "uncounted"].includes(counted) && more.length === 0, "bad-share-form");
    need(fromHex(salt ?? "")?.length === 16 && rest.length <= 40, "bad-share-form");
    const path = rest.map((line) => {
      const [text, sum, count, ...behind] = line.split(" ");
      const node = { hash: fromBase64(text), sum: decimal(sum, U64), count: decimal(count, U64) };
      need(node.hash?.length === 32 && node.sum !== null && node.count !== null && behind.length === 0, "bad-share-form");
      return node;
    });
    const share = { place: numbers[0], places: numbers[1], amount: numbers[2], counted: counted === "counted", salt: fromHex(salt), path };
    return { settlement: readSettlement(payload), share };
  }

  /** The root to which the way from the share leads, with sum and count. */
  function rootOfShare({ place, places, amount, counted, salt, path }, { plan, period }) {
    need(place < places && places >> 40n === 0n, "bad-share-place", { size: places.toString() });
    need(counted || amount === 0n, "bad-share-uncounted");
    const tag = sha256(utf8(`huzhu.org/shares@v1\n${plan}\n${period}\n`)).subarray(0, 16);
    const leaf = [Uint8Array.of(2), tag, salt, u64(place), u64(amount), Uint8Array.of(counted ? 1 : 0)];
    let node = { hash: sha256(...leaf), sum: amount, count: counted ? 1n : 0n };
    let at = place, last = places - 1n, width = 1n, used = 0;
    while (last > 0n) {
      const isRight = (at & 1n) === 1n;
      // An odd last node has nothing beside it and rises as it is.
      if (isRight || at < last) {
        const other = path[used];
        used += 1;
        need(other, "bad-share-path");
        const behind = places - (at ^ 1n) * width, room = behind < width ? behind : width;
        need(other.count <= room, "bad-share-many", { got: other.count.toString(), wanted: room.toString() });
        const pair = isRight ? [other, node] : [node, other];
        const bytes = pair.flatMap((one) => [one.hash, u64(one.sum), u64(one.count)]);
        node = { hash: sha256(Uint8Array.of(3), ...bytes), sum: pair[0].sum + pair[1].sum, count: pair[0].count + pair[1].count };
        need(node.sum <= U64 && node.count <= U64, "bad-share-large");
      }
      at >>= 1n; last >>= 1n; width *= 2n;
    }
    need(used === path.length, "bad-share-path");
    return node;
  }

  const lang = document.documentElement.lang;
  const grouped = (number) => number.toLocaleString(lang);
  /** An amount with the digits of its currency; of a currency that is not known, minor units. */
  function money(minor, code) {
    const known = words.digits.split(" ").find((one) => one.split(":")[0] === code);
    if (!known) { return say("minor-units", { amount: grouped(minor), name: code }); }
    const digits = Number(known.split(":")[1]), text = minor.toString().padStart(digits + 1, "0"), cut = text.length - digits;
    return `${grouped(BigInt(text.slice(0, cut)))}${cut < text.length ? "." : ""}${text.slice(cut)} ${code}`;
  }

  /** Both sides of the equation in words; what is nothing is left out, but for aid and shares. */
  function sidesOf({ equation: it, currency }) {
    const side = (terms) => ({
      total: terms.reduce((sum, [, amount]) => sum + amount, 0n),
      terms: terms.filter(([key, amount]) => amount > 0n || key === "term-aid" || key === "term-shares")
        .map(([key, amount]) => say(key, { amount: money(amount, currency) })).join(" + "),
    });
    return {
      needed: side([["term-aid", it.aid], ["term-fee", it.fee], ["term-carried-in", it.carriedIn], ["term-surplus", it.surplus]]),
      paid: side([["term-shares", it.shares], ["term-surplus-before", it.surplusBefore], ["term-operator", it.operator],
        ["term-sponsor", it.sponsor], ["term-carried-out", it.carriedOut]]),
    };
  }

  /** Share, headcount and equation, each with what it says. */
  function checkShare({ settlement, share }, note) {
    const { plan, period, currency, equation: it, tree } = settlement;
    const attempt = (failed, action) => {
      try { action(); } catch (error) {
        if (!(error instanceof Wrong)) { throw error; }
        note("bad", say(failed), error.message, true);
      }
    };
    const amount = (minor) => money(minor, currency);
    attempt("share-fails", () => {
      need(tree, "bad-share-none");
      const top = rootOfShare(share, settlement);
      need(same(top.hash, tree.hash), "bad-share-root");
      need(top.sum === tree.sum, "bad-share-sum", { got: amount(top.sum), wanted: amount(tree.sum) });
      need(top.count === tree.count, "bad-share-count", { got: grouped(top.count), wanted: grouped(tree.count) });
      const way = { place: share.place.toString(), count: share.path.length, root: toBase64(tree.hash) };
      note("good", say("share-good", { amount: amount(share.amount), period, plan }),
        share.counted ? say("share-detail", way) : say("share-detail-uncounted", way));
      need(tree.sum === it.shares, "bad-equation-sum", { got: amount(tree.sum), wanted: amount(it.shares) });
      need(tree.count === it.headcount, "bad-equation-count", { got: grouped(tree.count), wanted: grouped(it.headcount) });
      note("good", say("share-all", { count: grouped(tree.count), amount: amount(tree.sum) }), say("share-all-detail"), true);
    });
    attempt("equation-fails", () => {
      const owed = it.aid + it.fee + it.carriedIn;
      const cost = owed > it.surplusBefore ? owed - it.surplusBefore : 0n;
      need(cost === it.cost, "bad-equation-cost", { got: amount(cost), wanted: amount(it.cost) });
      const { needed, paid } = sidesOf(settlement);
      need(needed.total === paid.total, "bad-equation", { got: amount(needed.total), wanted: amount(paid.total) });
      const line = (key, { terms, total }) => `${say(key)} ${terms} = ${amount(total)}`;
      note("good", say("equation-good"), `${line("equation-needed", needed)}\n${line("equation-paid", paid)}`, true);
    });
  }

  /** The bytes that must be in the log if the receipt is true. */
  function entryOf(extra) {
    let payload = extra.payload ?? extra.digest;
    if (extra.inner) {
      const { index, size, path } = extra.inner;
      payload = join(rootOfInclusion(leafHash(extra.digest), index, size, path), u64(size));
    }
    const bytes = join(Uint8Array.of(1, KINDS.indexOf(extra.kind) + 1), u64(extra.at), payload);
    need(bytes.length <= 65535, "bad-receipt");
    return bytes;
  }

  // ---- Keys and rules of trust ----
  function readKey(text, type) {
    const parts = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text);
    const bytes = parts && fromBase64(parts[3]);
    need(bytes && bytes.length === 33 && bytes[0] === type, "bad-rules");
    const id = toHex(sha256(utf8(`${parts[1]}\n`), bytes).subarray(0, 4));
    need(id === parts[2], "bad-rules");
    return { name: parts[1], id, public: bytes.subarray(1) };
  }

  function readRules(text) {
    const rules = { logs: [], witnesses: [], parties: new Map(), quorum: null };
    const taken = new Set();
    const define = (name, party) => { need(name !== "none" && !rules.parties.has(name), "bad-rules"); rules.parties.set(name, party); };
    for (const line of text.split("\n")) {
      const [word, ...rest] = line.split(/[ \t]+/).filter((one) => one !== "");
      if (!word || word.startsWith("#")) { continue; }
      if (word === "log" && (rest.length === 1 || rest.length === 2)) {
        rules.logs.push(readKey(rest[0], 1));
      } else if (word === "witness" && (rest.length === 2 || rest.length === 3)) {
        const key = readKey(rest[1], 4);
        need(rules.witnesses.every((other) => !same(other.key.public, key.public)), "bad-rules");
        define(rest[0], { witness: rules.witnesses.length });
        rules.witnesses.push({ name: rest[0], key });
      } else if (word === "group" && rest.length >= 3) {
        const [name, threshold, ...members] = rest;
        const number = threshold === "all" ? members.length : threshold === "any" ? 1 : Number(decimal(threshold) ?? 0n);
        need(number >= 1 && number <= members.length, "bad-rules");
        for (const member of members) { need(rules.parties.has(member) && !taken.has(member), "bad-rules"); taken.add(member); }
        define(name, { threshold: number, members });
      } else if (word === "quorum" && rest.length === 1 && rules.quorum === null) {
        need(rest[0] === "none" || rules.parties.has(rest[0]), "bad-rules");
        rules.quorum = rest[0];
      } else {
        need(false, "bad-rules");
      }
    }
    need(rules.quorum !== null && rules.logs.length > 0, "bad-rules");
    return rules;
  }
  /** Several files are separated by a line of three dashes. */
  const readAllRules = (text) => text.split(/^---$/m).filter((one) => one.trim() !== "").map(readRules);

  function isQuorum(rules, present) {
    if (rules.quorum === "none") { return true; }
    const met = (name) => {
      const party = rules.parties.get(name);
      return "witness" in party ? present.has(party.witness) : party.members.filter(met).length >= party.threshold;
    };
    return met(rules.quorum);
  }

  /** True or false; null when this browser cannot check Ed25519. */
  async function isSigned(key, message, signature) {
    const subtle = globalThis.crypto?.subtle;
    if (!subtle) { return null; }
    if (signature.length !== 64) { return false; }
    let imported;
    try { imported = await subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]); } catch (error) {
      return error.name === "NotSupportedError" ? null : false;
    }
    return subtle.verify({ name: "Ed25519" }, imported, signature, message);
  }

  const dated = (seconds) => {
    const date = new Date(Number(seconds) * 1000);
    return Number.isNaN(date.getTime()) ? String(seconds)
      : date.toLocaleString(document.documentElement.lang, { dateStyle: "full", timeStyle: "long" });
  };

  /** Checks everything. Answers the checks in order: state "good", "bad", "open", and what was found. */
  async function check(text, file, rulesText, progress) {
    const found = [];
    const note = (state, title, detail = "", isProse = false) => found.push({ state, title, detail, isProse });
    let proof, entry;
    try {
      proof = readProof(text);
      entry = entryOf(proof.extra);
    } catch (error) {
      if (!(error instanceof Wrong)) { throw error; }
      note("bad", say("form-bad"), error.message);
      return { found, verdict: "bad" };
    }
    const { extra, index } = proof;
    note("good", say("form-good", { kind: say(`kind-${extra.kind}`) }), say("form-detail", { at: dated(extra.at / 1000n), index: index.toString(), origin: proof.note.origin }));
    if (extra.share) { checkShare(extra, note); }
    try {
      const computed = rootOfInclusion(leafHash(entry), index, proof.note.size, proof.path);
      need(same(computed, proof.note.root), "inclusion-bad");
      note("good", say("inclusion-good"), say("inclusion-detail", { size: proof.note.size.toString(), root: toBase64(proof.note.root), leaf: toBase64(leafHash(entry)) }));
    } catch (error) {
      if (!(error instanceof Wrong)) { throw error; }
      note("bad", say("inclusion-fails"), error.message);
    }
    await checkSignatures(proof.note, rulesText, note);
    if (extra.kind === "evidence") {
      if (file) {
        const digest = await digestOf(file, extra.salt, progress);
        if (same(digest, extra.digest)) { note("good", say("file-good"), toHex(digest)); }
        else { note("bad", say("file-bad"), say("file-bad-detail", { wanted: toHex(extra.digest), got: toHex(digest) })); }
      } else {
        note("open", say("file-open"), toHex(extra.digest));
      }
    } else if (file) {
      note("bad", say("file-none"));
    }
    const states = found.map((one) => one.state);
    const verdict = states.includes("bad") ? "bad" : states.includes("open") ? "open" : "good";
    return { found, verdict, message: extra.message, isShare: Boolean(extra.share) };
  }

  async function checkSignatures(signed, rulesText, note) {
    let rules;
    try {
      rules = readAllRules(rulesText).find((one) => one.logs.some((log) => log.name === signed.origin));
    } catch (error) {
      if (!(error instanceof Wrong)) { throw error; }
      note("bad", say("rules-bad"), error.message);
      return;
    }
    if (!rules) { note("bad", say("log-unknown"), say("log-unknown-detail", { origin: signed.origin })); return; }
    const by = (key) => signed.signatures.filter((one) => one.name === key.name && one.id === key.id);
    let logSigned = false;
    for (const key of rules.logs) {
      for (const signature of by(key)) {
        const good = await isSigned(key, utf8(signed.body), signature.bytes);
        if (good === null) { note("open", say("browser-old"), say("browser-old-detail")); return; }
        if (!good) { note("bad", say("log-false"), key.name); return; }
        logSigned ||= key.name === signed.origin;
      }
    }
    if (!logSigned) { note("bad", say("log-unsigned"), signed.origin); return; }
    note("good", say("log-good"), signed.origin);
    const present = new Set(), lines = [];
    for (const [at, witness] of rules.witnesses.entries()) {
      for (const signature of by(witness.key)) {
        const time = signature.bytes.length === 72 ? new DataView(signature.bytes.slice(0, 8).buffer).getBigUint64(0) : MOST + 1n;
        const message = utf8(`cosignature/v1\ntime ${time}\n${signed.body}`);
        const good = time <= MOST && await isSigned(witness.key, message, signature.bytes.subarray(8));
        if (good === null) { note("open", say("browser-old"), say("browser-old-detail")); return; }
        if (!good) { note("bad", say("witness-false"), witness.name); return; }
        if (!present.has(at)) { lines.push(say("witness-line", { name: witness.name, at: dated(time) })); }
        present.add(at);
      }
    }
    const counts = { count: present.size, known: rules.witnesses.length };
    if (!isQuorum(rules, present)) { note("bad", say("quorum-bad", counts), lines.join("\n")); }
    else if (rules.quorum === "none") { note("good", say("quorum-none", counts), lines.join("\n")); }
    else { note("good", say("quorum-good", counts), lines.join("\n")); }
  }

  /** SHA-256 of salt and file, a megabyte at a time, so that the page stays awake. */
  async function digestOf(file, salt, progress) {
    const piece = 1024 * 1024;
    const hash = new Sha256().update(salt);
    for (let at = 0; at < file.size; at += piece) {
      hash.update(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()));
      progress(Math.min(at + piece, file.size), file.size);
    }
    return hash.finish();
  }

  /** A receipt in a file: the text itself, or the one that lies in our PDF. Null: the file is no receipt. */
  async function receiptIn(file) {
    const begin = "c2sp.org/tlog-proof@v1\n";
    if (file.size > 4 * 1024 * 1024) { return null; }
    const text = new TextDecoder().decode(await file.arrayBuffer());
    if (text.startsWith(begin)) { return text; }
    if (!text.startsWith("%PDF-")) { return null; }
    const at = text.indexOf(`stream\n${begin}`);
    const end = at < 0 ? -1 : text.indexOf("\nendstream", at);
    return end < 0 ? null : `${text.slice(at + 7, end).trimEnd()}\n`;
  }

  // ---- The page ----
  const by = (id) => document.getElementById(id);
  const field = by("receipt-text"), rulesField = by("rules"), result = by("result");
  const published = rulesField.value;
  let original = null, run = 0;

  function element(name, classes, text) {
    const made = document.createElement(name);
    if (classes) { made.className = classes; }
    if (text) { made.textContent = text; }
    return made;
  }

  function bullets(title, keys) {
    const list = element("ul");
    list.append(...keys.map((key) => element("li", "", say(key))));
    result.append(element("h3", "", say(title)), list);
  }

  function show({ found, verdict, message, isShare }) {
    result.replaceChildren();
    const banner = element("div", `banner ${{ good: "good", bad: "bad", open: "wait" }[verdict]}`);
    banner.append(element("p", "head", say(`verdict-${verdict}`)), element("p", "flush", say(`verdict-${verdict}-text`)));
    const list = element("ol", "checks");
    for (const { state, title, detail, isProse } of found) {
      const item = element("li", state);
      item.append(element("strong", "", `${say(`state-${state}`)} `), title);
      if (detail) { item.append(element("p", isProse ? "small" : "small mono", detail)); }
      list.append(item);
    }
    result.append(banner, list);
    if (message && verdict !== "bad") {
      result.append(element("h3", "", say("message-title")), element("pre", "", new TextDecoder().decode(message)));
      result.querySelector("pre").tabIndex = 0;
    }
    if (isShare && verdict !== "bad") {
      bullets("share-shows-title", ["share-shows-1", "share-shows-2", "share-shows-3"]);
      bullets("share-not-title", ["share-not-1", "share-not-2", "share-not-3", "share-not-4"]);
    }
    if (rulesField.value !== published) { result.append(element("p", "soft", say("rules-changed"))); }
    result.dataset.verdict = verdict;
  }

  async function look() {
    const mine = run += 1;
    delete result.dataset.verdict;
    const text = field.value === "" ? "" : `${field.value.replaceAll("\r\n", "\n").trimEnd()}\n`;
    if (text === "") {
      result.replaceChildren(element("p", "soft", say(original ? "only-file" : "nothing-yet")));
      return;
    }
    const bar = element("progress");
    bar.setAttribute("aria-label", say("working"));
    result.replaceChildren(element("p", "busy", say("working")), bar);
    const begun = performance.now();
    const answer = await check(text, original, rulesField.value, (done, all) => {
      if (mine !== run) { throw new Stale(); }
      bar.max = all;
      bar.value = done;
    });
    // How long it took, for whoever measures.
    result.dataset.millis = (performance.now() - begun).toFixed(1);
    if (mine === run) { show(answer); }
  }
  // Anything that was not thought of is said, and never passes for a good receipt.
  const lookSafely = () => look().catch((error) => error instanceof Stale || show({ found: [{ state: "bad", title: say("failed"), detail: String(error) }], verdict: "bad" }));

  async function takeReceipt(file) {
    const text = await receiptIn(file);
    field.value = text ?? "";
    by("receipt-name").textContent = text ? file.name : say("not-a-receipt", { name: file.name });
  }
  function takeOriginal(file) {
    original = file ?? null;
    by("original-name").textContent = file ? file.name : "";
  }
  by("receipt").addEventListener("change", async (event) => {
    if (event.target.files[0]) { await takeReceipt(event.target.files[0]); lookSafely(); }
  });
  by("original").addEventListener("change", (event) => { takeOriginal(event.target.files[0]); lookSafely(); });
  field.addEventListener("input", () => { by("receipt-name").textContent = ""; lookSafely(); });
  rulesField.addEventListener("input", lookSafely);
  by("form").addEventListener("submit", (event) => { event.preventDefault(); lookSafely().then(() => result.focus()); });
  by("clear").addEventListener("click", () => {
    by("form").reset();
    takeOriginal(null);
    by("receipt-name").textContent = "";
    lookSafely();
    by("receipt").focus();
  });
  document.addEventListener("dragover", (event) => { event.preventDefault(); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer.files) {
      if (await receiptIn(file)) { await takeReceipt(file); } else { takeOriginal(file); }
    }
    lookSafely();
  });

  // The own SHA-256 is held against a published value, and against the browser's where it has one.
  async function selfTest() {
    const long = new Uint8Array(100003).map((_, i) => (i * 7) & 255);
    const own = new Sha256();
    for (let at = 0; at < long.length; at += 997) { own.update(long.subarray(at, at + 997)); }
    const digest = own.finish();
    const known = toHex(sha256(utf8("abc"))) === "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const theirs = globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", long)) : sha256(long);
    if (!known || !same(digest, theirs)) { throw new Error("SHA-256"); }
  }
  const isSaved = location.protocol === "file:";
  for (const part of document.querySelectorAll(isSaved ? ".online" : ".offline")) { part.hidden = true; }
  by("tool").hidden = false;
  selfTest().then(lookSafely, () => { by("tool").hidden = true; by("broken").hidden = false; });
})();
