// The rater's page: joining, the queue, one task after the other, undo, and the way back after a lost network.
import { h, api, say, dialog, byId, uuid, setToken, letter, median, remember, remembered, applyTheme, describe } from "./base.js";
import { keyMap, keysOf, listen } from "./keys.js";
import { blocks, mediaURL } from "./content.js";
import { simple } from "./answers.js";
import { Outbox } from "./outbox.js";

const main = byId("main"), top = byId("top");
const recent = [];
let session, outbox, keys, current, spare, asking, retry, answered = 0, left = 0, active = 0, lastInput = Date.now(), broke = 0;
const paces = remembered("paces", []);

// Pictures, sounds and the larger kinds of task have modules of their own, loaded with the first task that has some.
const parts = {};
const all = (view) => [...(view?.items ?? []), view?.prompt ?? []].flat();
async function equip(view) {
  for (const [type, file] of [["image", "images"], ["audio", "audio"]]) {
    if (!parts[type] && all(view).some((block) => block?.type === type)) parts[type] = await import(`./${file}.js`);
  }
  if (view && !Object.hasOwn(simple, view.kind)) parts.kinds ??= await import("./kinds.js");
  return view;
}

// Joining and signing in.

/** Takes the page for something else than a task. */
function gate(title, ...content) {
  leave();
  document.title = `${title} · Studio`;
  top.replaceChildren(h("strong.title", null, "Studio"));
  main.replaceChildren(h("section.gate", null, h("h1", { tabindex: -1 }, title), content));
  (main.querySelector("input") ?? main.querySelector("h1")).focus();
}

/** What is seldom used comes when it is. */
const later = (name, ...values) => import("./menu.js").then((parts) => parts[name](...values), () => say("This needs the network.", "alert"));
const signIn = (words) => later("signIn", gate, start, words);
const openKeys = () => later("openKeys", keys);
const openHistory = () => later("openHistory", undo);

async function start() {
  try { session = await api("GET", "/api/session"); } catch (error) {
    if (error.status === 401) return signIn();
    gate("Not reachable", h("p", null, error.message), h("p", null, h("button.primary", { onclick: start }, "Try again")));
    return;
  }
  if (location.pathname === "/join") history.replaceState(null, "", "/");
  setToken(session.csrf);
  keys = keyMap(session.project.keys);
  if (keys.refused.length) say(`Key settings that cannot be used were left out: ${keys.refused.join(", ")}`);
  counts(session.progress);
  outbox ??= new Outbox(session.rater.id ?? session.rater.name, heard);
  await outbox.open();
  header();
  const guidelines = session.project.guidelines;
  if (guidelines && remembered("read") !== guidelines) welcome(guidelines); else advance();
}

function welcome(guidelines) {
  document.title = `Guidelines · ${session.project.title}`;
  main.replaceChildren(h("section.gate.wide", null, h("h1", { tabindex: -1 }, "Guidelines"), h("div.markdown", null, blocks([{ type: "markdown", text: guidelines }])),
    h("p", null, h("button.primary", { onclick: () => { remember("read", guidelines); advance(); } }, "Start"))));
  main.querySelector(".primary").focus();
}

// The header: progress, what waits, the menus.

function counts(progress) {
  if (!progress) return;
  answered = progress.answered ?? answered;
  left = progress.available ?? left;
}

function header() {
  const button = (words, run, key) => h("button.plain", { onclick: run }, words, key && h("kbd", null, key));
  const nav = h("nav", { "aria-label": "Studio" }, session.rater.role !== "rater" && h("a", { href: "/dashboard" }, "Dashboard"),
    session.project.guidelines && button("Guidelines", () => dialog("Guidelines", h("div.markdown", null, blocks([{ type: "markdown", text: session.project.guidelines }])))),
    button("History", openHistory), button("Settings", () => later("openSettings", session, () => current?.player?.draw())), button("Keys", openKeys, "?"));
  const menu = h("button.plain.menu", { "aria-expanded": "false", onclick: () => menu.setAttribute("aria-expanded", nav.classList.toggle("open")) }, "Menu");
  nav.addEventListener("click", () => { nav.classList.remove("open"); menu.setAttribute("aria-expanded", "false"); });
  top.replaceChildren(h("strong.title", null, session.project.title || "Studio"), h("span.progress", { id: "progress" }), h("span.waiting", { id: "waiting", role: "status" }), menu, nav);
  progress();
}

function progress() {
  const place = byId("progress");
  if (!place) return;
  const pace = paces.length > 2 && left ? Math.max(1, Math.round((median(paces) * left) / 60)) : 0;
  place.textContent = `${answered} answered · ${left} left${pace ? ` · about ${pace} min` : ""}`;
  const count = outbox.waiting.length;
  byId("waiting").textContent = count && outbox.failing ? `${outbox.failing}: ${count} waiting to be sent` : "";
}

/** What the outbox tells. */
function heard(event, record, value) {
  if (event === "sent") {
    counts(value?.progress);
    if (value?.surplus) say("This task had enough answers already; yours is kept as an extra one.");
    if (!current && !asking) advance();
  } else if (event === "refused") {
    const why = value.status === 409 ? "Another answer was saved for this task before; that one stands." :
      value.status === 410 ? "An answer came too late: its task was given to someone else." : `An answer was not accepted: ${value.message}`;
    say(why, "alert");
    answered = Math.max(0, answered - 1);
  } else if (event === "signIn") {
    if (value.status === 401) signIn("Your session has ended. Sign in again: your answers are kept here and are sent then.");
    else start();
  }
  progress();
}

// The queue.

/** Asks for a task that is neither held nor answered; gives the view, null when there is none. */
async function ask() {
  const not = [current, spare, ...outbox.waiting.map((record) => record.body), ...recent].filter(Boolean).map((each) => each.view?.task ?? each.task);
  return equip(await api("POST", "/api/tasks/next", { not: [...new Set(not)] }));
}

function preload() {
  if (spare || asking) return;
  asking = ask().then((view) => {
    spare = view ? { view, since: Date.now() } : undefined;
    for (const block of all(view)) {
      if (block?.type === "image") (spare.pictures ??= []).push(Object.assign(new Image(), { src: mediaURL(block.media) }));
      if (block?.type === "audio") parts.audio.decode(block.media).catch(() => {});
    }
  }).catch((error) => { if (error.status === 401) heard("signIn", null, error); }).finally(() => { asking = undefined; });
}

async function advance() {
  clearTimeout(retry);
  leave();
  if (asking) await asking;
  if (current) return;
  if (spare) { const { view } = spare; spare = undefined; show(view); return; }
  try {
    const view = await (asking = ask());
    asking = undefined;
    if (view) return show(view);
    rest("Nothing to do now", "All tasks for you are answered. New ones appear here by themselves.");
  } catch (error) {
    asking = undefined;
    if (error.status === 401) return heard("signIn", null, error);
    rest(error.status ? "The server has a problem" : "No connection", `${error.message} Your answers are safe here. The next task comes as soon as the server can be reached.`);
  }
  retry = setTimeout(advance, 10000);
}

function rest(title, words) {
  document.title = `${title} · ${session.project.title}`;
  main.replaceChildren(h("section.gate", null, h("h1", { tabindex: -1 }, title), h("p", null, words),
    h("p", null, h("button.primary", { onclick: advance }, "Look again"), " ", recent.length > 0 && h("button", { onclick: undo }, "Undo the last answer ", h("kbd", null, "u")))));
  main.querySelector("h1").focus();
  progress();
}

/** Takes the shown task away: its sound stops. */
function leave() {
  current?.player?.pause();
  current = undefined;
}

function show(view) {
  leave();
  const watch = { openedAt: new Date(), hidden: 0, switches: 0, flickers: 0, zoomed: false, flag: false };
  const has = (type) => all(view).some((block) => block?.type === type);
  const task = current = { view, watch, since: Date.now(), gallery: has("image") ? new parts.image.Gallery(watch) : undefined,
    player: has("audio") ? new parts.audio.Player(watch, Number(view.mustHear ?? session.project.mustHear ?? 3)) : undefined };
  const media = (label) => ({ image: (block) => task.gallery.add(block, label), audio: (block) => task.player.add(block, label) });
  const several = view.items.length > 1;
  const panels = view.items.map((item, i) => {
    const name = several ? letter(i) : "Answer";
    return h("article.panel", { "aria-label": several ? `Answer ${name}` : name }, several && h("h2.letter", null, name),
      h("div.body", { tabindex: 0, role: "region", "aria-label": `Content of ${name}` }, blocks(item, media(several ? name : ""))));
  });
  // The prompt follows the items, so that its sound does not take the place of A.
  const prompt = view.prompt?.length ? h("section.prompt", { "aria-label": "Prompt", tabindex: 0 }, blocks(view.prompt, media())) : null;
  link(panels.map((panel) => panel.querySelector(".body")));
  const tools = { give, say, map: keys.map, panels };
  const answer = Object.hasOwn(simple, view.kind) ? simple[view.kind](view, tools) : parts.kinds.control(view, tools);
  const heading = h("h1", { tabindex: -1 }, view.question || session.project.question || "What do you say?");
  const extra = (action, words, run, pressed) => h("button", { "data-action": action, "aria-pressed": pressed, onclick: run }, words, " ", h("kbd", null, keysOf(keys.map, action)[0]));
  task.control = answer;
  task.flagButton = extra("flag", "Flag", flag, "false");
  task.comment = h("textarea", { rows: 2, maxlength: 4000, "aria-label": "Comment on your answer", placeholder: "Comment (optional)", hidden: true,
    onkeydown: (event) => { if (event.key === "Escape") heading.focus(); } });
  task.saved = h("span.quiet", { role: "status" });
  const kind = view.items.flat().some((block) => /image|audio/.test(block.type)) ? "media" : "text";
  main.replaceChildren(h(`div.task.${kind}`, { "data-task": view.task, "data-kind": view.kind }, heading,
    view.kind !== "rating" && view.criteria?.length === 1 && h("p.criterion.quiet", null, view.criteria[0].title), prompt,
    panels.length > 0 && h(`div.items.of${panels.length > 2 ? "many" : panels.length}`, null, panels),
    task.gallery?.frames.length > 0 && task.gallery.tools(), task.player?.tools(),
    h("div.answer", { role: "region", "aria-label": "Answer" }, task.comment, answer?.node ?? h("p", null, "This page does not know this kind of task."),
      h("div.extras", null, extra("skip", "Skip", skip), extra("comment", "Comment", comment), task.flagButton, extra("undo", "Undo", undo), task.saved))));
  task.player?.draw();
  task.player?.load();
  document.title = `${heading.textContent} · ${session.project.title}`;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  task.draft = JSON.stringify(answer?.draft?.());
  progress();
  preload();
}

/** Long answers scroll together. */
function link(bodies) {
  let leader;
  for (const body of bodies) {
    for (const event of ["pointerenter", "focus", "touchstart"]) body.addEventListener(event, () => { leader = body; }, { passive: true });
    body.addEventListener("scroll", () => {
      if (leader && body !== leader) return;
      const part = body.scrollTop / Math.max(1, body.scrollHeight - body.clientHeight);
      for (const other of bodies) if (other !== body) other.scrollTop = part * (other.scrollHeight - other.clientHeight);
    }, { passive: true });
  }
}

// Answering.

let input = "pointer";
addEventListener("pointerdown", (event) => { input = event.pointerType === "touch" ? "touch" : "pointer"; lastInput = Date.now(); }, true);
addEventListener("keydown", () => { input = "key"; lastInput = Date.now(); }, true);

/** Takes an answer; with buttons and "confirm" on, the first press only marks it. */
function give(answer, buttons) {
  const task = current;
  if (!task || task.given) return;
  if (buttons && remembered("confirm", false) && JSON.stringify(task.marked) !== JSON.stringify(answer)) {
    task.marked = answer;
    say(`${describe(answer)}: press Enter to confirm.`);
    return;
  }
  const missing = (answer.kind !== "skip" && task.player?.missing()) || [];
  if (missing.length) return say(`Listen a little longer first: ${missing.map(([name, seconds]) => `${name} ${Math.max(0.1, seconds).toFixed(1)} s`).join(", ")}.`);
  task.given = true;
  for (const note of [...byId("notices").children]) if (!note.dataset.kept) note.remove();
  const { watch, view } = task, now = new Date(), words = task.comment.value.trim();
  const seconds = (now - watch.openedAt - watch.hidden) / 1000;
  const id = uuid();
  const behaviour = { openedAt: watch.openedAt.toISOString(), submittedAt: now.toISOString(), seconds, input, hiddenMs: watch.hidden, flag: watch.flag,
    ...(task.player && { ...task.player.behaviour(), switches: watch.switches }),
    ...(task.gallery && { flickers: watch.flickers, zoomed: watch.zoomed }) };
  paces.push(Math.min(seconds, 600));
  remember("paces", paces.splice(0, Math.max(0, paces.length - 50)) && paces);
  recent.push({ id, view, answer });
  if (recent.length > 20) recent.shift();
  answered += 1;
  left = Math.max(0, left - 1);
  const kept = outbox.add({ id, body: { id, task: view.task, lease: view.lease, answer: words ? { ...answer, comment: words } : answer, behaviour } });
  kept.catch(() => say("This browser could not keep the answer; leave the page open until it is sent.", "alert"));
  advance();
}

function skip() {
  if (!current) return;
  const reasons = ["I cannot tell", "Something is broken or missing", "I do not know enough about this", "It is harmful or upsetting"];
  const go = (reason) => { box.close(); give({ kind: "skip", reason }); };
  const other = h("input", { maxlength: 300, name: "reason" });
  const box = dialog("Why skip this task?", h("div.stack", null, reasons.map((reason, i) => h("button.choice", { onclick: () => go(reason) }, h("span", null, reason), h("kbd", null, i + 1))),
    h("label.field", null, h("span", null, "Another reason"), other), h("button", { onclick: () => (other.value.trim() ? go(other.value.trim()) : other.focus()) }, "Skip")), (key) => reasons[key - 1] && go(reasons[key - 1]));
}

function comment() {
  if (!current) return;
  current.comment.hidden = !current.comment.hidden;
  (current.comment.hidden ? main.querySelector("h1") : current.comment).focus();
}

function flag() {
  if (!current) return;
  const on = current.watch.flag = !current.watch.flag;
  current.flagButton.setAttribute("aria-pressed", on);
  say(on ? "Flagged as unsafe; the flag goes with your answer." : "Flag taken away.");
}

/** Takes the last answer back, or the one given, and shows its task again. */
async function undo(chosen) {
  const last = chosen?.id ? chosen : recent.at(-1);
  if (!last) return openHistory();
  if (undo.running) return;
  undo.running = true;
  try {
    await outbox.sending;
    const waiting = outbox.waiting.find((record) => record.id === last.id && !record.tried);
    let view = last.view;
    if (waiting) await outbox.remove(waiting);
    else {
      view = await api("DELETE", `/api/answers/${encodeURIComponent(last.id)}`, { id: uuid() });
      counts(view?.progress);
    }
    const at = recent.findIndex((each) => each.id === last.id);
    if (at >= 0) recent.splice(at, 1);
    if (waiting || !view?.progress) { answered = Math.max(0, answered - 1); left += 1; }
    const before = current;
    if (!view) return say(`Taken back: ${describe(last.answer)}. Its task is closed by now.`);
    if (before) {
      if (asking) await asking;
      if (spare) release(spare);
      spare = { view: { ...before.view, draft: before.control?.draft?.() ?? before.view.draft }, since: before.since };
    }
    show(await equip(view));
    say(`Taken back: ${describe(last.answer)}.`);
  } catch (error) {
    say(error.status ? `Not undone: ${error.message}` : "Undo needs the network: that answer may have arrived.", "alert");
  } finally { undo.running = false; progress(); }
}

const release = ({ view }, options) => api("DELETE", `/api/leases/${encodeURIComponent(view.lease)}`, undefined, options).catch(() => {});

// Keys.

const run = { undo: () => undo(), skip, comment, flag, help: openKeys,
  playA: ({ player }) => player?.play(0), playB: ({ player }) => player?.play(1), reference: ({ player }) => player?.play(player.tracks.findIndex((track) => track.reference)),
  playPause: ({ player, gallery }) => (player ? player.toggle() : gallery?.flicker(true)),
  loopStart: ({ player }) => player?.mark(0), loopEnd: ({ player }) => player?.mark(1), back: ({ player }) => player?.step(-2), forward: ({ player }) => player?.step(2),
  zoom: ({ gallery }) => gallery?.cycle(), grey: ({ gallery }) => gallery?.grey() };

listen((key) => {
  if (!session || !keys) return false;
  const box = document.querySelector("dialog[open]");
  if (box) return Boolean(box.onKey?.(key));
  const action = key === "undo" ? "undo" : keys.map.get(key);
  if (current && action === "confirm" && current.marked) { give(current.marked); return true; }
  if (current?.control?.key(key, action)) return true;
  if (!Object.hasOwn(run, action ?? "") || (!current && !/undo|help/.test(action))) return false;
  run[action](current);
  return true;
}, () => current?.gallery?.flicker(false));

// What goes on by the clock.

setInterval(async () => {
  const task = current, draft = task?.control?.draft && JSON.stringify(task.control.draft());
  if (!draft || draft === task.draft || task.given) return;
  try {
    await api("PUT", `/api/drafts/${encodeURIComponent(task.view.task)}`, { content: JSON.parse(draft) });
    task.draft = draft;
    task.saved.textContent = `Draft saved ${new Date().toLocaleTimeString()}`;
  } catch { task.saved.textContent = "Draft not saved yet"; }
}, 2000);

setInterval(() => {
  if (Date.now() - lastInput > 600000) return;
  for (const held of [current, spare]) {
    if (!held || Date.now() - held.since < (held.view.expiresIn ?? 900) * 300) continue;
    held.since = Date.now();
    api("POST", `/api/leases/${encodeURIComponent(held.view.lease)}/renew`).catch((error) => { if (error.status >= 400 && held === spare) spare = undefined; });
  }
}, 20000);

setInterval(() => {
  const idle = Date.now() - lastInput;
  if (idle > 300000) active = 0; else if (!document.hidden) active += 15;
  if (active - broke < 1500) return;
  broke = active;
  say("You have been at it for 25 minutes. A short break keeps your judgment fresh.", "status", { title: "Thanks", run() {} });
}, 15000);

let hiddenAt;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (current && hiddenAt) current.watch.hidden += Date.now() - Math.max(hiddenAt, current.watch.openedAt);
});
addEventListener("pagehide", () => { for (const held of [current, spare]) if (held && !held.given) release(held, { keepalive: true }); });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
addEventListener("online", () => { if (session && !current) advance(); });

matchMedia("(prefers-color-scheme: dark)").onchange = () => current?.player?.draw();
applyTheme();
const token = location.pathname === "/join" && location.hash.slice(1);
if (token) { history.replaceState(null, "", "/join"); later("join", gate, start, token); } else start();
