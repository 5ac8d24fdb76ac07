// What is seldom used: joining, signing in, and the dialogs of the header.
import { h, api, copy, dialog, remember, remembered, applyTheme, describe } from "./base.js";
import { submits } from "./forms.js";
import { keysOf } from "./keys.js";
import { tone } from "./audio.js";

/** Joining by the token of an invitation, or signing in. */
export function enter(gate, start, { token, words }) {
  const form = copy(token ? "join" : "sign-in");
  submits(form, async (data) => {
    const password = data.get("password");
    await api("POST", token ? "/api/join" : "/api/login", { name: data.get("name"), ...(token && { token }), ...((password || !token) && { password }) });
    start();
  });
  gate(token ? "Join" : "Sign in", words && h("p", null, words), form);
}

export function openKeys({ map }) {
  const list = copy("keys");
  for (const place of list.querySelectorAll("[data-keys]")) place.append(...keysOf(map, place.dataset.keys).map((key) => h("kbd", null, key)));
  const box = dialog("Keys", list, (key) => map.get(key) === "help" && box.close());
}

export async function openHistory(undo) {
  const list = h("ul.history", null, h("li", null, "Loading…")), box = dialog("Your last answers", list);
  try {
    const { answers } = await api("GET", "/api/answers?mine=1&limit=20");
    list.replaceChildren(...answers.map((each) => h("li", null, h("span", null, h("strong", null, describe(each.answer)), h("br"), h("small", null, `${each.question ?? each.kind} · ${new Date(each.created).toLocaleString()}`)),
      h("button", { onclick: () => { box.close(); undo(each); } }, "Change"))));
    if (!answers.length) list.replaceChildren(h("li", null, "None yet."));
  } catch (error) { list.replaceChildren(h("li", null, error.message)); }
}

export function openSettings({ rater }) {
  const node = copy("settings"), [theme, confirm, volume, test, out] = node.querySelectorAll("select, input, button");
  theme.value = remembered("theme", "auto");
  theme.onchange = () => applyTheme(theme.value);
  confirm.checked = remembered("confirm", false);
  confirm.onchange = () => remember("confirm", confirm.checked);
  volume.value = remembered("volume", 1);
  volume.onchange = () => remember("volume", Number(volume.value));
  test.onclick = tone;
  out.append(` ${rater.name}`);
  out.onclick = async () => { await api("POST", "/api/logout").catch(() => {}); location.assign("/"); };
  dialog("Settings", node);
}

const reasons = ["I cannot tell", "Something is broken or missing", "I do not know enough about this", "It is harmful or upsetting"];

/** Asks why a task is skipped. */
export function openSkip(give) {
  const node = copy("skip"), input = node.querySelector("input");
  const go = (reason) => { if (reason) { box.close(); give({ kind: "skip", reason }); } else input.focus(); };
  node.prepend(...reasons.map((reason, i) => h("button.choice", { onclick: () => go(reason) }, h("span", null, reason), h("kbd", null, i + 1))));
  node.lastElementChild.onclick = () => go(input.value.trim());
  const box = dialog("Why skip this task?", node, (key) => reasons[key - 1] && (go(reasons[key - 1]), true));
}
