// What audit, journeys and pictures share: the browser of the system, contexts of a kind, personas of the demo.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

/** The accessibility audit, as a script for a page. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const BASE = process.env.BASE;
export const PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1280, height: 900 };
/** Every kind of visitor of the demo. */
export const PERSONAS = [
  "nobody", "newcomer", "member", "parent", "claimant", "refused", "aided",
  "reviewer", "confirmer", "investigator", "clerk", "juror", "operator", "auditor",
];

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A browser context with a language, a theme and a size of its own. */
export async function context(browser, { lang = "en", theme = "light", size = DESKTOP, script = true, scale = 1 } = {}) {
  const made = await browser.newContext({
    viewport: size,
    locale: lang === "zh" ? "zh-CN" : "en-GB",
    colorScheme: theme,
    javaScriptEnabled: script,
    deviceScaleFactor: scale,
    reducedMotion: "reduce",
  });
  await made.addCookies([
    { name: "huzhu-language", value: lang, url: BASE },
    { name: "huzhu-theme", value: theme, url: BASE },
  ]);
  return made;
}

/** Becomes a persona through the form of the demo. Answers false when this demo has no such person. */
export async function become(made, persona) {
  const answer = await made.request.post(`${BASE}/demo/persona`, { form: { persona, back: "/" }, maxRedirects: 0 });
  if (answer.status() === 404) return false;
  if (answer.status() !== 303) throw new Error(`persona ${persona}: ${answer.status()}`);
  return true;
}

/** An address with ids taken out: pages of one kind look alike. */
export function kind(address) {
  const url = new URL(address, BASE);
  return url.pathname
    .replace(/(?<![a-z])([a-z]{3})_[0-9a-f]{32}/g, "{$1}")
    .replace(/\b\d{4}-\d{2}-\d+\b/g, "{period}")
    .replace(/\/v?\d+(\.toml)?(?=\/|$)/g, "/{n}");
}
