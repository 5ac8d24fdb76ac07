// How the simplest kinds of task are answered: one choice, one key. A control has `node`, `key(key, action)` (true when
// it was for it), and calls `give(answer, buttons)`; the other kinds are in kinds.js and have `draft()`, too.
import { h } from "./base.js";
import { keysOf } from "./keys.js";

export const kbd = (...keys) => keys.filter(Boolean).slice(0, 1).map((key) => h("kbd", null, key));

/** A control of one choice among buttons, each with the action that its key means. */
export function choice(choices, { give, map }) {
  const buttons = choices.map(([action, words, answer]) =>
    h("button.choice", { "data-action": action, onclick: () => give(answer, buttons) }, h("span", null, words), kbd(...keysOf(map, action))));
  return { node: h("div.choices", { role: "group", "aria-label": "Your answer" }, buttons), buttons,
    key: (key, action) => { const at = choices.findIndex(([name]) => name === action); if (at >= 0) give(choices[at][2], buttons); return at >= 0; } };
}

function pair(view, tools) {
  const say = (verdict) => ({ kind: "pair", verdict });
  return choice([["first", "A is better", say("first")], ["second", "B is better", say("second")],
    ...(view.allowsTie === false ? [] : [["tie", "Tie", say("tie")]]), ["bothBad", "Both bad", say("bothBad")]], tools);
}

function realOrGenerated(view, tools) {
  const two = view.items.length === 2, say = (choice) => ({ kind: "realOrGenerated", choice });
  return choice([["first", two ? "A is real" : "Real", say(two ? "first" : "real")],
    ["second", two ? "B is real" : "Generated", say(two ? "second" : "generated")]], tools);
}

/** The kinds that need nothing more. */
export const simple = { pair, realOrGenerated };
