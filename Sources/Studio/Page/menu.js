// What is seldom used: joining, signing in, and the dialogs of the header.
import { h, api, dialog, remember, remembered, applyTheme, describe } from "./base.js";
import { form, field } from "./forms.js";
import { actions, keysOf } from "./keys.js";

const secret = (label, name, complete, hint) => field(label, h("input", { name, type: "password", autocomplete: complete, maxlength: 200 }), hint);
const person = () => field("Your name", h("input", { name: "name", required: true, maxlength: 64, autocomplete: "username" }));

/** What the link of an invitation opens. */
export function join(gate, start, token) {
  gate("Join", h("p", null, "You were invited to say what you think of texts, pictures or sounds. Your answers are kept with the name that you give here."),
    form("Join", [person(), secret("Password", "password", "new-password", "Optional. With one you can sign in again on another device.")], async (data) => {
      await api("POST", "/api/join", { token, name: data.get("name"), ...(data.get("password") && { password: data.get("password") }) });
      start();
    }));
}

export function signIn(gate, start, words) {
  gate("Sign in", words && h("p", null, words), form("Sign in", [person(), secret("Password", "password", "current-password")], async (data) => {
    await api("POST", "/api/login", { name: data.get("name"), password: data.get("password") });
    start();
  }), h("p.quiet", null, "No account? Open the invitation link that you were sent."));
}

export function openKeys(keys) {
  dialog("Keys", h("dl.keys", null, Object.entries(actions).map(([action, [, words]]) =>
    h("div", null, h("dt", null, keysOf(keys.map, action).map((key) => h("kbd", null, key))), h("dd", null, words))),
  h("div", null, h("dt", null, h("kbd", null, "1…9")), h("dd", null, "Rank, rate or label; ↑ ↓ choose the item"))), (key) => keys.map.get(key) === "help" && document.querySelector("dialog").close());
}

export async function openHistory(undo) {
  const list = h("ul.history", null, h("li", null, "Loading…"));
  const box = dialog("Your last answers", list);
  try {
    const { answers } = await api("GET", "/api/answers?mine=1&limit=20");
    list.replaceChildren(...answers.map((each) => h("li", null, h("span", null, h("strong", null, describe(each.answer)), h("br"), h("small", null, `${each.question ?? each.kind} · ${new Date(each.created).toLocaleString()}`)),
      h("button", { onclick: () => { box.close(); undo(each); } }, "Change"))));
    if (!answers.length) list.replaceChildren(h("li", null, "None yet."));
  } catch (error) { list.replaceChildren(h("li", null, error.message)); }
}

export function openSettings(session, redraw) {
  const theme = h("select", { onchange: () => { applyTheme(theme.value); redraw(); } }, ["auto", "light", "dark"].map((name) => h("option", { value: name }, name)));
  theme.value = remembered("theme", "auto");
  const confirm = h("input", { type: "checkbox", checked: remembered("confirm", false), onchange: () => remember("confirm", confirm.checked) });
  const volume = h("input", { type: "range", min: 0.05, max: 1, step: 0.05, value: remembered("volume", 1), onchange: () => remember("volume", Number(volume.value)) });
  dialog("Settings", h("div.stack", null, field("Colours", theme), h("label.check", null, confirm, "Confirm each answer with Enter"),
    field("Volume", volume, "All sounds have the same loudness."), h("button", { onclick: async () => (await import("./audio.js")).tone() }, "Play a test tone"),
    h("button", { onclick: async () => { await api("POST", "/api/logout").catch(() => {}); location.assign("/"); } }, `Sign out ${session.rater.name}`)));
}
