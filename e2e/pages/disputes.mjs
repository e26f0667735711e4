// Journeys of people who do not agree, in both languages, each page with the accessibility audit and no rule switched off: jurors
// pass the exam and vote, a member objects to a card on notice, a reviewer handles twenty claims without a mouse, a claimant on a
// phone files, is refused, asks for a jury, and wins. The clock of the demo is put forward where a vote has to end.
//
// A step that fails says the page, what was expected and what stood there. `ONLY=keyboard` runs the journeys whose name has this word.

import { readFileSync } from "node:fs";
import { AXE, BASE, DESKTOP, PHONE, become, context, kind, launch } from "./browser.mjs";
import { api, fileClaim, openCase, report, today } from "./town.mjs";

const PLAN = "/plans/demo-town";
const LANGUAGES = ["en", "zh"];
/** Claims that the reviewer handles by keyboard. */
const BY_KEYBOARD = 20;
const TABS_MAX = 120;

const browser = await launch();
const opened = new Set();
const kinds = new Set();
let audits = 0;

async function text(page) {
  return (await page.locator("main").innerText()).replace(/\s+/g, " ");
}

async function check(condition, page, what) {
  if (!condition) throw new Error(`${new URL(page.url()).pathname}: ${what}; the page says: ${(await text(page)).slice(0, 600)}`);
}

/** A browser of a persona in a language. */
async function as(persona, lang, size = DESKTOP) {
  const made = await context(browser, { lang, size });
  opened.add(made);
  if (!(await become(made, persona))) throw new Error(`the demo has no ${persona}`);
  const page = await made.newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(error.message));
  return page;
}

/** What every page of a journey must be: accessible, within its width, in the language asked for, without an error of a script. */
async function audit(page, lang) {
  const here = kind(page.url());
  const said = await page.locator("html").getAttribute("lang");
  await check(said.startsWith(lang), page, `is in ${said}, not ${lang}`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await check(width <= page.viewportSize().width, page, `is ${width} wide on ${page.viewportSize().width}`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  audits += 1;
  kinds.add(here);
  const found = violations.map((one) => `${one.id} at ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  await check(found.length === 0, page, `the audit finds ${found.join("; ")}`);
  await check(page.wrong.length === 0, page, `a script failed: ${page.wrong.join("; ")}`);
}

async function open(page, lang, path) {
  const answer = await page.goto(BASE + path);
  await check(answer.status() === 200, page, `answers ${answer.status()} to ${path}`);
  await audit(page, lang);
}

/** Follows the first link of the page that fits. */
async function follow(page, lang, selector) {
  const link = page.locator(selector).first();
  await check(await link.count() > 0, page, `has no link ${selector}`);
  await open(page, lang, await link.getAttribute("href"));
}

/** Presses a button of the form with this action and waits for the page that comes. */
async function send(page, lang, action, { status = 200, button = 'button[type="submit"]' } = {}) {
  const form = page.locator(`form[action$="${action}"]`).filter({ has: page.locator(button) }).first();
  await check(await form.count() > 0, page, `has no form to ${action} with ${button}`);
  const came = page.waitForResponse((answer) =>
    answer.request().isNavigationRequest() && (answer.status() < 300 || answer.status() >= 400));
  await form.locator(button).first().click();
  const answer = await came;
  await page.waitForLoadState("load");
  await check(answer.status() === status, page, `${action} answers ${answer.status()}, not ${status}`);
  await audit(page, lang);
}

async function fillDate(page, name, date) {
  const [year, month, day] = date.split("-");
  await page.fill(`[name="${name}-day"]`, day);
  await page.fill(`[name="${name}-month"]`, month);
  await page.fill(`[name="${name}-year"]`, year);
}

/** Puts the clock of the demo forward by a day. */
async function aDayPasses(lang) {
  const page = await as("nobody", lang, PHONE);
  await open(page, lang, "/demo/clock");
  await send(page, lang, "/demo/clock", { button: 'button[value="24"]' });
}

/** What somebody knows who has read the rules of the plan: which option is right, from 0, for each question of the exam. */
const RIGHT = {
  "what-is-mutual-aid": 1, "who-decides": 2, "jury-is-bound-by": 0, "frozen-terms": 1, "knows-claimant": 2, "no-pressure": 0,
  "sympathy": 1, "secret-until-close": 2, "step-aside": 0, "evidence-missing": 1, "old-illness": 2, "name-masked": 0,
  "question-to-party": 1, "one-ballot": 2, "reason-is-published": 0, "courts": 1, "share-text": 2,
  "wait-days": 0, "accident-exempt": 0, "filing-deadline": 1, "notice-length": 0, "fee": 0, "leaves-after-aid": 0,
  "owes-noticed-period": 0, "shortfall": 0, "cap-per-claim": 0, "standing": 1, "threshold": 2, "vote-hours": 1,
};

function known(question, lang) {
  const words = readFileSync(new URL(`../../crates/web/locales/${lang}/jury.ftl`, import.meta.url), "utf8");
  const name = Object.keys(RIGHT).find((name) => words.split("\n").includes(`exam-${name} = ${question.trim()}`));
  if (!name) throw new Error(`the exam asks what nobody knows: ${question}`);
  return RIGHT[name];
}

/** Answers every question of the exam. */
async function answerExam(page, right) {
  const groups = await page.locator("main form fieldset").all();
  await check(groups.length === 10, page, `asks ${groups.length} questions, not 10`);
  for (const [at, group] of groups.entries()) {
    const options = await group.locator('input[type="radio"]').all();
    await options[right[at]].check();
  }
}

/** Who judges and who asks, in each language: nobody is both in one case, and nobody claims who has had the aid of journeys.mjs. */
const PEOPLE = {
  en: { examinee: "member", objector: "member", claimant: "neighbour" },
  zh: { examinee: "neighbour", objector: "neighbour", claimant: "parent" },
};

async function passExam(page, lang) {
  await open(page, lang, "/me/juror");
  if (await page.locator('form[action$="/exam/begin"]').count()) await send(page, lang, "/exam/begin");
  else await follow(page, lang, 'main a[href$="/exam"]');
  // A sheet with an open question comes back, and keeps what was chosen.
  await page.locator('main fieldset input[type="radio"]').first().check();
  await send(page, lang, "/exam", { status: 422 });
  await check(await page.locator(".problems").count() === 1, page, "an open question is not told");
  await check(await page.locator('main fieldset input[type="radio"]').first().isChecked(), page, "what was chosen is lost");
  const questions = await page.locator("main form fieldset legend").allInnerTexts();
  await answerExam(page, questions.map((question) => known(question, lang)));
  await send(page, lang, "/exam");
}

const journeys = {
  async "juror: passes the exam and votes"(lang) {
    const page = await as(PEOPLE[lang].examinee, lang, PHONE);
    await passExam(page, lang);
    await open(page, lang, "/me/juror");
    await check(await page.locator('input[name="willing"][value="no"]').count() === 1, page, "is no juror after the exam");
    const jury = await openCase((persona) => as(persona, lang, PHONE), PEOPLE[lang].claimant);
    await open(page, lang, "/me/juror");
    await follow(page, lang, `main a[href="/me/juror/cases/${jury}"]`);
    const docket = new URL(page.url()).pathname;
    await follow(page, lang, 'main a[href$="/aside"]');
    await send(page, lang, "/aside", { status: 422, button: 'button[value="close"]' });
    await check(await page.locator('.problems a[href="#close"]').count() === 1, page, "an empty reason is not told");
    await open(page, lang, docket);
    await send(page, lang, "/ballot", { status: 422 });
    await check(await page.locator('.problems a[href="#choice"]').count() === 1, page, "a missing choice is not told");
    await page.locator('[name="choice"][value="for-claimant"]').check();
    await page.fill('[name="reason"]', "The paper is from after the joining. 检查在加入之后。");
    await send(page, lang, "/ballot");
    await check(await page.locator('form[action$="/ballot"]').count() === 0, page, "can vote twice");
    await check(await page.locator('a[href$="/receipt"][download]').count() === 1, page, "has no receipt");
    const receipt = await page.request.get(BASE + docket + "/receipt");
    const kept = await receipt.json();
    await check(receipt.ok() && /ballot-receipt/.test(JSON.stringify(kept)), page, `receipt: ${JSON.stringify(kept).slice(0, 200)}`);
  },

  async "objection: a member objects to a card on notice, staff answer"(lang) {
    const page = await as(PEOPLE[lang].objector, lang, PHONE);
    await open(page, lang, `${PLAN}/notice`);
    const cards = await page.$$eval('main a[href*="/notice/clm_"]', (all) => all.map((link) => link.getAttribute("href")));
    await check(cards.length > 0, page, "shows no card");
    let card = "";
    for (const one of cards) {
      await open(page, lang, one);
      if (await page.locator('main form#form [name="ground"]').count()) { card = one; break; }
    }
    await check(card !== "", page, "no card takes an objection");
    await send(page, lang, card, { status: 422 });
    await check(await page.locator(".problems").count() === 1, page, "an empty objection is not told");
    await page.locator('[name="ground"]').first().check();
    const said = `I was in the same ward, and the card is wrong (${lang}).`;
    await page.fill('[name="text"]', said);
    await send(page, lang, card);
    await open(page, lang, "/me/objections");
    await follow(page, lang, 'main a[href^="/me/objections/obj_"]');
    await check((await text(page)).includes(said), page, "does not show what was said");
    const objection = new URL(page.url()).pathname.split("/").pop();
    const answered = `The hospital confirms what the card says (${lang}).`;
    let done = false;
    for (const persona of ["confirmer", "reviewer"]) {
      const staff = await as(persona, lang, DESKTOP);
      await open(staff, lang, "/staff/objections");
      const link = staff.locator(`main a[href="/staff/objections/${objection}"]`);
      if (!(await link.count())) continue;
      await open(staff, lang, `/staff/objections/${objection}`);
      if (!(await staff.locator('form[action$="/answer"]').count())) continue;
      await staff.locator('[name="answer"][value="dismissed"]').check();
      await staff.fill('[name="text"]', answered);
      await send(staff, lang, "/answer");
      done = true;
      break;
    }
    await check(done, page, "nobody could answer");
    await open(page, lang, `/me/objections/${objection}`);
    await check((await text(page)).includes(answered), page, "does not show the answer");
    await check(await page.locator('form[action$="/withdraw"]').count() === 0, page, "can still be taken back");
  },

  async "keyboard: a reviewer handles 20 claims without a mouse"(lang) {
    await fileClaims(lang);
    const page = await as("reviewer", lang, DESKTOP);
    const keys = page.keyboard;
    const claim = () => /clm_[0-9a-f]{32}/.exec(page.url())?.[0];
    const focused = (selector) => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    /** Tab until the focus is on something that fits, and can be seen there. */
    const reach = async (selector, what) => {
      for (let n = 0; n < TABS_MAX && !(await focused(selector)); n += 1) await keys.press("Tab");
      await check(await focused(selector), page, `Tab does not reach ${what}`);
      const ring = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      });
      await check(ring, page, `the focus on ${what} cannot be seen`);
    };
    const enter = async (what) => {
      const came = page.waitForResponse((answer) =>
        answer.request().isNavigationRequest() && (answer.status() < 300 || answer.status() >= 400), { timeout: 20_000 });
      await keys.press("Enter");
      const answer = await came.catch(() => null);
      await check(answer?.status() === 200, page, `${what} answers ${answer?.status()}`);
      await page.waitForLoadState("load");
      await audit(page, lang);
    };
    await open(page, lang, "/staff/review");
    // Claims that nobody has.
    await reach('main a[href*="show=new"]', "the filter");
    await enter("the filter");
    await reach('main table a[href^="/staff/claims/"]', "the first claim");
    await enter("the first claim");
    const handled = new Set();
    for (let n = 0; handled.size < BY_KEYBOARD; n += 1) {
      await check(n < 3 * BY_KEYBOARD, page, `handled only ${handled.size}`);
      const one = claim();
      await check(one && !handled.has(one), page, `came to ${one} again after ${handled.size}`);
      // The first file in the page, larger, and back.
      if (n % 5 === 0) {
        const before = page.url();
        await keys.press("j");
        await page.waitForURL((url) => url.href !== before);
        await page.waitForLoadState("load");
        await check(await page.locator(".viewer .pane").count() === 1, page, "j shows no file");
        await keys.press("+");
        await check(await page.locator(".viewer.zoom-2").count() === 1, page, "+ does not enlarge");
        await audit(page, lang);
      }
      const take = page.locator('form[action$="/take"]');
      if (await take.count()) {
        await keys.press("r");
        await check(await focused('form[action$="/take"] button'), page, "r does not lead to the button that takes the claim");
        await enter("taking the claim");
      }
      await keys.press("r");
      if (n % 2 === 0 && (await page.locator('form[action$="/approve"] button').count())) {
        await reach('form[action$="/approve"] button', "approve");
      } else {
        await reach('form[action$="/refuse"] select', "the reasons");
        await keys.press("ArrowDown");
        await keys.press("Tab");
        await check(await focused('form[action$="/refuse"] button'), page, "the button is not behind the reasons");
      }
      await enter("the advice");
      handled.add(one);
      await check(await page.locator(".banner.good").count() > 0, page, "nothing says that it was done");
      if (handled.size < BY_KEYBOARD && !claim()) {
        await reach('main table a[href^="/staff/claims/"]', "the next claim");
        await enter("the next claim");
      }
    }
    for (const one of handled) {
      const { state } = await api(page, "GET", `/claims/${one}`);
      await check(state === "recommended", page, `${one} is ${state} after all`);
    }
  },

  async "claimant: files on a phone, is refused, asks for a jury, wins"(lang) {
    const page = await as(PEOPLE[lang].claimant, lang, PHONE);
    const claim = await fileOnPhone(page, lang);
    await refuse(claim, lang);
    await open(page, lang, `/me/claims/${claim}`);
    await follow(page, lang, `main a[href="/me/claims/${claim}/jury"]`);
    await send(page, lang, "/jury", { status: 422 });
    await check(await page.locator('.problems a[href="#statement"]').count() === 1, page, "an empty statement is not told");
    const said = `My arm was broken after I had joined, see the report (${lang}). 手臂是在加入之后摔断的。`;
    await page.fill('[name="statement"]', said);
    await send(page, lang, "/jury");
    const jury = /jur_[0-9a-f]{32}/.exec(page.url())?.[0];
    await check(jury && (await text(page)).includes(said), page, "the case does not show the statement");
    const clerk = await as("clerk", lang, DESKTOP);
    await open(clerk, lang, "/staff");
    await follow(clerk, lang, 'nav.nav a[href="/staff/jury"]');
    await follow(clerk, lang, `main a[href="/staff/jury/${jury}"]`);
    await send(clerk, lang, "/accept");
    const juror = await as("juror", lang, PHONE);
    await open(juror, lang, "/inbox");
    await open(juror, lang, `/me/juror/cases/${jury}`);
    await check((await text(juror)).includes(said), juror, "the docket does not show the statement");
    await ask(juror, lang, clerk, page, jury);
    await open(juror, lang, `/me/juror/cases/${jury}`);
    await vote(juror, lang);
    const { needed } = await api(page, "GET", `/jury-cases/${jury}`);
    await otherVotes(jury, lang, needed - 1);
    await open(page, lang, `/jury-cases/${jury}`);
    await check(await page.locator("main .banner.good, main a[href*='/verdicts/']").count() === 0, page, "shows how the vote goes");
    await aDayPasses(lang);
    const later = await as(PEOPLE[lang].claimant, lang, PHONE);
    await open(later, lang, `/jury-cases/${jury}`);
    await check(await later.locator(".banner.good").count() === 1, later, "has no verdict");
    await follow(later, lang, `main a[href="/verdicts/${jury}"]`);
    await open(later, lang, `/me/claims/${claim}`);
    const { state } = await api(later, "GET", `/claims/${claim}`);
    await check(state === "approved", later, `the claim is ${state} after the verdict`);
    const steps = await later.locator("main ol.line > li").allInnerTexts();
    await check(steps.length >= 8, later, `tells ${steps.length} steps, and not those of the jury`);
    await check(await later.locator('main a[href$="/jury"]').count() > 0, later, "leads to no jury");
    await open(later, lang, "/inbox");
  },
};

/** A claim for each that the reviewer is to handle. */
async function fileClaims(lang) {
  const page = await as("neighbour", lang, PHONE);
  for (let n = 0; n < BY_KEYBOARD; n += 1) await fileClaim(page);
}

/** From the home page to the claim that is handed in. */
async function fileOnPhone(page, lang) {
  await open(page, lang, "/me/claims/new");
  if (!(await page.locator('[name="event_date-day"]').count())) await follow(page, lang, "main ul.tasks a");
  await send(page, lang, "/me/claims/check", { status: 422 });
  await check(await page.locator(".problems").count() === 1, page, "an empty form is not told");
  await page.locator('[name="accident"][value="yes"]').check();
  await fillDate(page, "event_date", await today(page));
  await page.locator('[name="condition"]').last().check();
  await send(page, lang, "/me/claims/check");
  await send(page, lang, "/me/claims/begin");
  const claim = /clm_[0-9a-f]{32}/.exec(page.url())[0];
  await follow(page, lang, `main a[href="/me/claims/${claim}/files"]`);
  await page.setInputFiles('[name="file"]', [report("diagnosis"), report("accident")]);
  await page.locator(`form[action$="/files"] button`).first().click();
  await page.waitForFunction(() => document.querySelectorAll("main section.sheet").length === 2, null, { timeout: 30_000 });
  await audit(page, lang);
  await open(page, lang, `/me/claims/${claim}`);
  await send(page, lang, "/report", { status: 422 });
  await page.check('[name="true"]');
  await send(page, lang, "/report");
  return claim;
}

/** Two people refuse it: one takes it and recommends, the other one confirms. */
async function refuse(claim, lang) {
  const reviewer = await as("reviewer", lang, DESKTOP);
  await open(reviewer, lang, `/staff/claims/${claim}`);
  await send(reviewer, lang, "/take");
  await reviewer.locator('form[action$="/refuse"] select').selectOption("condition-not-met");
  await send(reviewer, lang, "/refuse");
  const confirmer = await as("confirmer", lang, DESKTOP);
  await open(confirmer, lang, "/staff/confirm");
  await follow(confirmer, lang, `main a[href="/staff/claims/${claim}"]`);
  await send(confirmer, lang, "/confirm");
}

/** A juror asks the claimant, through the clerk, and reads the answer. */
async function ask(juror, lang, clerk, claimant, jury) {
  const question = `On which day did it happen (${lang})?`;
  await juror.locator("details.more summary").first().click();
  await juror.fill('form[action$="/question"] [name="text"]', question);
  await send(juror, lang, "/question");
  await open(clerk, lang, `/staff/jury/${jury}`);
  await check((await text(clerk)).includes(question), clerk, "the clerk does not see the question");
  await send(clerk, lang, "/sort", { button: 'button[value="yes"]' });
  await open(claimant, lang, "/inbox");
  await open(claimant, lang, `/jury-cases/${jury}`);
  const answer = `This morning, on the stairs (${lang}).`;
  await claimant.fill('form[action$="/answer"] textarea', answer);
  await send(claimant, lang, "/answer");
  await open(juror, lang, `/me/juror/cases/${jury}`);
  await check((await text(juror)).includes(answer), juror, "the juror does not see the answer");
}

async function vote(juror, lang) {
  await juror.locator('[name="choice"][value="for-claimant"]').check();
  await juror.fill('[name="reason"]', "It was an accident after joining. 是加入之后的意外。");
  await send(juror, lang, "/ballot");
}

/** As many more votes as the plan wants: neighbours of all kinds, who pass the exam first where they have not. */
async function otherVotes(jury, lang, wanted) {
  let votes = 0;
  const all = ["member", "neighbour", "parent", "claimant", "refused"].filter((one) => one !== PEOPLE[lang].claimant);
  for (const persona of all) {
    if (votes >= wanted) return;
    const page = await as(persona, lang, PHONE);
    const docket = `/me/juror/cases/${jury}`;
    if ((await page.goto(BASE + docket)).status() !== 200) {
      await open(page, lang, "/me/juror");
      if (await page.locator('form[action$="/exam/begin"], a[href$="/exam"]').count()) await passExam(page, lang);
      if ((await page.goto(BASE + docket)).status() !== 200) continue;
    }
    if (!(await page.locator('form[action$="/ballot"]').count())) continue;
    await vote(page, lang);
    votes += 1;
  }
  if (votes < wanted) throw new Error(`the demo has ${votes} more jurors, and ${wanted} votes are needed`);
}

let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) continue;
  for (const lang of LANGUAGES) {
    const begun = Date.now();
    try {
      await journey(lang);
      console.log(`disputes: ok      ${lang} ${name} (${Math.round((Date.now() - begun) / 1000)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`disputes: FAILED  ${lang} ${name}\n  ${error.message.split("\n").slice(0, 8).join("\n  ")}`);
    }
    for (const made of opened) await made.close();
    opened.clear();
  }
}
await browser.close();
console.log(`disputes: ${audits} audits of ${kinds.size} kinds of pages, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
