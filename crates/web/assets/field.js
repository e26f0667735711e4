// The queue of investigators: findings and files that are handed in without a network stay in this browser and are sent when it
// is back. Every page works without this file.
//
// What is kept: a draft for each claim with its text, its files and its keys; the questions of a task and its last day where the
// investigator asked for it; a note of what was sent, without content. Nothing of another person: whoever signs in next finds an
// empty store, and signing out empties it. What was sent is deleted at once.
//
// Each file and the findings go under a key that was made with the draft, so that a lost answer doubles nothing.
"use strict";
(() => {
  const root = document.getElementById("field");
  // Without a safe connection there are neither keys nor a store to rely on; the forms work as forms do.
  if (!root || !window.isSecureContext || !window.indexedDB || !navigator.locks) { return; }
  const words = root.dataset;
  const TASKS = "/staff/investigations";
  const CACHE = "huzhu-field-1";
  const DAYS = 24 * 3600 * 1000;
  const KEPT_DAYS = 30;
  const NOTES = 20;
  const PAUSE = 300;
  const AGAIN = 30 * 1000;
  const TIMEOUT = 5 * 60 * 1000;
  const MEDIA = ["application/pdf", "image/jpeg", "image/png", "image/heic"];

  // The store. Writes are durable when their promise is.
  let base = null;
  function open() {
    return new Promise((done, failed) => {
      const request = indexedDB.open("huzhu-field", 1);
      request.onupgradeneeded = () => {
        const db = request.result;
        db.createObjectStore("drafts", { keyPath: "claim" });
        db.createObjectStore("blobs", { keyPath: "id" });
        db.createObjectStore("tasks", { keyPath: "claim" });
        db.createObjectStore("notes", { keyPath: "key" });
        db.createObjectStore("facts", { keyPath: "name" });
      };
      request.onsuccess = () => { base = request.result; done(); };
      request.onerror = () => failed(request.error);
    });
  }
  function change(stores, mode, act) {
    return new Promise((done, failed) => {
      const work = base.transaction(stores, mode, { durability: "strict" });
      const answer = act(...[stores].flat().map((name) => work.objectStore(name)));
      work.oncomplete = () => done(answer && "result" in answer ? answer.result : undefined);
      work.onabort = () => failed(work.error);
    });
  }
  const get = (store, key) => change(store, "readonly", (rows) => rows.get(key));
  const all = (store) => change(store, "readonly", (rows) => rows.getAll());
  const put = (store, row) => change(store, "readwrite", (rows) => { rows.put(row); });
  const drop = (store, key) => change(store, "readwrite", (rows) => { rows.delete(key); });
  async function empty() {
    for (const store of ["drafts", "blobs", "tasks", "notes", "facts"]) {
      await change(store, "readwrite", (rows) => { rows.clear(); });
    }
  }

  async function draftOf(claim) {
    const found = await get("drafts", claim);
    return found || { claim, key: crypto.randomUUID(), findings: "", ready: false, error: "", files: [] };
  }
  const save = (draft) => put("drafts", { ...draft, touched: Date.now() });
  async function forget(draft) {
    await change(["drafts", "blobs"], "readwrite", (drafts, blobs) => {
      drafts.delete(draft.claim);
      for (const file of draft.files) { blobs.delete(file.id); }
    });
  }
  const waits = (draft) => (draft.ready && !draft.error) || draft.files.some((file) => !file.sent && !file.error);

  // Sending.
  class Later extends Error {}
  async function wordsOf(answer) {
    const problem = await answer.json().catch(() => ({}));
    return (problem.errors && problem.errors.length ? problem.errors[0].message : problem.detail) || String(answer.status);
  }
  async function send(method, address, key, kind, body) {
    let answer;
    try {
      const headers = { "content-type": kind, "idempotency-key": key, accept: "application/json" };
      answer = await fetch(address, { method, headers, body, signal: AbortSignal.timeout(TIMEOUT) });
    } catch {
      throw new Later(words.waiting);
    }
    if (answer.ok) { return ""; }
    if (answer.status === 401) { throw new Later(words.signIn); }
    if ([408, 425, 429].includes(answer.status) || answer.status >= 500) { throw new Later(words.waiting); }
    return wordsOf(answer);
  }
  async function sendFiles(draft) {
    for (const file of draft.files.filter((one) => !one.sent && !one.error)) {
      const kept = await get("blobs", file.id);
      const kind = kept && MEDIA.includes(kept.blob.type) ? kept.blob.type : "application/octet-stream";
      const address = `/api/v1/claims/${draft.claim}/evidence/${file.id}`;
      file.error = kept ? await send("PUT", address, file.id, kind, kept.blob) : words.lost;
      file.sent = !file.error;
      // Kept by the vault: nothing of it stays here.
      if (file.sent) { await drop("blobs", file.id); }
      await save(draft);
      await show();
    }
  }
  async function sendDraft(draft) {
    await sendFiles(draft);
    if (!draft.ready || draft.error || draft.files.some((file) => !file.sent)) { return; }
    const body = JSON.stringify({ findings: draft.findings });
    draft.error = await send("POST", `/api/v1/claims/${draft.claim}/findings`, draft.key, "application/json", body);
    if (draft.error) {
      draft.ready = false;
      await save(draft);
      return;
    }
    await put("notes", { key: draft.key, claim: draft.claim, at: Date.now(), files: draft.files.length });
    await forget(draft);
    await drop("tasks", draft.claim);
    if (draft.claim === words.claim) { location.assign(`${TASKS}?done=findings`); }
  }
  let state = "";
  let warning = "";
  async function sync() {
    await navigator.locks.request("huzhu-field", { ifAvailable: true }, async (lock) => {
      if (!lock) { return; }
      state = "";
      try {
        for (const draft of (await all("drafts")).filter(waits)) { await sendDraft(draft); }
      } catch (error) {
        if (!(error instanceof Later)) { throw error; }
        state = error.message;
      }
    });
    await show();
  }

  // What is seen.
  const element = (name, text, children = []) => {
    const made = document.createElement(name);
    if (text) { made.textContent = text; }
    made.append(...children);
    return made;
  };
  function button(text, act) {
    const made = element("button", text);
    made.type = "button";
    made.className = "button quiet";
    made.addEventListener("click", async () => { made.disabled = true; await act(); });
    return made;
  }
  const shortly = (claim) => `…${claim.slice(-6)}`;
  function fileLine(draft, file) {
    const told = file.sent ? words.sent : file.error || words.waits;
    const line = element("li", `${file.name}: ${told} `);
    if (!file.sent) {
      line.append(button(`${words.remove} ${file.name}`, async () => {
        draft.files = draft.files.filter((one) => one.id !== file.id);
        await drop("blobs", file.id);
        await save(draft);
        await show();
      }));
    }
    return line;
  }
  function draftLines(draft) {
    const lines = draft.files.map((file) => fileLine(draft, file));
    if (draft.ready) {
      const change = button(words.change, async () => {
        // Another text is another handing in.
        await save({ ...draft, ready: false, error: "", key: crypto.randomUUID() });
        await show();
      });
      lines.push(element("li", `${words.findings}: ${words.waits} `, [change]));
    } else if (draft.error) {
      lines.push(element("li", `${words.findings}: ${draft.error}`));
    } else if (draft.findings) {
      lines.push(element("li", `${words.findings}: ${words.draft}`));
    }
    return lines;
  }
  function section(draft) {
    const lines = draftLines(draft);
    if (!lines.length) { return []; }
    const title = element("h3");
    const link = element("a", `${words.task} ${shortly(draft.claim)}`);
    link.href = `${TASKS}/${draft.claim}`;
    title.append(link);
    const discard = button(words.discard, async () => { 
      await forget(draft);
      if (form && draft.claim === words.claim) { form.elements.namedItem("findings").value = ""; }
      await show();
    });
    return [...(draft.claim === words.claim ? [] : [title]), element("ul", "", lines), discard];
  }
  let form = null;
  async function show() {
    const drafts = (await all("drafts")).filter((draft) => !words.claim || draft.claim === words.claim);
    const queued = drafts.filter(waits);
    const parts = drafts.flatMap(section);
    const notes = words.claim ? [] : (await all("notes")).sort((one, other) => other.at - one.at).slice(0, NOTES);
    if (notes.length) {
      const date = (at) => new Date(at).toLocaleString(document.documentElement.lang);
      const line = (note) => element("li", `${words.task} ${shortly(note.claim)}: ${words.sent}, ${date(note.at)}`);
      parts.push(element("h3", words.sentTitle), element("ul", "", notes.map(line)));
    }
    const line = element("p", `${warning} ${state || (queued.length ? words.waiting : "")}`.trim());
    line.setAttribute("role", "status");
    line.id = "field-state";
    if (queued.length) { parts.push(button(words.now, sync)); }
    root.hidden = !parts.length && !line.textContent;
    root.replaceChildren(element("h2", words.title), line, ...parts);
    root.dataset.waitingCount = String(queued.length);
    const own = drafts.find((draft) => draft.claim === words.claim);
    if (form) { form.elements.namedItem("findings").readOnly = Boolean(own && own.ready); }
  }
  const fill = (draft) => { if (form && draft.findings) { form.elements.namedItem("findings").value = draft.findings; } };

  // The forms of one task.
  async function guarded(act) {
    try {
      await act();
    } catch (error) {
      // The phone is full, or the browser keeps nothing.
      warning = words.full;
      await show();
      throw error;
    }
  }
  async function take(input) {
    const draft = await draftOf(words.claim);
    for (const blob of input.files) {
      if (blob.size > Number(words.limit)) { warning = `${blob.name}: ${words.large}`; continue; }
      const id = `evd_${crypto.randomUUID().replaceAll("-", "")}`;
      await put("blobs", { id, blob });
      draft.files.push({ id, name: blob.name, size: blob.size, sent: false, error: "" });
    }
    await save(draft);
    input.value = "";
  }
  async function prepare() {
    form = document.getElementById("field-findings");
    const files = document.getElementById("field-files");
    if (!form || !files) { form = null; return; }
    const text = form.elements.namedItem("findings");
    let pause = 0;
    text.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => guarded(async () => { await save({ ...await draftOf(words.claim), findings: text.value }); }), PAUSE);
    });
    form.addEventListener("submit", (event) => {
      if (!text.value.trim()) { return; }
      event.preventDefault();
      clearTimeout(pause);
      guarded(async () => {
        const input = files.querySelector("input[type=file]");
        if (input.files.length) { await take(input); }
        await save({ ...await draftOf(words.claim), findings: text.value, ready: true, error: "" });
        await show();
        await sync();
      });
    });
    files.addEventListener("submit", (event) => {
      event.preventDefault();
      const input = files.querySelector("input[type=file]");
      guarded(async () => { warning = ""; await take(input); await show(); await sync(); });
    });
    fill(await draftOf(words.claim));
  }
  async function offerKeeping() {
    const box = document.getElementById("field-keep");
    if (!box) { return; }
    box.closest("[hidden]").hidden = false;
    box.checked = Boolean(await get("tasks", words.claim));
    box.addEventListener("change", () => guarded(async () => {
      const { claim, questions, due } = words;
      await (box.checked ? put("tasks", { claim, questions, due, touched: Date.now() }) : drop("tasks", claim));
    }));
  }

  // Without a network: the page is the same for everybody, and is filled from what was kept.
  async function fillShell() {
    const asked = location.pathname.slice(TASKS.length + 1).split("/")[0];
    const kept = await all("tasks");
    const task = kept.find((one) => one.claim === asked);
    const place = document.getElementById("field-place");
    if (task) {
      words.claim = task.claim;
      const made = document.getElementById("field-task").content.cloneNode(true);
      made.querySelector("[data-due]").textContent = task.due;
      made.querySelector("[data-questions]").textContent = task.questions;
      place.replaceChildren(made);
      return;
    }
    const line = (one) => {
      const link = element("a", `${words.task} ${shortly(one.claim)}`);
      link.href = `${TASKS}/${one.claim}`;
      return element("li", "", [link, document.createTextNode(` · ${one.due}`)]);
    };
    place.replaceChildren(...(kept.length ? [element("ul", "", kept.map(line))] : [element("p", words.none)]));
  }

  // What makes this work without a network at all.
  async function keepShell() {
    if (!navigator.serviceWorker) { return; }
    await navigator.serviceWorker.register(`${TASKS}/worker.js`, { scope: TASKS });
    const parts = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")];
    const cache = await caches.open(CACHE);
    await cache.addAll([`${TASKS}/offline`, ...parts.map((part) => part.href || part.src)]);
    root.dataset.ready = "1";
  }
  async function tidy() {
    const who = await get("facts", "member");
    if (who && words.member && who.value !== words.member) { await empty(); }
    if (words.member) { await put("facts", { name: "member", value: words.member }); }
    const oldest = Date.now() - KEPT_DAYS * DAYS;
    for (const draft of await all("drafts")) { if (draft.touched < oldest) { await forget(draft); } }
    for (const task of await all("tasks")) { if (task.touched < oldest) { await drop("tasks", task.claim); } }
    for (const note of await all("notes")) { if (note.at < oldest) { await drop("notes", note.key); } }
    // The list of what is asked now: what is over is not kept.
    if (words.tasks !== undefined) {
      const now = words.tasks.split(" ");
      for (const task of await all("tasks")) { if (!now.includes(task.claim)) { await drop("tasks", task.claim); } }
    }
  }

  async function begin() {
    await open();
    await tidy();
    if (words.shell) { await fillShell(); } else { keepShell().catch(() => { /* works while the page is open */ }); }
    if (words.claim) { await prepare(); await offerKeeping(); }
    await show();
    await sync();
    window.addEventListener("online", sync);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { sync(); } });
    setInterval(() => { if (root.dataset.waitingCount !== "0") { sync(); } }, AGAIN);
  }
  begin().catch(() => { /* The browser keeps nothing here, in a private window perhaps: the forms work as forms do. */ });
})();
