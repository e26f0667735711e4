// The pictures of the README: main pages of the demo on phone and desktop, in both languages, light and dark.

import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { BASE, become, context, launch } from "./browser.mjs";

const FOLDER = process.env.PICTURES;
const PHONE = { width: 390, height: 780 };
const DESKTOP = { width: 1180, height: 820 };
/** All pictures together: a README is read on trains too. */
const BYTES = 1_500_000;
const PLAN = "/plans/demo-town";

/** The first address on a page that fits. */
async function first(page, path, fits) {
  await page.goto(BASE + path);
  const links = await page.$$eval("main a[href]", (all) => all.map((link) => link.getAttribute("href")));
  const found = links.find((link) => fits.test(link));
  if (!found) throw new Error(`${path} has no link like ${fits}: ${links.join(" ")}`);
  return found;
}

/** Name, persona, how to find the address. */
const SUBJECTS = {
  plan: ["nobody", () => PLAN],
  home: ["member", () => "/me"],
  notice: ["nobody", async (page) => {
    await page.goto(`${BASE}${PLAN}/notice`);
    // Between two notices the board is empty; a card of the last period shows what stood on it.
    if (await page.locator("main ul.grid > li").count()) return `${PLAN}/notice`;
    const periods = await page.goto(`${BASE}${PLAN}/periods`).then(() =>
      page.$$eval("main a[href]", (all) => all.map((link) => link.getAttribute("href"))));
    for (const period of periods.filter((link) => /\/periods\/\d/.test(link))) {
      await page.goto(BASE + period);
      const card = page.locator('main a[href*="/notice/clm_"]').first();
      if (await card.count()) return card.getAttribute("href");
    }
    throw new Error("no period has a card");
  }],
  statement: ["nobody", (page) => first(page, `${PLAN}/periods`, /\/periods\/\d/)],
  claim: ["aided", (page) => first(page, "/me/claims", /\/me\/claims\/clm_/)],
  log: ["nobody", () => "/log"],
  entry: ["nobody", (page) => first(page, "/log", /^\/log\/\d+\/\d+$/)],
  receipt: ["aided", async (page) => {
    const claim = await first(page, "/me/claims", /\/me\/claims\/clm_/);
    return first(page, claim, /\/receipt$/);
  }],
  verify: ["nobody", () => "/verify"],
  desk: ["reviewer", (page) => first(page, "/staff/review", /\/staff\/claims\/clm_/)],
  period: ["operator", (page) => first(page, "/operator", /\/operator\/periods\//)],
};

const PICTURES = [
  ["plan", DESKTOP, "en", "light"], ["plan", PHONE, "zh", "light"], ["plan", PHONE, "en", "dark"],
  ["home", DESKTOP, "en", "light"], ["home", PHONE, "zh", "dark"], ["home", PHONE, "en", "light"],
  ["notice", DESKTOP, "zh", "light"], ["notice", PHONE, "en", "dark"],
  ["statement", DESKTOP, "en", "light"], ["statement", PHONE, "zh", "light"],
  ["claim", PHONE, "en", "light"], ["claim", PHONE, "zh", "dark"],
  ["log", DESKTOP, "en", "light"], ["log", PHONE, "zh", "dark"], ["entry", PHONE, "en", "light"],
  ["receipt", PHONE, "zh", "light"], ["verify", DESKTOP, "en", "light"],
  ["desk", DESKTOP, "en", "light"],
  ["period", DESKTOP, "en", "light"],
];

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
let failed = 0;
for (const [subject, size, lang, theme] of PICTURES) {
  const [persona, find] = SUBJECTS[subject];
  const made = await context(browser, { lang, theme, size });
  try {
    if (!(await become(made, persona))) throw new Error(`the demo has no ${persona}`);
    const page = await made.newPage();
    await page.goto(BASE + (await find(page)));
    const bytes = await page.screenshot({ animations: "disabled" });
    const name = `${subject}-${size === PHONE ? "phone" : "desktop"}-${lang}-${theme}.png`;
    writeFileSync(`${FOLDER}/${name}`, bytes);
    console.log(`pictures: ${name} ${bytes.length}`);
  } catch (error) {
    failed += 1;
    console.log(`pictures: FAILED ${subject} ${lang} ${theme}: ${error.message}`);
  }
  await made.close();
}
await browser.close();
const sum = readdirSync(FOLDER).map((name) => statSync(`${FOLDER}/${name}`).size).reduce((a, b) => a + b, 0);
console.log(`pictures: ${sum} bytes together, at most ${BYTES}`);
process.exit(failed === 0 && sum <= BYTES ? 0 : 1);
