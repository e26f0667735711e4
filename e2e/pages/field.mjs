// An investigator on a phone: takes a task along, loses the network, fills in, closes the page, comes back, loses two answers on
// the way, and exactly one set of findings with one file exists. Then: what is left on the phone, and what signing out leaves.
//
// The network is a small relay before the portal that can be cut, or that lets a request through and swallows its answer.

import { randomUUID } from "node:crypto";
import { createServer, connect } from "node:net";
import { PHONE, context, launch, BASE } from "./browser.mjs";

const TASKS = "/staff/investigations";
const FOUND = "The hospital's books say 3 March.";
const PHOTO = { name: "books.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n% the books\n%%EOF\n") };
const upstream = new URL(BASE);
const network = { up: true, swallow: null, swallowed: 0, sockets: new Set() };

const relay = createServer((phone) => {
  if (!network.up) { phone.destroy(); return; }
  const portal = connect(Number(upstream.port), upstream.hostname);
  let deaf = false;
  network.sockets.add(phone);
  const end = () => { network.sockets.delete(phone); phone.destroy(); portal.destroy(); };
  phone.on("data", (bytes) => {
    if (network.swallow?.test(bytes.toString("latin1"))) { deaf = true; }
    portal.write(bytes);
  });
  portal.on("data", (bytes) => {
    // The portal has done its work; the phone never hears of it.
    if (deaf) { network.swallowed += 1; end(); } else { phone.write(bytes); }
  });
  for (const side of [phone, portal]) { side.on("error", end); side.on("close", end); }
});
await new Promise((done) => { relay.listen(0, "127.0.0.1", done); });
const SITE = `http://127.0.0.1:${relay.address().port}`;
function cut() {
  network.up = false;
  for (const socket of network.sockets) { socket.destroy(); }
}

function check(condition, what) {
  if (!condition) throw new Error(what);
}

const browser = await launch();
async function as(persona) {
  const made = await context(browser, { size: PHONE });
  const answer = await made.request.post(`${SITE}/demo/persona`, { form: { persona, back: "/" }, maxRedirects: 0 });
  check(answer.status() === 303, `persona ${persona}: ${answer.status()}`);
  return made;
}
async function json(made, method, path, data) {
  const answer = await made.request.fetch(SITE + path, { method, data });
  check(answer.ok(), `${method} ${path} answers ${answer.status()}: ${await answer.text()}`);
  return answer.json();
}

/** Everything that the phone keeps, as text; files by their size. */
function kept(page) {
  return page.evaluate(async () => {
    const open = indexedDB.open("huzhu-field");
    const base = await new Promise((done) => { open.onsuccess = () => done(open.result); });
    const found = {};
    for (const name of base.objectStoreNames) {
      const rows = base.transaction(name).objectStore(name).getAll();
      found[name] = await new Promise((done) => { rows.onsuccess = () => done(rows.result); });
    }
    base.close();
    return JSON.parse(JSON.stringify(found, (key, value) => (value instanceof Blob ? value.size : value)));
  });
}

/** A member hands a claim in, and a reviewer asks the investigator about it. */
async function order() {
  const member = await as("member");
  const home = await json(member, "GET", "/api/v1/me/home");
  const { enrolment } = home.enrolments[0];
  const id = (prefix) => `${prefix}_${randomUUID().replaceAll("-", "")}`;
  const claim = id("clm");
  const base = `/api/v1/claims/${claim}`;
  const illness = { condition: "stroke", severity: "severe", event_date: home.now.slice(0, 10), accident: false };
  await json(member, "POST", "/api/v1/claims", { claim, enrolment, illness });
  const sent = await member.request.put(`${SITE}${base}/evidence/${id("evd")}`, {
    data: PHOTO.buffer, headers: { "content-type": PHOTO.mimeType },
  });
  check(sent.status() === 201, `a paper of the member answers ${sent.status()}`);
  await json(member, "POST", `${base}/report`);
  const reviewer = await as("reviewer");
  await json(reviewer, "POST", `${base}/take`);
  const { people } = await json(reviewer, "GET", `${base}/investigators`);
  const data = { investigator: people[0].member, questions: "When was it first found?" };
  await json(reviewer, "POST", `${base}/investigation`, data);
  return { reviewer, claim };
}

async function journey() {
  const { reviewer, claim } = await order();
  const made = await as("investigator");
  let page = await made.newPage();
  page.on("pageerror", (error) => { throw error; });
  const address = `${SITE}${TASKS}/${claim}`;
  await page.goto(address);
  const name = await page.locator("dl.stats dd").first().innerText();
  await page.locator("#field-keep").check();
  await page.waitForFunction(() => document.getElementById("field").dataset.ready === "1");
  await page.waitForFunction(async () => Boolean((await navigator.serviceWorker.ready).active));

  cut();
  await page.goto(address);
  // The page comes from the service worker, and the script fills it from what the phone keeps.
  const task = page.locator("main", { hasText: "When was it first found?" });
  await task.waitFor({ timeout: 10_000 }).catch(() => check(false, "the task is not there without a network"));
  await page.setInputFiles("#field-files input[type=file]", PHOTO);
  await page.locator("#field-files button").click();
  await page.locator("#field li", { hasText: PHOTO.name }).waitFor();
  await page.locator('#field-findings textarea').fill(FOUND);
  await page.locator("#field-findings button").click();
  await page.locator("#field-state", { hasText: "no network" }).waitFor();
  const offline = await kept(page);
  check(offline.drafts.length === 1 && offline.blobs.length === 1 && offline.tasks.length === 1, "not all of it is kept");
  check(!JSON.stringify(offline).includes(name), "the phone keeps the name");

  // The phone is put away and taken out again.
  await page.close();
  page = await made.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(address);
  await page.locator("#field li", { hasText: PHOTO.name }).waitFor();
  check((await page.locator("#field-findings textarea").inputValue()) === FOUND, "the text is lost");

  // The network is back, and loses the answer to the file and then the one to the findings.
  network.up = true;
  const now = page.locator("#field button", { hasText: "Send now" });
  for (const lost of [/^PUT \S*\/evidence\//m, /^POST \S*\/findings/m]) {
    // All answers of this kind, since a browser asks again by itself where a connection breaks.
    network.swallow = lost;
    const before = network.swallowed;
    await now.click();
    await page.waitForFunction(() => !document.querySelector("#field button[disabled]"));
    await page.locator("#field-state", { hasText: "no network" }).waitFor();
    check(network.swallowed > before, `no answer to ${lost} was lost`);
  }
  network.swallow = null;
  await now.click();
  await page.waitForURL(`${SITE}${TASKS}?done=findings`);
  await page.locator("#field li", { hasText: "sent" }).waitFor();
  const after = await kept(page);
  const left = [after.drafts, after.blobs, after.tasks].flat().length;
  check(left === 0 && after.notes.length === 1, `the phone keeps ${JSON.stringify(after)}`);

  const view = await json(reviewer, "GET", `/api/v1/claims/${claim}`);
  const count = (kind) => view.timeline.filter((step) => step.kind === kind && step.role === "investigator").length;
  check(count("claim.findings-handed-in") === 1, `${count("claim.findings-handed-in")} sets of findings`);
  check(count("claim.evidence-added") === 1, `${count("claim.evidence-added")} files`);
  const texts = view.timeline.filter((step) => step.text === FOUND);
  check(texts.length === 1, "the findings are not what was written");
  await forgets(made, page);
}

/** What somebody else left behind is deleted, and signing out deletes what is one's own. */
async function forgets(made, page) {
  await page.evaluate(async () => {
    const open = indexedDB.open("huzhu-field");
    const base = await new Promise((done) => { open.onsuccess = () => done(open.result); });
    const work = base.transaction(["facts", "drafts"], "readwrite");
    work.objectStore("facts").put({ name: "member", value: "mem_somebody-else" });
    work.objectStore("drafts").put({ claim: "clm_1", key: "k", findings: "Theirs.", files: [], touched: Date.now() });
    await new Promise((done) => { work.oncomplete = done; });
    base.close();
  });
  await page.goto(`${SITE}${TASKS}`);
  await page.waitForFunction(() => document.getElementById("field").dataset.waitingCount !== undefined);
  const found = await kept(page);
  check(found.drafts.length === 0 && found.notes.length === 0, "another person's draft is still there");
  await page.goto(`${SITE}/me/settings`);
  await Promise.all([page.waitForURL(`${SITE}/`), page.locator('form[action="/sign-out"] button').click()]);
  const left = await page.evaluate(async () => [
    ...(await indexedDB.databases()).map((base) => base.name),
    ...(await caches.keys()),
    ...(await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
  ]);
  check(left.length === 0, `after signing out the phone keeps ${left}`);
  await made.close();
}

let failed = false;
try {
  await journey();
  console.log("ok: an investigator works without a network, and everything arrives once");
} catch (error) {
  failed = true;
  console.log(`FAILED: an investigator without a network: ${error.stack}`);
}
await browser.close();
cut();
relay.close();
process.exit(failed ? 1 : 0);
