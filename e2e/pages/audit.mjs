// Every page that a link leads to, as every persona, in both languages, light and dark, on a phone and on a desktop: axe-core with
// its own set of rules and none switched off, no sideways scrolling, size, dead links, errors in the console.
//
// Each page is seen in four combinations that between them hold every pair of language, theme and size; ALL=1 takes all eight.
// Pages that are the same for everybody are seen by nobody and by one member. A page that the sources know and nobody has seen
// at the end is a finding of its own; `PERSONAS=juror,clerk` looks as these only, and leaves that out.

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AXE, BASE, DESKTOP, PERSONAS, PHONE, become, context, kind, launch } from "./browser.mjs";
import { draft, objection, openCase, refusedClaim } from "./town.mjs";

/** Bytes on the wire of a page with its stylesheet and script: a cheap phone on a bad line. */
const PAGE_BYTES = 60_000;
/** Pages of one kind that are seen for each persona. */
const EACH = 2;
const PAIRS = [
  { lang: "en", theme: "light", size: PHONE },
  { lang: "zh", theme: "dark", size: PHONE },
  { lang: "en", theme: "dark", size: DESKTOP },
  { lang: "zh", theme: "light", size: DESKTOP },
];
const ALL = ["en", "zh"].flatMap((lang) =>
  ["light", "dark"].flatMap((theme) => [PHONE, DESKTOP].map((size) => ({ lang, theme, size }))));
const COMBINATIONS = process.env.ALL ? ALL : PAIRS;
/** Pages that nothing has to link to. */
const BEGIN = [
  "/", "/design", "/api", "/sign-in", "/first-operator", "/me", "/me/claims", "/staff", "/operator", "/audit", "/books",
  "/log", "/verify", "/inbox", "/me/juror", "/me/objections", "/staff/review", "/staff/confirm", "/staff/second-reviews",
  "/staff/investigations", "/staff/investigations/offline", "/staff/objections", "/staff/jury", "/staff/conflicts", "/operator/webhooks",
  "/demo/mailbox", "/no-such-page",
];
/** Pages that depend on who looks at them. */
const OWN = /^\/(me|staff|operator|inbox|jury-cases|books|audit|demo)(\/|$)|\/join(\/|$)|\/notice\//;
/** Who sees the pages that are the same for everybody. */
const EVERYBODY = ["nobody", "member"];
/** Addresses of the sources that are no pages of their own: files, ways to another page, answers to a form that journeys look at. */
const NO_PAGES = [
  /\.(json|js|tlog-proof)$/, /\{file\}$/, /\/(next|previous|hledger)$/, /^\/me\/juror\/cases\/\{id\}\/receipt$/,
  /\/thanks$/, /^\/sign-in\/code$/, /\.pdf$/, /\/card\/\{field\}$/, /^\/staff\/investigations\/\{id\}\/files$/,
];
/** Files, not pages. */
const isFile = (path) => !path.endsWith("/receipt")
  && (/\/(hledger|files\/|openapi\.json|checkpoint$|policy$|keys$|tile\/)|\.(toml|json|txt|tlog-proof|pdf)$/.test(path) || path.startsWith("/assets/"));

/** Where each persona begins besides, see [prepare]. */
const BEGIN_AS = {};
const findings = new Map();
let largest = { bytes: 0, path: "" };
let audits = 0;
const seen = new Set();
const visited = new Set();

/** Addresses of pages in the sources. */
function sources(folder = fileURLToPath(new URL("../../crates/web/src/pages", import.meta.url))) {
  return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".rs")).flatMap((name) => {
    const text = readFileSync(`${folder}/${name}`, "utf8");
    const routes = [...text.matchAll(/\.route\(\s*"([^"]+)",\s*([^\n]*)/g)];
    return routes.filter(([, , how]) => /^(get\(|upload)/.test(how)).map(([, path]) => path);
  }).filter((path) => !NO_PAGES.some((no) => no.test(path)));
}

function finding(what, where) {
  const list = findings.get(what) ?? [];
  // Said at once: whoever ends a long run early has what was found until then.
  if (list.length === 0) console.log(`finding: ${what}\n  ${where}`);
  list.push(where);
  findings.set(what, list);
}

/** What travelled for a file, from the cache of the browser too. */
const weights = new Map();
async function weight(answer) {
  const url = answer.url();
  const cached = weights.get(url);
  const { responseBodySize, responseHeadersSize } = await answer.request().sizes();
  // What is taken from the cache weighs nothing the second time; the first time counts.
  const now = url.includes("/assets/") && cached > responseBodySize ? cached : responseBodySize + responseHeadersSize;
  weights.set(url, now);
  return now;
}

/** Visits a page, answers the addresses of this site that it links to. */
async function look(page, path, expected, where) {
  const answers = [];
  const note = (answer) => answers.push(answer);
  page.on("response", note);
  const answer = await page.goto(BASE + path, { waitUntil: "load" });
  page.off("response", note);
  const status = answer.status();
  if (!expected.includes(status)) finding(`status ${status} at ${kind(path)}`, where);
  const here = new URL(page.url()).pathname;
  let bytes = 0;
  for (const one of answers) {
    if (!/image/.test(one.headers()["content-type"] ?? "")) bytes += await weight(one);
  }
  if (bytes > largest.bytes) largest = { bytes, path: kind(here) };
  if (bytes > PAGE_BYTES) finding(`size: ${kind(here)} is heavier than ${PAGE_BYTES} bytes`, `${where} (${bytes})`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  const room = page.viewportSize().width;
  if (width > room) {
    const culprit = await page.evaluate((room) => {
      const wide = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > room + 1);
      return wide ? `${wide.tagName.toLowerCase()}.${wide.className}` : "?";
    }, room);
    finding(`scroll: ${kind(here)} is ${width} wide on ${room}, first is ${culprit}`, where);
  }
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  audits += 1;
  for (const violation of violations) {
    for (const node of violation.nodes) {
      finding(`axe ${violation.id} (${violation.impact}): ${kind(here)} ${node.target.join(" ")}`,
        `${where}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? violation.help}`);
    }
  }
  return page.evaluate(() => [...document.querySelectorAll("a[href]:not([download])")]
    .map((link) => new URL(link.href))
    .filter((url) => url.origin === location.origin)
    .map((url) => url.pathname + url.search));
}

async function crawl(browser, persona) {
  const opened = [];
  for (const combination of COMBINATIONS) {
    const made = await context(browser, combination);
    if (!(await become(made, persona))) {
      finding(`persona: the demo has no ${persona}`, persona);
      return;
    }
    const page = await made.newPage();
    const { lang, theme, size } = combination;
    const where = { now: "" };
    page.on("console", (message) => {
      // The address that is tried on purpose, and pages of other roles, answer 404 or 403.
      if (message.type() === "error" && !/status of (403|404)/.test(message.text())) finding(`console: ${message.text()}`, where.now);
    });
    page.on("pageerror", (error) => finding(`script: ${error.message}`, where.now));
    opened.push({ made, page, name: `${persona} ${lang} ${theme} ${size.width}`, where });
  }
  const queue = [...(BEGIN_AS[persona] ?? []), ...BEGIN];
  const asked = new Set(queue);
  const counts = new Map();
  while (queue.length > 0) {
    const path = queue.shift();
    const pattern = kind(path);
    const count = counts.get(pattern) ?? 0;
    if (count >= EACH) continue;
    if (!OWN.test(path) && !EVERYBODY.includes(persona)) continue;
    counts.set(pattern, count + 1);
    const expected = BEGIN.includes(path) ? [200, 403, 404] : [200];
    // The combinations are looked at side by side: each has a process of its own in the browser.
    const links = await Promise.all(opened.map(({ page, name, where }) => {
      where.now = `${name} ${path}`;
      return look(page, path, expected, where.now);
    }));
    for (const found of links) {
      for (const link of found) {
        const url = new URL(link, BASE);
        for (const choice of ["lang", "theme"]) url.searchParams.delete(choice);
        const next = url.pathname + url.search;
        if (!asked.has(next) && !isFile(url.pathname)) {
          asked.add(next);
          queue.push(next);
        }
      }
    }
    seen.add(pattern);
    visited.add(new URL(path, BASE).pathname);
  }
  for (const { made } of opened) await made.close();
  console.log(`pages: ${persona}: ${counts.size} kinds of pages`);
}

/**
 * Makes the pages that a town does not have by itself: an endpoint with a delivery, an exam that was begun, a draft, a refused claim,
 * a jury case that is open, an objection. Says at which of them a persona begins: links lead to older ones of their kind first.
 */
async function prepare(browser) {
  const made = await context(browser);
  const people = new Map();
  const as = async (persona) => {
    if (!people.has(persona)) {
      people.set(persona, await context(browser));
      if (!(await become(people.get(persona), persona))) throw new Error(`the demo has no ${persona}`);
    }
    return people.get(persona);
  };
  const post = async (path, form) => {
    const answer = await made.request.post(BASE + path, { form, maxRedirects: 0 });
    // Done before, when the same portal is looked at again.
    if (answer.status() >= 400 && answer.status() !== 409) finding(`prepare: ${path} answers ${answer.status()}`, await answer.text());
    return answer;
  };
  await become(made, "operator");
  const hook = await post("/operator/webhooks", { key: crypto.randomUUID(), url: "https://hooks.example.org/huzhu" });
  const id = /whk_[0-9a-f]{32}/.exec(await hook.text())?.[0];
  if (id) await post(`/operator/webhooks/${id}/test`, { key: crypto.randomUUID() });
  await become(made, "member");
  await post("/me/juror/demo-town/exam/begin", { key: crypto.randomUUID() });
  const unfinished = await draft(await as("refused"));
  const refused = await refusedClaim(as, "refused");
  const jury = await openCase(as, "refused");
  const objected = await objection(await as("parent"));
  if (!objected) finding("prepare: no card on the board that a member may object to", "parent");
  for (const one of [made, ...people.values()]) await one.close();
  BEGIN_AS.refused = [`/me/claims/${unfinished}`, `/me/claims/${refused}`, `/jury-cases/${jury}`];
  BEGIN_AS.juror = [`/me/juror/cases/${jury}`];
  BEGIN_AS.clerk = [`/staff/jury/${jury}`];
  BEGIN_AS.parent = objected ? [`/me/objections/${objected}`] : [];
  BEGIN_AS.operator = [`/staff/claims/${refused}/conflicts`];
}

const browser = await launch();
await prepare(browser);
for (const persona of process.env.PERSONAS?.split(",") ?? PERSONAS) await crawl(browser, persona);
await browser.close();
if (!process.env.PERSONAS) {
  for (const path of sources()) {
    const fits = new RegExp(`^${path.replace(/\{[a-z]+\}/g, "[^/]+")}$`);
    if (![...visited].some((one) => fits.test(one))) finding(`unseen: nobody came to ${path}`, "sources");
  }
}
for (const [what, where] of [...findings].sort()) {
  console.log(`\n${what}\n  ${where.length} times, first: ${where[0]}`);
}
console.log(`pages: ${seen.size} kinds of pages, ${audits} audits, largest ${largest.bytes} bytes (${largest.path}), ${findings.size} findings`);
process.exit(findings.size === 0 ? 0 : 1);
