// How each kind of task is answered. A control has `node`, `key(key, action)` (true when it was for it), and `draft()`
// where there is something to keep; it calls `give(answer)`. Its buttons name actions, which come back by `key`.
import { h, button, letter, describe } from "./base.js";

/** A control of one choice among buttons, each with its action. */
function choice(choices, { give }) {
  return { node: h("div.choices", { role: "group", "aria-label": "Your answer" }, choices.map(([action, words]) => button(action, words, "button.choice"))),
    key: (key, action) => choices.some(([name, , answer]) => name === action && (give(answer), true)) };
}

/** What several steps make, and the button that sends it; `finish` says whether and what. */
function steps(node, words, finish, draft, keys) {
  return { node: h("div.form", null, node, button("confirm", words, "button.choice.primary")), draft,
    key: (key, action) => (action === "confirm" ? (finish(), true) : keys(key)) };
}

function pair(view, tools) {
  const say = (action, words) => [action, words, { kind: "pair", verdict: action }];
  return choice([say("first", "A is better"), say("second", "B is better"), ...(view.allowsTie === false ? [] : [say("tie", "Tie")]), say("bothBad", "Both bad")], tools);
}

function realOrGenerated(view, tools) {
  const say = (action, words, choice) => [action, words, { kind: "realOrGenerated", choice }];
  return choice(view.items.length === 2 ? [say("first", "A is real", "first"), say("second", "B is real", "second")]
    : [say("first", "Real", "real"), say("second", "Generated", "generated")], tools);
}

/** Ranks by number keys, by buttons, or by dragging a letter to a row; an equal number is a tie. */
function ranking(view, { give, say, panels }) {
  const count = view.items.length, numbers = [...Array(count).keys()];
  const picked = numbers.map((i) => Number(view.draft?.ranks?.[i]) || 0);
  let current = 0;
  const chip = (i) => h("button.chip", { "data-item": i, "aria-label": `${letter(i)}, drag to a rank`,
    onclick: () => focus(i), onpointerdown: (event) => drag(event, i) }, letter(i));
  const rows = [0, ...numbers.map((i) => i + 1)].map((rank) => h("li", { "data-rank": rank },
    h("span", null, rank === 0 ? "Not ranked" : rank === 1 ? "1 · best" : rank), h("div.chips")));
  const cards = numbers.map((i) => h("div.ranks", { role: "group", "aria-label": `Rank of ${letter(i)}` },
    numbers.map((k) => h("button", { "aria-label": `${letter(i)} rank ${k + 1}`, onclick: () => set(i, k + 1) }, k + 1))));
  cards.forEach((card, i) => panels[i].append(card));
  function focus(i) {
    current = (i + count) % count;
    panels.forEach((panel, k) => { panel.classList.toggle("current", k === current); panel.setAttribute("aria-current", k === current); });
    panels[current].scrollIntoView({ block: "nearest" });
  }
  function set(i, rank) {
    picked[i] = rank;
    draw();
    focus(numbers.map((k) => (i + 1 + k) % count).find((k) => !picked[k]) ?? i);
  }
  function draw() {
    rows.forEach((row, rank) => row.lastChild.replaceChildren(...numbers.filter((i) => picked[i] === rank).map(chip)));
    cards.forEach((card, i) => [...card.children].forEach((each, k) => each.setAttribute("aria-pressed", picked[i] === k + 1)));
  }
  function drag(event, i) {
    const node = event.currentTarget, from = [event.clientX, event.clientY];
    node.setPointerCapture(event.pointerId);
    const mark = (move) => {
      const over = document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-rank]");
      rows.forEach((row) => row.classList.toggle("target", row === over));
      return over;
    };
    node.onpointermove = (move) => {
      node.style.transform = `translate(${move.clientX - from[0]}px, ${move.clientY - from[1]}px)`;
      node.classList.add("dragged");
      mark(move);
    };
    node.onpointerup = (up) => {
      const row = node.classList.contains("dragged") && mark(up);
      rows.forEach((each) => each.classList.remove("target"));
      if (row) set(i, Number(row.dataset.rank)); else draw();
    };
    node.onpointercancel = draw;
  }
  draw();
  queueMicrotask(() => focus(0));
  // The rank of an item is one more than the number of better ones, so that 1, 1, 2 is sent as 1, 1, 3.
  return steps(h("ol.board", { "aria-label": "Ranks" }, rows), "Send the ranking", () => (picked.includes(0) ? say("Give every item a rank first.")
    : give({ kind: "ranking", ranks: picked.map((rank) => 1 + picked.filter((other) => other < rank).length) })), () => ({ ranks: [...picked] }), (key) => {
    const move = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[key];
    if (move) focus(current + move);
    else if (key >= 1 && key <= count) set(current, Number(key));
    else return false;
    return true;
  });
}

/** One scale for each criterion: radio buttons for few steps, a slider for many. */
function rating(view, { give, say }) {
  const values = { ...view.draft?.ratings };
  let current = 0;
  const sets = view.criteria.map(({ id, title, question, lowest, highest }, at) => {
    const few = Number.isInteger(lowest) && highest - lowest <= 10;
    const inputs = few ? [...Array(highest - lowest + 1).keys()].map((i) => h("input", { type: "radio", name: `rating-${at}`, value: lowest + i, checked: values[id] === lowest + i, onchange: () => { values[id] = lowest + i; } }))
      : [h("input", { type: "range", min: lowest, max: highest, step: "any", value: values[id] ?? (lowest + highest) / 2, "aria-label": title, oninput: (event) => { values[id] = Number(event.target.value); } })];
    const node = h("fieldset", { onfocusin: () => mark(at) }, h("legend", null, h("strong", null, title), question && ` ${question}`),
      h("div.scale", null, h("small", null, `low ${lowest}`), few ? inputs.map((input) => h("label", null, input, h("span", null, input.value))) : inputs, h("small", null, `${highest} high`)));
    return { id, node, inputs };
  });
  function mark(at) {
    current = (at + sets.length) % sets.length;
    sets.forEach((set, i) => set.node.classList.toggle("current", i === current));
  }
  mark(0);
  return steps(sets.map((set) => set.node), "Send the rating", () => (sets.every(({ id }) => id in values) ? give({ kind: "rating", ratings: { ...values } }) : say("Rate every criterion first.")),
    () => ({ ratings: { ...values } }), (key) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[key], input = /^\d$/.test(key ?? "") && sets[current].inputs.find((each) => each.value === key);
      if (move) mark(current + move);
      else if (input) {
        input.click();
        mark(sets.map((_, i) => (current + 1 + i) % sets.length).find((i) => !(sets[i].id in values)) ?? current);
      }
      else return false;
      return true;
    });
}

function labels(view, { give, say }) {
  const chosen = new Set(view.draft?.labels), all = view.labels;
  const buttons = all.map((label, i) => h("button.choice", { "aria-pressed": chosen.has(label), onclick: () => toggle(i) }, h("span", null, label), i < 9 && h("kbd", null, i + 1)));
  function toggle(i) {
    if (!chosen.delete(all[i])) chosen.add(all[i]);
    buttons[i].setAttribute("aria-pressed", chosen.has(all[i]));
  }
  const send = () => { const list = all.filter((label) => chosen.has(label)); return list.length ? give({ kind: "labels", labels: list }) : say("Choose a label first."); };
  return steps(h("div.choices.many", { role: "group", "aria-label": "Labels" }, buttons), "Send", send, () => ({ labels: [...chosen] }),
    (key) => key >= 1 && key <= all.length && (toggle(key - 1), true));
}

/** A comment or a demonstration; what stands in the item is the text to edit. */
function writing(view, { give, say }) {
  const demonstration = view.kind === "demonstration";
  const given = demonstration && view.items[0]?.map((block) => block.text ?? "").join("\n\n");
  const area = h("textarea", { rows: demonstration ? 12 : 5, value: view.draft?.text ?? (given || ""), id: "writing" });
  const form = steps([h("label", { for: "writing" }, demonstration ? "Your answer, as the best one would be" : "Your comment"), area], "Send",
    () => (area.value.trim() ? give({ kind: view.kind, text: area.value }) : say("Write something first.")), () => ({ text: area.value }), () => false);
  // Enter alone is a new line.
  form.node.querySelector("kbd").append("Ctrl+Enter");
  return form;
}

/** Accepts, amends or rejects an answer; to amend is to answer its task in place of its rater. */
function review(view, tools) {
  const { previous } = view, say = (decision, amended) => ({ kind: "review", decision, amended });
  const place = h("div.amend");
  let inner;
  const outer = choice([["first", "Accept", say("accept")], ["second", "Amend"], ["tie", "Reject", say("reject")]], { give(answer) {
    if (answer) return tools.give(answer);
    inner = control({ ...view, kind: previous.kind, draft: null, allowsTie: true }, { ...tools, give: (amended) => tools.give(say("amend", amended)) });
    place.replaceChildren(h("p", null, "What it should be:"), inner.node);
    tools.name(place);
    outer.node.hidden = true;
    place.querySelector("button, input, textarea").focus();
  } });
  return { node: h("div.form", null, h("p.previous", null, "The answer under review: ", h("strong", null, describe(previous))), outer.node, place),
    key: (key, action) => (inner ?? outer).key(key, action) };
}

const all = { pair, realOrGenerated, ranking, rating, labels, comment: writing, demonstration: writing, review };

/** The control for a task; undefined for a kind that this page does not know. */
export const control = (view, tools) => (Object.hasOwn(all, view.kind) ? all[view.kind](view, tools) : undefined);
