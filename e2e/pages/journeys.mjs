// What people come to do, from the first page to the receipt, on a phone and without script. Each journey is a function that
// throws where the portal does not do what it should.

import { BASE, DESKTOP, PHONE, become, context, launch } from "./browser.mjs";

const PLAN = "/plans/demo-town";
const FILE = { name: "report.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n% a report\n%%EOF\n") };

const browser = await launch();
/** Claim that wanders through the hands of several people. */
let wandering = "";

function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** A page without script as a persona. */
async function as(persona, size = PHONE) {
  const made = await context(browser, { size, script: false });
  check(await become(made, persona), `the demo has no ${persona}`);
  return made.newPage();
}

async function open(page, path, status = 200) {
  const answer = await page.goto(BASE + path);
  check(answer.status() === status, `${path} answers ${answer.status()}, not ${status}`);
}

/** Sends the form with this action; the answer must be a page. */
async function send(page, action, status = 200) {
  const form = page.locator(`form[action$="${action}"]`);
  check((await form.count()) > 0, `${page.url()} has no form to ${action}`);
  const [answer] = await Promise.all([
    page.waitForResponse((answer) => answer.request().isNavigationRequest() && answer.status() < 300 || answer.status() >= 400),
    form.first().locator('button[type="submit"]').first().click(),
  ]);
  check(answer.status() === status, `${action} answers ${answer.status()}, not ${status}: ${await text(page)}`);
}

async function text(page) {
  return (await page.locator("main").innerText()).replace(/\s+/g, " ");
}

async function fillDate(page, name, date) {
  const [year, month, day] = date.split("-");
  await page.fill(`[name="${name}-day"]`, day);
  await page.fill(`[name="${name}-month"]`, month);
  await page.fill(`[name="${name}-year"]`, year);
}

/** The day on which the demo lives, as its pages say it in the mailbox or the headers; days are told by the server only. */
async function today(page) {
  const answer = await page.request.get(`${BASE}/api/v1/me/home`);
  return (await answer.json()).now.slice(0, 10);
}

const journeys = {
  async "somebody who is not signed in is sent to sign in and back"() {
    const page = await as("nobody");
    await open(page, "/me/claims");
    check(new URL(page.url()).pathname === "/sign-in", `is at ${page.url()}`);
    check(decodeURIComponent(page.url()).includes("back=/me/claims"), `comes back to ${page.url()}`);
  },

  async "signing in takes an address and the code from the mail"() {
    const page = await as("nobody");
    await open(page, "/sign-in");
    await page.fill('[name="address"]', "walker@example.org");
    await send(page, "/sign-in");
    const mailbox = await as("nobody");
    await open(mailbox, "/demo/mailbox");
    const code = (await text(mailbox)).match(/\b\d{6}\b/)[0];
    await page.fill('[name="code"]', code === "000000" ? "000001" : "000000");
    await page.locator("main form").first().locator('button[type="submit"]').first().click();
    check(/wrong|code/i.test(await text(page)), "a wrong code is told");
    await page.fill('[name="code"]', code);
    await page.locator("main form").first().locator('button[type="submit"]').first().click();
    await open(page, "/me");
    check(new URL(page.url()).pathname === "/me", `is at ${page.url()}`);
  },

  async "a newcomer joins with consent and gets a receipt"() {
    const page = await as("newcomer");
    await open(page, PLAN);
    await page.click(`a[href="${PLAN}/join"]`);
    await page.locator('main .actions a[href*="/join/health"], main .actions a[href*="/me/identity"]').first().click();
    if (page.url().includes("/me/identity")) {
      await page.fill('[name="name"]', "Nina Newcomer");
      await page.fill('[name="identity_number"]', "N0000000001");
      await fillDate(page, "birth", "1991-04-05");
      await send(page, "/me/identity");
    }
    check(page.url().includes("/join"), `is at ${page.url()}`);
    if (!page.url().includes("/health")) await page.locator('main a[href*="/join/health"]').first().click();
    for (const group of await page.locator('main fieldset:has(input[type="radio"])').all()) {
      await group.locator('input[type="radio"][value="no"]').check();
    }
    await send(page, "/join/check");
    await send(page, "/join/send", 422);
    check((await page.locator('[name="mandate"][aria-describedby]').count()) === 1, "the mandate is missed at its field");
    await page.check('[name="mandate"]');
    const form = await page.locator('form[action$="/join/send"]').evaluate((form) => Object.fromEntries(new FormData(form)));
    await send(page, "/join/send");
    check(/enr_[0-9a-f]{32}/.test(page.url() + (await page.content())), `no receipt at ${page.url()}`);
    // A double click sends the same form again.
    const again = await page.request.post(`${BASE}${PLAN}/join/send`, { form });
    check(again.ok(), `the same form again answers ${again.status()}`);
    await open(page, "/me");
    check(/Wait|wait/.test(await text(page)), "home says until when the wait lasts");
  },

  async "somebody joins once, however often the button is pressed"() {
    const page = await as("newcomer");
    await open(page, "/me");
    check((await page.locator('main a[href$="/leave"]').count()) === 1, "one cover");
  },

  async "a member files a claim with a file"() {
    const page = await as("member");
    await open(page, "/me/claims/new");
    if (!(await page.locator('[name="event_date-day"]').count())) await page.locator("main ul.tasks a").first().click();
    await page.locator('[name="accident"][value="yes"]').check();
    await fillDate(page, "event_date", await today(page));
    const condition = page.locator('[name="condition"]');
    if ((await condition.first().evaluate((e) => e.tagName)) === "SELECT") {
      await condition.selectOption({ index: (await condition.locator("option").count()) - 1 });
    } else {
      await condition.last().check();
    }
    await send(page, "/me/claims/check");
    await send(page, "/me/claims/begin");
    wandering = page.url().match(/clm_[0-9a-f]{32}/)[0];
    await open(page, `/me/claims/${wandering}/files`);
    await page.setInputFiles('[name="file"]', [FILE, { ...FILE, name: "second.pdf", buffer: Buffer.from("%PDF-1.4\n% two\n%%EOF\n") }]);
    await send(page, `/me/claims/${wandering}/files`);
    await open(page, `/me/claims/${wandering}`);
    await page.check('[name="true"]');
    await send(page, `/me/claims/${wandering}/report`);
    await open(page, `/me/claims/${wandering}`);
    check((await page.locator("form[action$='/report']").count()) === 0, "handed in");
  },

  async "a reviewer takes the claim and asks for more"() {
    const page = await as("reviewer", DESKTOP);
    await open(page, "/staff/review");
    await open(page, `/staff/claims/${wandering}`);
    await send(page, `/staff/claims/${wandering}/take`);
    await page.fill('form[action$="/request"] [name="text"]', "Please add the report of the accident.");
    await send(page, `/staff/claims/${wandering}/request`);
  },

  async "the claimant reads what is asked and answers"() {
    const page = await as("member");
    await open(page, `/me/claims/${wandering}`);
    check((await text(page)).includes("Please add the report of the accident."), "the request is shown");
    await open(page, `/me/claims/${wandering}/files`);
    await page.setInputFiles('[name="file"]', { ...FILE, name: "third.pdf", buffer: Buffer.from("%PDF-1.4\n% three\n%%EOF\n") });
    await send(page, `/me/claims/${wandering}/files`);
    await open(page, `/me/claims/${wandering}`);
    await send(page, `/me/claims/${wandering}/complete`);
  },

  async "the reviewer recommends and cannot confirm the own advice"() {
    const page = await as("reviewer", DESKTOP);
    await open(page, `/staff/claims/${wandering}`);
    const approve = page.locator('form[action$="/approve"] button');
    if (await approve.count()) {
      await send(page, "/approve");
    } else {
      await page.locator('form[action$="/refuse"] select').selectOption({ index: 1 });
      await send(page, "/refuse");
    }
    await open(page, `/staff/claims/${wandering}`);
    check((await page.locator('form[action$="/confirm"]').count()) === 0, "no button to confirm the own advice");
  },

  async "a second person confirms"() {
    const page = await as("confirmer", DESKTOP);
    await open(page, "/staff/confirm");
    check((await page.locator(`a[href="/staff/claims/${wandering}"]`).count()) === 1, "it is in the queue");
    await open(page, `/staff/claims/${wandering}`);
    await send(page, `/staff/claims/${wandering}/confirm`);
    await open(page, "/staff/confirm");
    check((await page.locator(`a[href="/staff/claims/${wandering}"]`).count()) === 0, "it has left the queue");
  },

  async "the claimant sees what was decided and by whom it goes on"() {
    const page = await as("member");
    await open(page, `/me/claims/${wandering}`);
    check((await page.locator("main ol li, main .timeline li").count()) >= 5, "every step is in the timeline");
  },

  async "the operator sees what a period would cost before it begins"() {
    const page = await as("operator", DESKTOP);
    await open(page, "/operator");
    const desks = page.locator('main a[href^="/operator/periods/"]');
    check((await desks.count()) > 0, "a period desk is linked");
    await open(page, await desks.first().getAttribute("href"));
    check((await page.locator("aside li").count()) >= 3, "the steps of the period are shown");
  },

  async "the books are open to the auditor and closed to a member"() {
    const auditor = await as("auditor", DESKTOP);
    await open(auditor, "/books");
    await open(auditor, "/audit");
    const member = await as("member");
    await open(member, "/audit", 403);
    check((await text(member)).length > 40, "the refusal says what it is about");
  },

  async "a member leaves in one step and is told what is still owed"() {
    const page = await as("newcomer");
    await open(page, "/me");
    await page.locator('main a[href$="/leave"]').first().click();
    check((await page.locator("main dl").count()) > 0, "what leaving means is shown first");
    await send(page, "/leave");
    await open(page, "/me");
    check((await page.locator('main a[href$="/leave"]').count()) === 0, "there is nothing left to leave");
  },

  async "language and theme are kept by links without script"() {
    const made = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false, locale: "en-GB" });
    const page = await made.newPage();
    await open(page, "/?lang=zh&theme=dark");
    await open(page, PLAN);
    check((await page.locator("html").getAttribute("lang")).startsWith("zh"), "the language is kept");
    check((await page.locator("html").getAttribute("data-theme")) === "dark", "the theme is kept");
  },
};

let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  try {
    await journey();
    console.log(`journeys: ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`journeys: FAILED  ${name}\n  ${error.message.split("\n").slice(0, 6).join("\n  ")}`);
  }
}
await browser.close();
console.log(`journeys: ${Object.keys(journeys).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
