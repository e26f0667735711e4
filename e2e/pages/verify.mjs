// The verify page in the browser: published vectors (docs/log/vectors), forgeries, every flipped byte of a receipt, a large file, a
// saved copy opened from disk without network, shares out of a hundred million places (settled.mjs), and receipts of the running demo
// as text, as PDF and as QR code.
//
// `VECTORS_ONLY=1` leaves the demo out: any server of the pages will do.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BASE, DESKTOP, PHONE, become, context, launch } from "./browser.mjs";
import { RULES as SETTLED_RULES, settled } from "./settled.mjs";

const VECTORS = process.env.VECTORS;
const RULES = readFileSync(join(VECTORS, "policy"), "utf8");
const ORIGINAL = join(VECTORS, "evidence.txt");
const scratch = mkdtempSync(join(tmpdir(), "verify-"));
let checks = 0;
const failures = [];

function expect(truth, what) {
  checks += 1;
  if (!truth) { failures.push(what); console.error(`FAILED ${what}`); }
}

/** The verdict on a receipt, with what the page said. */
async function verdict(page, { receipt, text, original, rules }) {
  await page.locator("#clear").click();
  await page.locator("details.more").evaluateAll((all) => all.forEach((more) => { more.open = true; }));
  if (rules !== undefined) { await page.locator("#rules").fill(rules); }
  if (original) { await page.locator("#original").setInputFiles(original); }
  if (receipt) { await page.locator("#receipt").setInputFiles(receipt); }
  if (text) { await page.locator("#receipt-text").fill(text); }
  await page.locator("#form button[type=submit]").click();
  await page.waitForFunction(() => document.getElementById("result").dataset.verdict, null, { timeout: 120_000 });
  // A click starts the check anew; wait until what is shown is the last one.
  await page.waitForTimeout(30);
  await page.waitForFunction(() => document.getElementById("result").dataset.verdict);
  return page.evaluate(() => ({
    verdict: document.getElementById("result").dataset.verdict,
    bad: [...document.querySelectorAll("#result .bad")].map((one) => one.textContent),
    said: document.getElementById("result").textContent,
  }));
}

/** Published receipts pass, published forgeries do not; each for the reason of its own. */
async function vectors(page, where) {
  const vector = (name) => join(VECTORS, `${name}.tlog-proof`);
  const open = await verdict(page, { receipt: vector("evidence"), rules: RULES });
  expect(open.verdict === "open", `${where}: without the file not everything is checked: ${open.said}`);
  const good = await verdict(page, { receipt: vector("evidence"), original: ORIGINAL, rules: RULES });
  expect(good.verdict === "good" && /3/.test(good.said), `${where}: evidence with its file: ${good.said}`);
  for (const name of ["decision", "consent", "notice", "share"]) {
    const one = await verdict(page, { receipt: vector(name), rules: RULES });
    expect(one.verdict === "good", `${where}: ${name}: ${one.said}`);
  }
  const other = await verdict(page, { receipt: vector("evidence"), original: join(VECTORS, "policy"), rules: RULES });
  expect(other.verdict === "bad" && other.bad.length >= 1, `${where}: another file: ${other.said}`);
  const none = await verdict(page, { receipt: vector("decision"), original: ORIGINAL, rules: RULES });
  expect(none.verdict === "bad", `${where}: a file for a receipt about none: ${none.said}`);
  for (const name of readdirSync(join(VECTORS, "refused"))) {
    const forged = await verdict(page, { receipt: join(VECTORS, "refused", name), original: ORIGINAL, rules: RULES });
    expect(forged.verdict === "bad", `${where}: ${name}: ${forged.said}`);
  }
  const foreign = await verdict(page, { receipt: vector("evidence"), original: ORIGINAL, rules: "quorum none\n" });
  expect(foreign.verdict === "bad", `${where}: rules without a log: ${foreign.said}`);
  const junk = await verdict(page, { text: "not a receipt", rules: RULES });
  expect(junk.verdict === "bad", `${where}: junk: ${junk.said}`);
}

/** What the page must say of a good share, and of each one that disagrees with its settlement, though log and witnesses signed it. */
const SAID = {
  en: {
    share: ["0.03 CNY", "2026-03-1", "town"], all: ["100,000,000 members", "3,000,000.00 CNY"],
    needed: "Needed: 2,700,000.12 CNY of aid + 300,000.00 CNY of fee = 3,000,000.12 CNY",
    paid: "Paid: 3,000,000.00 CNY by all members + 0.07 CNY left over from the period before + 0.05 CNY by the operator = 3,000,000.12 CNY",
    lists: ["What this receipt shows", "What it does not show", "is a real person", "an illness was real", "all you paid"],
    root: "The steps lead to another root", sum: "add up to 3,000,000.00 CNY, the settlement says 3,000,000.01 CNY",
    count: "count 100,000,000 members, the settlement says 99,999,999", none: "without a tree of all shares",
    place: "There is no such place: the list has 5", uncounted: "Somebody who was not counted owes nothing",
    path: "too many steps or too few", many: "counts 2 members on 1 places", large: "too large to be true",
    form: "not written as they have to be", kind: "Only the receipt of a settlement",
    total: "All shares of the tree are 3,000,000.00 CNY, the sum of the period says 3,000,000.01 CNY",
    headcount: "the sum of the period says 99,999,999", cost: "The cost comes to 3,000,000.06 CNY, but it says 3,000,000.05 CNY",
    sides: "3,000,000.13 CNY was needed and 3,000,000.12 CNY was paid", unknown: "3 of the smallest coin of XXX", yen: "3 JPY",
    free: "was not counted, so it owes nothing",
  },
  zh: {
    share: ["0.03 CNY", "2026-03-1", "town"], all: ["100,000,000 位成员", "3,000,000.00 CNY"],
    needed: "需要： 互助金 2,700,000.12 CNY + 管理费 300,000.00 CNY = 3,000,000.12 CNY",
    paid: "付出： 全体成员 3,000,000.00 CNY + 上一期剩下的 0.07 CNY + 运营者 0.05 CNY = 3,000,000.12 CNY",
    lists: ["这张凭证能说明什么", "它不能说明什么", "真有其人", "病是不是真的", "您付的是不是只有这些"],
    root: "走到的根和结算里的不一样", sum: "加起来是 3,000,000.00 CNY，结算写的是 3,000,000.01 CNY",
    count: "100,000,000 位成员，结算写的是 99,999,999", none: "没有做全部分摊的树", place: "没有这个位置：名册有 5",
    uncounted: "没有计入人数的人不用分摊", path: "步数和名册的长度对不上", many: "只有 1 个位置，却算了 2 位成员",
    large: "大得不可能是真的", form: "写法不对", kind: "只有结算的凭证",
    total: "树上的分摊一共是 3,000,000.00 CNY，这一期的总账写的是 3,000,000.01 CNY", headcount: "这一期的总账写的是 99,999,999",
    cost: "费用算出来是 3,000,000.06 CNY，写的却是 3,000,000.05 CNY", sides: "需要 3,000,000.13 CNY，付了 3,000,000.12 CNY",
    unknown: "3 个 XXX 最小单位", yen: "3 JPY", free: "没有计入人数，所以不用分摊",
  },
};

async function shares(page, lang, where) {
  const said = SAID[lang];
  const look = (changed) => verdict(page, { text: settled(changed), rules: SETTLED_RULES });
  const good = await look();
  const wanted = [...said.share, ...said.all, said.needed, said.paid, ...said.lists, "aid.example/log/2026", "w0", "w1", "w2"];
  const missing = wanted.filter((words) => !good.said.includes(words));
  expect(good.verdict === "good" && missing.length === 0, `${where}: a share out of a hundred million: lacks ${missing.join(" | ")}: ${good.said}`);
  for (const [what, changed, words] of [
    ["of an unknown currency", { currency: "XXX" }, said.unknown],
    ["in yen", { currency: "JPY" }, said.yen],
    ["of nobody who was counted", { amount: 0n, counted: false }, said.free],
    ["alone in the list", { place: 0n, places: 1n }, said.share[0]],
    ["last of an odd list", { place: 4n, places: 5n }, said.share[0]],
  ]) {
    const one = await look(changed);
    expect(one.verdict === "good" && one.said.includes(words), `${where}: a share ${what}: ${one.said}`);
  }
  const line = (at, from, to) => ({ lines: (lines) => { lines[at] = lines[at].replace(from, to); } });
  const whole = 300_000_000n;
  for (const [what, changed, words] of [
    ["another amount", line(4, " 3 counted", " 4 counted"), said.root],
    ["another place", line(4, "share 12345678 ", "share 12345679 "), said.root],
    ["another salt", line(4, "0606", "0607"), said.root],
    ["another period", { head: { hash: Buffer.alloc(32) } }, said.root],
    ["another sum beside the way", line(9, / \d+ (\d+)$/, " 97 $1"), said.root],
    ["another hash beside the way", line(9, /^\S+/, "A".repeat(43) + "="), said.root],
    ["another sum of the tree", { head: { sum: whole + 1n } }, said.sum],
    ["another headcount of the tree", { head: { count: 99_999_999n } }, said.count],
    ["no tree", { head: null }, said.none],
    ["a place behind the end", { ...line(4, /share \d+ \d+/, "share 5 5") }, said.place],
    ["a share of nobody who was counted", line(4, "counted", "uncounted"), said.uncounted],
    ["a way too short", { lines: (lines) => lines.pop() }, said.path],
    ["a way too long", { lines: (lines) => lines.push(lines.at(-1)) }, said.path],
    ["more members than places", line(5, / \d+ \d+$/, " 6 2"), said.many],
    ["sums too large", line(6, / \d+ (\d+)$/, " 18446744073709551615 $1"), said.large],
    ["a number with two spellings", line(4, " 3 counted", " 03 counted"), said.form],
    ["junk behind the end", { lines: (lines) => lines.push("x") }, said.form],
    ["a share of a notice", line(1, "settlement", "notice"), said.kind],
    ["another sum in the equation", { equation: { shares: whole + 1n, surplus: 1n } }, said.total],
    ["another headcount in the equation", { equation: { headcount: 99_999_999n } }, said.headcount],
    ["another cost", { equation: { fee: whole / 10n + 1n } }, said.cost],
    ["an equation that does not hold", { equation: { surplus: 1n } }, said.sides],
  ]) {
    const one = await look(changed);
    expect(one.verdict === "bad" && one.bad.some((text) => text.includes(words)), `${where}: ${what}: ${one.said}`);
  }
}

/** How long the whole check of a share takes, signatures and all. */
async function speed(page) {
  const text = settled(), times = [];
  for (let run = 0; run < 20; run += 1) {
    await verdict(page, { text, rules: SETTLED_RULES });
    times.push(Number(await page.evaluate(() => document.getElementById("result").dataset.millis)));
  }
  times.sort((a, b) => a - b);
  console.log(`a share out of 100,000,000 places: ${times[10]} ms in the middle, ${times[19]} ms at most, ${text.length} bytes`);
  expect(times[10] <= 50, `the check of a share takes ${times.join(", ")} ms`);
}

/** Every byte of a receipt matters: a flipped one never gives a good verdict. */
async function flips(page, name) {
  const text = readFileSync(join(VECTORS, `${name}.tlog-proof`), "utf8");
  const signs = [...text];
  let wrong = 0, tried = 0;
  for (let at = 0; at < signs.length; at += 11) {
    const sign = signs[at];
    if (sign === "—") { continue; }
    const flipped = [...signs];
    flipped[at] = sign === "\n" ? " " : String.fromCharCode(sign.charCodeAt(0) ^ 1);
    const found = await verdict(page, { text: flipped.join(""), rules: RULES });
    tried += 1;
    // A signature line whose key is not known any more is no signature: enough others may be left.
    const isSignature = flipped.join("").split("\n").some((line, i) => line !== text.split("\n")[i] && line.startsWith("— witness"));
    if (found.verdict === "good" && !isSignature) { wrong += 1; console.error(`flipped sign ${at} (${JSON.stringify(sign)}) passes`); }
  }
  expect(tried > 100 && wrong === 0, `${wrong} of ${tried} flipped signs pass`);
  console.log(`${name}: flipped signs: ${tried} tried, ${wrong} accepted`);
}

/** A file of 100 MB, against a digest made elsewhere. */
async function large(page) {
  const file = join(scratch, "large.bin");
  const piece = Buffer.alloc(1 << 20);
  for (let i = 0; i < piece.length; i += 1) { piece[i] = (i * 31 + (i >> 8)) & 255; }
  const hash = createHash("sha256").update(Buffer.alloc(32, 7));
  const pieces = [];
  for (let i = 0; i < 100; i += 1) { hash.update(piece); pieces.push(piece); }
  writeFileSync(file, Buffer.concat(pieces));
  const digest = hash.digest("hex");
  const extra = `huzhu.org/receipt@v1\nkind evidence\nat 1767225641000\nsalt ${"07".repeat(32)}\ndigest ${digest}\n`;
  const lines = readFileSync(join(VECTORS, "evidence.tlog-proof"), "utf8").split("\n");
  lines[1] = `extra ${Buffer.from(extra).toString("base64")}`;
  const begun = Date.now();
  const found = await verdict(page, { text: lines.join("\n"), original: file, rules: RULES });
  // The entry is in no log, so the verdict is bad; the digest must be the one that node computed all the same.
  const heading = await page.evaluate(() => [...document.querySelectorAll("#result .checks > .good")].at(-1)?.textContent);
  expect(found.verdict === "bad" && heading.includes(digest), `a file of 100 MB: ${found.said}`);
  console.log(`a file of 100 MB: ${Date.now() - begun} ms`);
}

/** What a claimant of the demo downloads. */
async function demo(browser, page) {
  const made = await context(browser, { lang: "en", size: DESKTOP });
  const receipts = new Set();
  for (const persona of ["claimant", "aided", "refused", "member"]) {
    if (!await become(made, persona)) { continue; }
    const own = await made.newPage();
    const found = await receiptsOf(own);
    for (const { address, kind } of found) {
      receipts.add(kind);
      const get = async (ending) => made.request.get(`${BASE}${address}${ending}`);
      const [text, pdf, shown] = [await get(".tlog-proof"), await get(".pdf"), await own.goto(BASE + address)];
      expect(text.status() === 200 && pdf.status() === 200 && shown.status() === 200, `${persona}: ${address}: ${text.status()} ${pdf.status()} ${shown.status()}`);
      if (text.status() !== 200 || pdf.status() !== 200) { continue; }
      const receipt = join(scratch, `${kind}.tlog-proof`), paper = join(scratch, `${kind}.pdf`);
      writeFileSync(receipt, await text.body());
      writeFileSync(paper, await pdf.body());
      let original;
      if (kind === "files") {
        original = join(scratch, "original");
        writeFileSync(original, await (await made.request.get(`${BASE}${address.replace(/\/receipt$/, "")}`)).body());
      }
      for (const file of [receipt, paper]) {
        const one = await verdict(page, { receipt: file, original });
        expect(one.verdict === "good", `${persona}: ${kind}: ${file}: ${one.said}`);
      }
      onPaper(paper, readFileSync(receipt, "utf8"), kind);
    }
    console.log(`${persona}: ${found.map((one) => one.kind).join(", ") || "no receipts"}`);
    expect(found.length > 0, `${persona} has a receipt`);
    await own.close();
  }
  expect(receipts.has("shares"), `somebody has the receipt of a share: ${[...receipts].join(" ")}`);
  await made.close();
}

/** One receipt of each kind that the pages of a persona link to. */
async function receiptsOf(page) {
  const links = async (path) => {
    await page.goto(BASE + path);
    return page.$$eval("main a[href]", (all) => all.map((link) => link.getAttribute("href")));
  };
  const pages = [...await links("/me/claims"), ...await links("/me")];
  const wanted = new Set(pages.filter((link) => /^\/me\/(claims\/clm_|enrolments\/enr_)[0-9a-f]+$/.test(link)));
  const found = new Map();
  const take = (link) => {
    const kind = /\/receipt$/.test(link) ? (/\/(files|steps|shares)\//.exec(link)?.[1] ?? "consent") : null;
    if (kind && !found.has(kind)) { found.set(kind, link); }
  };
  // Receipts of shares are linked from the home page, all others from the page of what they are about.
  pages.forEach(take);
  for (const one of wanted) {
    (await links(one)).forEach(take);
  }
  return [...found].map(([kind, address]) => ({ kind, address }));
}

/** A PDF opens in programs of others, is one page, carries the receipt, and its QR code holds it. */
function onPaper(paper, receipt, kind) {
  const run = (command, ...args) => execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  expect(/no syntax|No syntax/i.test(run("qpdf", "--check", paper)), `${kind}: qpdf finds the PDF sound`);
  expect(/Pages:\s+1\b/.test(run("pdfinfo", paper)), `${kind}: one page`);
  run("pdfdetach", "-saveall", "-o", scratch, paper);
  const name = /\d+: (\S+)/.exec(run("pdfdetach", "-list", paper))[1];
  expect(readFileSync(join(scratch, name), "utf8") === receipt, `${kind}: the attachment is the receipt`);
  const picture = join(scratch, kind);
  run("pdftoppm", "-r", "200", "-png", "-singlefile", paper, picture);
  const held = run("zbarimg", "--quiet", "--raw", "-Sbinary", `${picture}.png`);
  const digest = createHash("sha256").update(receipt).digest("hex");
  const isWhole = held.trimEnd() === receipt.trimEnd();
  expect(isWhole || held.includes(digest), `${kind}: the QR code holds the receipt or its digest: ${held.slice(0, 80)}`);
  console.log(`${kind}: ${statSync(paper).size} bytes of PDF, receipt ${receipt.length}, code holds ${isWhole ? "all of it" : "its digest"}`);
}

const browser = await launch();
const requests = [];
for (const lang of ["en", "zh"]) {
  const made = await context(browser, { lang, size: lang === "en" ? DESKTOP : PHONE });
  const page = await made.newPage();
  page.setDefaultTimeout(120_000);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") { complaints.push(message.text()); } });
  await page.goto(`${BASE}/verify`);
  const html = await (await made.request.get(`${BASE}/verify`)).text();
  page.on("request", (request) => requests.push(request.url()));
  await vectors(page, lang);
  await shares(page, lang, lang);
  if (lang === "en") {
    await flips(page, "consent");
    await flips(page, "share");
    await speed(page);
    await large(page);
    if (!process.env.VECTORS_ONLY) { await demo(browser, page); }
  }
  // By keyboard alone: Tab reaches the chooser and the button, Enter checks, the result has the focus.
  await page.reload();
  requests.length = 0;
  await page.locator("#receipt").setInputFiles(join(VECTORS, "notice.tlog-proof"));
  await page.locator("#receipt").focus();
  for (let i = 0; i < 12 && !await page.evaluate(() => document.activeElement.matches("#form button[type=submit]")); i += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "result");
  checks += 1;
  // The page may not connect anywhere, whatever its script does.
  const reached = await page.evaluate(() => fetch("/").then(() => "reached", () => "refused"));
  expect(reached === "refused", `${lang}: the page cannot fetch`);
  const own = complaints.filter((text) => !/connect-src|Content Security Policy/.test(text));
  expect(own.length === 0, `${lang}: ${own.join("; ")}`);
  expect(requests.length === 0, `${lang}: requests while checking: ${requests.join(" ")}`);

  const copy = join(scratch, `verify-${lang}.html`);
  writeFileSync(copy, html);
  const offline = await browser.newContext({ offline: true, viewport: PHONE });
  const saved = await offline.newPage();
  await saved.goto(`file://${copy}`);
  await vectors(saved, `${lang}, saved copy`);
  await shares(saved, lang, `${lang}, saved copy`);
  expect(!await saved.locator('a[href="/log"]').isVisible(), `${lang}: a saved copy has no links to nowhere`);
  await offline.close();

  const plain = await context(browser, { lang, script: false });
  const without = await plain.newPage();
  await without.goto(`${BASE}/verify`);
  expect(await without.locator("noscript, .banner").first().isVisible(), `${lang}: without script the page says what to do`);
  expect(!await without.locator("#form").isVisible(), `${lang}: without script there is no dead form`);
  await plain.close();
  await made.close();
}
await browser.close();
console.log(`verify page: ${checks} checks, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
