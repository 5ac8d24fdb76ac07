// The rater's page: joining, the queue, one task after the other, undo, and the way back after a lost network.
import { h, api, say, copy, dialog, byId, uuid, setToken, letter, median, remember, remembered, applyTheme, describe } from "./base.js";
import { keyMap, keysOf, listen } from "./keys.js";
import { blocks, mediaURL } from "./content.js";
import { control } from "./answers.js";
import { compare } from "./compare.js";
import { Gallery } from "./images.js";
import { Player, decode } from "./audio.js";
import { Outbox } from "./outbox.js";
import { enter, openKeys, openHistory, openSettings, openSkip } from "./menu.js";

const main = byId("main"), nav = byId("top").querySelector("nav"), menu = byId("top").querySelector(".menu");
const recent = [], paces = remembered("paces", []);
let session, outbox, keys, current, spare, asking, retry, answered = 0, left = 0, active = 0, broke = 0, lastInput = Date.now(), input = "pointer";
const all = (view) => [...(view?.items ?? []), view?.prompt ?? []].flat();

// Joining and signing in.

/** Takes the page for something else than a task. */
function gate(title, ...content) {
  leave();
  document.title = `${title} · ${session?.project.title ?? "Studio"}`;
  main.replaceChildren(h("section.gate", null, h("h1", { tabindex: -1 }, title), content));
  (main.querySelector("input") ?? main.querySelector("h1")).focus();
}

async function start() {
  try { session = await api("GET", "/api/session"); } catch (error) {
    if (error.status === 401) return enter(gate, start, {});
    return gate("Not reachable", h("p", null, error.message), h("p", null, h("button.primary", { onclick: start }, "Try again")));
  }
  if (location.pathname === "/join") history.replaceState(null, "", "/");
  const { project, rater, csrf } = session;
  setToken(csrf);
  keys = keyMap(project.keys);
  if (keys.refused.length) say(`Key settings that cannot be used were left out: ${keys.refused.join(", ")}`);
  byId("title").textContent = project.title;
  menu.hidden = nav.hidden = false;
  nav.querySelector("a").hidden = rater.role === "rater";
  nav.querySelector("[data-action=guidelines]").hidden = !project.guidelines;
  name(nav);
  counts(session.progress);
  outbox ??= new Outbox(rater.id, heard);
  await outbox.open();
  if (!project.guidelines || remembered("read") === project.guidelines) return advance();
  gate("Guidelines", guidelines(), h("p", null, h("button.primary", { onclick: () => { remember("read", project.guidelines); advance(); } }, "Start")));
  main.firstChild.classList.add("wide");
  main.querySelector(".primary").focus();
}

const guidelines = () => h("div.markdown", null, blocks([{ type: "markdown", text: session.project.guidelines }]));

/** Writes the keys of the actions on their buttons. */
function name(node) {
  for (const kbd of node.querySelectorAll("kbd:empty")) {
    const [key] = keysOf(keys.map, kbd.dataset.key ?? kbd.closest("[data-action]").dataset.action);
    if (key) kbd.textContent = key; else kbd.remove();
  }
}

// The header: progress, and what waits.

function counts(progress) {
  answered = progress?.answered ?? answered;
  left = progress?.available ?? left;
}

function progress() {
  const pace = paces.length > 2 && left ? ` · about ${Math.max(1, Math.round((median(paces) * left) / 60))} min` : "";
  byId("progress").textContent = `${answered} answered · ${left} left${pace}`;
  const { waiting: { length }, failing } = outbox;
  byId("waiting").textContent = length && failing ? `${failing}: ${length} waiting to be sent` : "";
}

/** What the outbox tells. */
function heard(event, value) {
  if (event === "sent") {
    counts(value?.progress);
    if (value?.surplus) say("This task had enough answers already; yours is kept as an extra one.");
    if (!current && !asking) advance();
  } else if (event === "refused") {
    say({ 409: "Another answer was saved for this task before; that one stands.", 410: "An answer came too late: its task was given to someone else." }[value.status]
      ?? `An answer was not accepted: ${value.message}`, "alert");
    answered = Math.max(0, answered - 1);
  } else if (event === "signIn") {
    if (value.status !== 401) start();
    else enter(gate, start, { words: "Your session has ended. Sign in again: your answers are kept here and are sent then." });
  }
  progress();
}

// The queue.

/** Asks for a task that is neither held nor answered; gives the view, null when there is none. */
function ask() {
  const not = [current, spare, ...outbox.waiting.map((record) => record.body), ...recent].filter(Boolean).map((each) => each.view?.task ?? each.task);
  return (asking = api("POST", "/api/tasks/next", { not: [...new Set(not)] }).finally(() => { asking = undefined; }));
}

/** Fetches the next task and what it shows while this one is answered. */
async function preload() {
  if (spare || asking) return;
  try {
    const view = await ask();
    if (view) spare = { view, since: Date.now() };
    for (const { type, media } of all(view)) {
      if (type === "image") (spare.pictures ??= []).push(Object.assign(new Image(), { src: mediaURL(media) }));
      if (type === "audio") decode(media).catch(() => {});
    }
  } catch (error) { if (error.status === 401) heard("signIn", error); }
}

async function advance() {
  clearTimeout(retry);
  leave();
  await asking?.catch(() => {});
  // What was asked for is taken by who asked first.
  await null;
  if (current) return;
  if (spare) { const { view } = spare; spare = undefined; return show(view); }
  try {
    const view = await ask();
    if (view) return show(view);
    rest("Nothing to do now", "All tasks for you are answered. New ones appear here by themselves.");
  } catch (error) {
    if (error.status === 401) return heard("signIn", error);
    rest(error.status ? "The server has a problem" : "No connection", `${error.message} Your answers are safe here. The next task comes as soon as the server can be reached.`);
  }
  retry = setTimeout(advance, 10000);
}

function rest(title, words) {
  gate(title, h("p", null, words), h("p", null, h("button.primary", { onclick: advance }, "Look again"), " ",
    recent.length > 0 && h("button", { "data-action": "undo" }, "Undo the last answer ", h("kbd"))));
  name(main);
  progress();
}

/** Takes the shown task away: its sound stops. */
function leave() {
  globalThis.CSS?.highlights?.clear();
  current?.player?.pause();
  current = undefined;
}

function show(view) {
  leave();
  const { items, kind, prompt } = view, has = (type) => all(view).some((block) => block.type === type);
  const watch = { openedAt: new Date(), hidden: 0, switches: 0, flickers: 0, zoomed: false, flag: false, dwell: items.map(() => 0), seen: items.map(() => 0) };
  const task = current = { view, watch, since: Date.now(), gallery: has("image") ? new Gallery(watch, view.exposure) : undefined,
    player: has("audio") ? new Player(watch, view.mustHear) : undefined };
  const media = (label) => ({ image: (block) => task.gallery.add(block, label), audio: (block) => task.player.add(block, label) });
  const several = items.length > 1;
  const bodies = task.bodies = items.map((item, i) => h("div.body", { tabindex: 0, role: "region", "aria-label": `Content of ${several ? letter(i) : "the answer"}` }, blocks(item, media(several ? letter(i) : ""))));
  const panels = bodies.map((body, i) => h("article.panel", { "aria-label": several ? `Answer ${letter(i)}` : "Answer" }, several && h("h2.letter", null, letter(i)), body));
  // The prompt follows the items, so that its sound does not take the place of A.
  const asked = prompt?.length > 0 && h("section.prompt", { "aria-label": "Prompt", tabindex: 0 }, blocks(prompt, media()));
  link(bodies, watch);
  const heading = h("h1", { tabindex: -1 }, view.question || session.project.question);
  const extras = copy("extras"), text = !/image|audio/.test(items.flat().map((block) => block.type));
  task.control = control(view, { give, say, name, panels });
  task.comment = copy("comment");
  task.comment.onkeydown = (event) => { if (event.key === "Escape") heading.focus(); };
  task.saved = extras.lastElementChild;
  task.pressed = (action, on) => extras.querySelector(`[data-action=${action}]`).setAttribute("aria-pressed", on);
  task.differs = text && items.length === 2;
  if (!task.differs) extras.querySelector("[data-action=diff]").remove();
  main.replaceChildren(h(`div.task.${text ? "text" : "media"}`, { "data-task": view.task, "data-kind": kind }, heading,
    kind !== "rating" && view.criteria?.length === 1 && h("p.criterion.quiet", null, view.criteria[0].title), asked,
    panels.length > 0 && h(`div.items.of${panels.length > 2 ? "many" : panels.length}`, null, panels),
    task.gallery?.frames.length > 0 && task.gallery.tools(), task.player?.tools(),
    h("div.answer", { role: "region", "aria-label": "Answer" }, task.comment, task.control?.node ?? h("p", null, "This page does not know this kind of task."), extras)));
  name(main);
  task.player?.draw();
  task.player?.load();
  document.title = `${heading.textContent} · ${session.project.title}`;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  task.draft = JSON.stringify(task.control?.draft?.());
  progress();
  preload();
}

/** Long answers scroll together; how long each was attended to, and how much of it was seen, is noted. */
function link(bodies, { dwell, seen }) {
  let leader, since;
  const attend = (i) => {
    if (leader >= 0) dwell[leader] += Math.round(performance.now() - since);
    [leader, since] = [i, performance.now()];
  };
  bodies.forEach((body, i) => {
    for (const event of ["pointerenter", "focus", "touchstart"]) body.addEventListener(event, () => attend(i), { passive: true });
    for (const event of ["pointerleave", "blur"]) body.addEventListener(event, () => attend(-1));
    const look = () => { seen[i] = Math.max(seen[i], Math.round((100 * (body.scrollTop + body.clientHeight)) / Math.max(1, body.scrollHeight))); };
    new ResizeObserver(look).observe(body);
    body.addEventListener("scroll", () => {
      look();
      if (leader >= 0 && i !== leader) return;
      const part = body.scrollTop / Math.max(1, body.scrollHeight - body.clientHeight);
      for (const other of bodies) if (other !== body) other.scrollTop = part * (other.scrollHeight - other.clientHeight);
    }, { passive: true });
  });
}

// Answering.

/** Takes an answer; where each is to be confirmed, the first press only marks it. */
function give(answer) {
  const task = current;
  if (!task || task.given) return;
  const { watch, view, player, gallery } = task, skipped = answer.kind === "skip";
  if (!skipped && !task.control.draft && remembered("confirm", false) && JSON.stringify(task.marked) !== JSON.stringify(answer)) {
    task.marked = answer;
    return say(`${describe(answer)}: press Enter to confirm.`);
  }
  const missing = (!skipped && player?.missing()) || [];
  if (missing.length) return say(`Listen a little longer first: ${missing.map(([name, seconds]) => `${name} ${Math.max(0.1, seconds).toFixed(1)} s`).join(", ")}.`);
  if (!skipped && gallery?.exposure && !gallery.seen) return say("Look at the pictures first: press Space.");
  task.given = true;
  for (const note of [...byId("notices").children]) if (!note.dataset.kept) note.remove();
  const now = new Date(), words = task.comment.value.trim(), seconds = (now - watch.openedAt - watch.hidden) / 1000, id = uuid();
  document.activeElement?.blur();
  const behaviour = { openedAt: watch.openedAt.toISOString(), submittedAt: now.toISOString(), seconds, input, hiddenMs: watch.hidden, flag: watch.flag, dwellMs: watch.dwell, seenPercent: watch.seen,
    ...(player && { ...player.behaviour(), switches: watch.switches }), ...(gallery && { flickers: watch.flickers, zoomed: watch.zoomed, exposureMs: watch.exposureMs }) };
  paces.push(Math.min(seconds, 600));
  remember("paces", paces.splice(0, Math.max(0, paces.length - 50)) && paces);
  recent.push({ id, view, answer });
  if (recent.length > 20) recent.shift();
  answered += 1;
  left = Math.max(0, left - 1);
  outbox.add({ id, body: { id, task: view.task, lease: view.lease, answer: words ? { ...answer, comment: words } : answer, behaviour } })
    .catch(() => say("This browser could not keep the answer; leave the page open until it is sent.", "alert"));
  advance();
}

/** Takes the last answer back, or the one given, and shows its task again. */
async function undo(chosen) {
  const last = chosen ?? recent.at(-1);
  if (!last) return openHistory(undo);
  if (undo.running) return;
  undo.running = true;
  try {
    await outbox.sending;
    const waiting = outbox.waiting.find((record) => record.id === last.id && !record.tried);
    let { view } = last;
    if (waiting) await outbox.remove(waiting);
    else {
      view = await api("DELETE", `/api/answers/${last.id}`, { id: uuid() });
      counts(view?.progress);
    }
    const at = recent.findIndex((each) => each.id === last.id);
    if (at >= 0) recent.splice(at, 1);
    if (!view?.progress) { answered = Math.max(0, answered - 1); left += 1; }
    say(`Taken back: ${describe(last.answer)}.${view ? "" : " Its task is closed by now."}`);
    if (!view) return;
    if (current) {
      const before = current;
      await asking?.catch(() => {});
      if (spare) release(spare);
      spare = { view: { ...before.view, draft: before.control?.draft?.() ?? before.view.draft }, since: before.since };
    }
    show(view);
  } catch (error) {
    say(error.status ? `Not undone: ${error.message}` : "Undo needs the network: that answer may have arrived.", "alert");
  } finally { undo.running = false; progress(); }
}

const release = ({ view }, options) => api("DELETE", `/api/leases/${view.lease}`, undefined, options).catch(() => {});

// What keys and buttons do: always, and while a task is shown.

const always = { undo: () => undo(), help: () => openKeys(keys), history: () => openHistory(undo), settings: () => openSettings(session), guidelines: () => dialog("Guidelines", guidelines()),
  menu: () => menu.setAttribute("aria-expanded", nav.classList.toggle("open")) };

const within = {
  skip: () => openSkip(give),
  comment({ comment }) {
    comment.hidden = !comment.hidden;
    (comment.hidden ? main.querySelector("h1") : comment).focus();
  },
  flag({ watch, pressed }) {
    pressed("flag", watch.flag = !watch.flag);
    say(watch.flag ? "Flagged as unsafe; the flag goes with your answer." : "Flag taken away.");
  },
  diff(task) {
    if (!task.differs) return;
    CSS.highlights?.clear();
    const only = (task.marks = !task.marks) && compare(task.bodies);
    task.pressed("diff", task.marks = Boolean(only));
    if (only) say(`Words only in A: ${only[0]}, only in B: ${only[1]}.`);
    else if (only === null) say("These texts cannot be compared here.");
  },
  playA: ({ player }) => player.play(0), playB: ({ player }) => player.play(1), reference: ({ player }) => player.play(player.tracks.findIndex((track) => track.reference)),
  playPause: ({ player, gallery }) => (player ? player.toggle() : gallery.exposure ? gallery.expose() : gallery.flicker(true)),
  loopStart: ({ player }) => player.mark(0), loopEnd: ({ player }) => player.mark(1), back: ({ player }) => player.step(-2), forward: ({ player }) => player.step(2),
  zoom: ({ gallery }) => gallery.cycle(), zoomIn: ({ gallery }) => gallery.zoom(gallery.scale * 2), zoomOut: ({ gallery }) => gallery.zoom(gallery.scale / 2), fit: ({ gallery }) => gallery.zoom(1), grey: ({ gallery }) => gallery.grey(),
};
const needs = { player: /^(play[AB]|reference|loop|back|forward)/, gallery: /^(zoom|fit|grey)/ };

/** Does what a key or a button means; says whether it was one. */
function act(action, key) {
  const task = current;
  if (task && action === "confirm" && task.marked) { give(task.marked); return true; }
  if (task?.control?.key(key, action)) return true;
  if (Object.hasOwn(always, action)) { always[action](); return true; }
  if (!task || !Object.hasOwn(within, action) || Object.keys(needs).some((part) => needs[part].test(action) && !task[part]?.tools)
    || (action === "playPause" && !task.player && !task.gallery)) return false;
  within[action](task);
  return true;
}

listen((key) => {
  const box = document.querySelector("dialog[open]");
  if (box || !keys) return Boolean(box?.onKey?.(key));
  return act(key === "undo" ? key : keys.map.get(key) ?? "", key);
}, () => current?.gallery?.flicker(false));
addEventListener("click", ({ target }) => {
  const node = target.closest("[data-action]");
  if (node) act(node.dataset.action);
  if (nav.contains(node)) { nav.classList.remove("open"); menu.setAttribute("aria-expanded", "false"); }
});
addEventListener("pointerdown", (event) => { input = event.pointerType === "touch" ? "touch" : "pointer"; lastInput = Date.now(); }, true);
addEventListener("keydown", () => { input = "key"; lastInput = Date.now(); }, true);

// What goes on by the clock.

setInterval(async () => {
  const task = current, draft = JSON.stringify(task?.control?.draft?.());
  if (!draft || draft === task.draft || task.given) return;
  try {
    await api("PUT", `/api/drafts/${task.view.task}`, { content: JSON.parse(draft) });
    task.draft = draft;
    task.saved.textContent = `Draft saved ${new Date().toLocaleTimeString()}`;
  } catch { task.saved.textContent = "Draft not saved yet"; }
}, 2000);

setInterval(() => {
  if (Date.now() - lastInput > 600000) return;
  for (const held of [current, spare]) {
    if (!held || Date.now() - held.since < held.view.expiresIn * 300) continue;
    held.since = Date.now();
    api("POST", `/api/leases/${held.view.lease}/renew`).catch((error) => { if (error.status >= 400 && held === spare) spare = undefined; });
  }
}, 20000);

setInterval(() => {
  if (Date.now() - lastInput > 300000) active = broke = 0; else if (!document.hidden) active += 15;
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

applyTheme();
const token = location.pathname === "/join" && location.hash.slice(1);
if (token) { history.replaceState(null, "", "/join"); enter(gate, start, { token }); } else start();
