// What people of the demo do through the API, so that pages and journeys have something to be about.

import { BASE } from "./browser.mjs";

const CONDITION = "accident-injury";

/** A PDF of one page with its name on it. */
export function report(name) {
  const said = `BT /F1 24 Tf 60 760 Td (${name} ${crypto.randomUUID()}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${said.length} >>\nstream\n${said}\nendstream`, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let file = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
  file += `${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return { name: `${name}.pdf`, mimeType: "application/pdf", buffer: Buffer.from(file) };
}

/** A call of the API as the person of a page or of a context. */
export const api = async (page, method, path, data) => {
  const headers = { "idempotency-key": crypto.randomUUID() };
  const answer = await page.request.fetch(`${BASE}/api/v1${path}`, { method, headers, ...(data ? { data } : {}) });
  if (!answer.ok()) throw new Error(`${method} ${path} answers ${answer.status()}: ${(await answer.text()).slice(0, 400)}`);
  return answer.status() === 204 ? null : answer.json();
};

/** A new id: a UUIDv7 of now, as callers of the API make them. */
export function fresh(prefix) {
  const time = Date.now().toString(16).padStart(12, "0");
  const rest = crypto.randomUUID().replaceAll("-", "").slice(13);
  return `${prefix}_${time}7${rest}`;
}

export async function today(page) {
  return (await api(page, "GET", "/me/home")).now.slice(0, 10);
}

/** Files a claim about an accident of today, with a paper, through the API. */
export async function fileClaim(page) {
  const claim = await draft(page);
  const put = await page.request.put(`${BASE}/api/v1/claims/${claim}/evidence/${fresh("evd")}`, {
    headers: { "idempotency-key": crypto.randomUUID(), "content-type": "application/pdf" }, data: report("paper").buffer,
  });
  if (!put.ok()) throw new Error(`evidence answers ${put.status()}: ${await put.text()}`);
  await api(page, "POST", `/claims/${claim}/report`);
  return claim;
}

/** A claim of a persona that two people refused. `as` gives a page or a context of a persona. */
export async function refusedClaim(as, claimant) {
  const claim = await fileClaim(await as(claimant));
  const reviewer = await as("reviewer");
  await api(reviewer, "POST", `/claims/${claim}/take`);
  await api(reviewer, "POST", `/claims/${claim}/recommendation`, { advice: "refuse", reason: "condition-not-met" });
  await api(await as("confirmer"), "POST", `/claims/${claim}/confirmation`);
  return claim;
}

/** A dispute that is open to all jurors. */
export async function openCase(as, claimant) {
  const claim = await refusedClaim(as, claimant);
  const jury = fresh("jur");
  await api(await as(claimant), "POST", `/claims/${claim}/jury-cases`, { case: jury, statement: "It was an accident. 是意外。" });
  await api(await as("clerk"), "POST", `/jury-cases/${jury}/acceptance`);
  return jury;
}

/** A draft of a claim. */
export async function draft(page) {
  const enrolment = /enr_[0-9a-f]{32}/.exec(JSON.stringify(await api(page, "GET", "/me/home")))[0];
  const claim = fresh("clm");
  const illness = { condition: CONDITION, severity: "mild", event_date: await today(page), accident: true };
  await api(page, "POST", "/claims", { claim, enrolment, illness });
  return claim;
}

/** An objection to a card on notice that the person may object to; nothing where there is none. */
export async function objection(page) {
  const board = await (await page.request.get(`${BASE}/plans/demo-town/notice`)).text();
  for (const claim of new Set(board.match(/clm_[0-9a-f]{32}/g) ?? [])) {
    const id = fresh("obj");
    const answer = await page.request.post(`${BASE}/api/v1/claims/${claim}/objections`, {
      headers: { "idempotency-key": crypto.randomUUID() },
      data: { objection: id, ground: "not-as-stated", text: "The date cannot be right. 日期不对。" },
    });
    if (answer.ok()) return id;
  }
  return null;
}
