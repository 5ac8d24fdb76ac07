// What every page needs: elements, requests, notices, words.
// Text from the server becomes text nodes only; nothing here or elsewhere parses markup.

const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
};

/** An element: `h("button.primary", {onclick: f}, "Send")`. */
export const h = (tag, attributes, ...children) => {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  if (name === "button") node.type = "button";
  return fill(node, attributes, children);
};

/** An element of SVG. */
export const s = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

export const byId = (id) => document.getElementById(id);

/** A new copy of a template of the page. */
export const copy = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** A button whose action is done by whoever knows it, with room for its key. */
export const button = (action, words, tag = "button") => h(tag, { "data-action": action }, h("span", null, words), " ", h("kbd"));

/** A request that did not succeed; status 0 when there was no reply at all. */
export class Failure extends Error {
  constructor(status, code, message, after) {
    super(message);
    Object.assign(this, { status, code, after });
  }
}

let csrf = "";
export const setToken = (token) => { csrf = token ?? ""; };

/** Sends JSON and gives the JSON of the reply, null when it has none. */
export async function api(method, path, body, options = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    Object.assign(headers, { "Content-Type": "application/json", "X-CSRF-Token": csrf });
    body = JSON.stringify(body ?? {});
  }
  let response;
  try {
    response = await fetch(path, { method, headers, body, cache: "no-store",
      signal: options.keepalive ? undefined : AbortSignal.timeout(20000), ...options });
  } catch {
    throw new Failure(0, "offline", "The server cannot be reached.");
  }
  let value = null;
  try {
    const text = await response.text();
    value = text && (options.text ? text : JSON.parse(text));
  } catch { /* A reply that is not JSON is described by its status. */ }
  if (response.ok) return value || null;
  const error = value?.error ?? value ?? {};
  throw new Failure(response.status, error.code ?? "", String(error.message ?? `The server answered ${response.status}.`),
    Number(response.headers.get("Retry-After")));
}

/** A UUID of version 7: its order is the order of time. */
export function uuid() {
  const random = crypto.getRandomValues(new Uint8Array(10));
  random[0] = (random[0] & 15) | 112;
  random[2] = (random[2] & 63) | 128;
  const hex = Date.now().toString(16).padStart(12, "0") + [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Says something to eyes and ears; `kind` "alert" for what went wrong. Gives the notice, to be removed. */
export function say(text, kind = "status", action) {
  const place = byId(kind === "alert" ? "alerts" : "notices");
  for (const old of [...place.children]) if (old.dataset.text === text) old.remove();
  while (place.children.length > 2) place.firstChild.remove();
  const note = h("div.notice", { "data-text": text, "data-kept": action && "1" }, h("p", null, text),
    action && h("button", { onclick: () => { note.remove(); action.run(); } }, action.title),
    h("button.plain", { "aria-label": "Dismiss", onclick: () => note.remove() }, "×"));
  place.append(note);
  if (!action) setTimeout(() => note.remove(), kind === "alert" ? 12000 : 5000);
  return note;
}

/** A dialog over the page, closed by Escape or its button; focus goes back to where it was. */
export function dialog(title, content, onKey) {
  document.querySelector("dialog")?.close();
  const box = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => box.remove() },
    h("header", null, h("h2", { id: "dialog-title" }, title),
      h("button.plain", { "aria-label": "Close", onclick: () => box.close() }, "×")), content);
  box.onKey = onKey;
  document.body.append(box);
  box.showModal();
  return box;
}

export const letter = (index) => "ABCDEFGH"[index];
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
export const remembered = (name, fallback) => {
  try { return JSON.parse(localStorage.getItem(name)) ?? fallback; } catch { return fallback; }
};
export const remember = (name, value) => {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* Private windows may refuse; the page works without. */ }
};

/** Light, dark, or as the system has it. */
export function applyTheme(theme = remembered("theme", "auto")) {
  remember("theme", theme);
  document.documentElement.dataset.theme = theme;
}

/** What an answer says, in words. */
export function describe(answer) {
  const list = (values) => values.map(([key, value]) => `${key} ${value}`).join(", ");
  switch (answer?.kind) {
    case undefined: return "no answer";
    case "pair": return { first: "A is better", second: "B is better", tie: "Tie", bothBad: "Both bad" }[answer.verdict] ?? "?";
    case "ranking": return list((answer.ranks ?? []).map((rank, index) => [letter(index), rank]));
    case "rating": return list(Object.entries(answer.ratings ?? {}));
    case "labels": return (answer.labels ?? []).join(", ") || "no label";
    case "realOrGenerated": return { first: "A is real", second: "B is real", real: "Real", generated: "Generated" }[answer.choice] ?? "?";
    case "skip": return `Skipped: ${answer.reason ?? ""}`;
    case "review": return `Review: ${answer.decision}${answer.amended ? ` to ${describe(answer.amended)}` : ""}`;
    default: return String(answer.text ?? "").slice(0, 140);
  }
}
