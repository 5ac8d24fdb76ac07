// The kinds of task that are more than one choice: ranking, rating, labels, writing, review.
import { h, letter, describe } from "./base.js";
import { choice, kbd, simple } from "./answers.js";
import { keysOf } from "./keys.js";

const send = (words, run) => h("button.choice.primary", { onclick: run }, h("span", null, words), kbd("Enter"));

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
    numbers.map((k) => h("button", { "aria-pressed": "false", "aria-label": `${letter(i)} rank ${k + 1}`, onclick: () => set(i, k + 1) }, k + 1))));
  cards.forEach((card, i) => panels[i].append(card));
  function focus(i) {
    current = (i + count) % count;
    panels.forEach((panel, k) => { panel.classList.toggle("current", k === current); if (k === current) panel.setAttribute("aria-current", "true"); else panel.removeAttribute("aria-current"); });
    panels[current].scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  function set(i, rank) {
    picked[i] = rank;
    draw();
    const next = numbers.map((k) => (i + 1 + k) % count).find((k) => !picked[k]);
    focus(next ?? i);
  }
  function draw() {
    rows.forEach((row, rank) => row.lastChild.replaceChildren(...numbers.filter((i) => picked[i] === rank).map(chip)));
    cards.forEach((card, i) => [...card.children].forEach((button, k) => button.setAttribute("aria-pressed", picked[i] === k + 1)));
    done.disabled = picked.includes(0);
  }
  function drag(event, i) {
    const node = event.currentTarget, from = [event.clientX, event.clientY];
    node.setPointerCapture(event.pointerId);
    const over = (move) => document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-rank]");
    const mark = (row) => rows.forEach((each) => each.classList.toggle("target", each === row));
    node.onpointermove = (move) => {
      node.style.transform = `translate(${move.clientX - from[0]}px, ${move.clientY - from[1]}px)`;
      node.classList.add("dragged");
      mark(over(move));
    };
    node.onpointerup = (up) => {
      const row = over(up);
      mark();
      node.style.transform = "";
      node.classList.remove("dragged");
      if (row && Math.hypot(up.clientX - from[0], up.clientY - from[1]) > 6) set(i, Number(row.dataset.rank));
    };
    node.onpointercancel = () => { mark(); draw(); };
  }
  // The rank of an item is one more than the number of better ones, so that 1, 1, 2 is sent as 1, 1, 3.
  const finish = () => {
    if (picked.includes(0)) return say("Give every item a rank first.");
    give({ kind: "ranking", ranks: picked.map((rank) => 1 + picked.filter((other) => other < rank).length) });
  };
  const done = send("Send the ranking", finish);
  draw();
  queueMicrotask(() => focus(0));
  return { node: h("div.board", null, h("ol.board", { "aria-label": "Ranks" }, rows), done), draft: () => ({ ranks: [...picked] }),
    key(key, action) {
      const digit = Number(key);
      if (digit >= 1 && digit <= count) set(current, digit);
      else if (/^Arrow(Down|Right)$/.test(key)) focus(current + 1);
      else if (/^Arrow(Up|Left)$/.test(key)) focus(current - 1);
      else if (action === "confirm") finish();
      else return false;
      return true;
    } };
}

/** One scale for each criterion: radio buttons for few steps, a slider for many. */
function rating(view, { give, say }) {
  const values = { ...view.draft?.ratings };
  let current = 0;
  const sets = view.criteria.map((criterion, at) => {
    const { id, lowest = 1, highest = 7 } = criterion, few = Number.isInteger(lowest) && highest - lowest <= 10;
    const steps = few ? [...Array(highest - lowest + 1).keys()].map((i) => lowest + i) : [];
    const inputs = few ? steps.map((value) => h("input", { type: "radio", name: `rating-${at}`, value, checked: values[id] === value, onchange: () => set(at, value) }))
      : [h("input", { type: "range", min: lowest, max: highest, step: "any", value: values[id] ?? (lowest + highest) / 2, "aria-label": criterion.title, oninput: (event) => set(at, Number(event.target.value)) })];
    const node = h("fieldset", { onfocusin: () => mark(at) }, h("legend", null, h("strong", null, criterion.title), criterion.question ? ` ${criterion.question}` : ""),
      h("div.scale", null, h("small", null, `low ${lowest}`), few ? inputs.map((input, i) => h("label", null, input, h("span", null, steps[i]))) : inputs, h("small", null, `${highest} high`)));
    return { id, node, inputs, steps };
  });
  function mark(at) { current = at; sets.forEach((set, i) => set.node.classList.toggle("current", i === at)); }
  function set(at, value) { values[sets[at].id] = value; done.disabled = !sets.every(({ id }) => id in values); }
  const finish = () => (done.disabled ? say("Rate every criterion first.") : give({ kind: "rating", ratings: { ...values } }));
  const done = send("Send the rating", finish);
  done.disabled = !sets.every(({ id }) => id in values);
  mark(0);
  return { node: h("div.form", null, sets.map((set) => set.node), done), draft: () => ({ ratings: { ...values } }),
    key(key, action) {
      const input = sets[current].inputs[sets[current].steps.indexOf(Number(key))];
      if (/^\d$/.test(key) && input) { input.checked = true; set(current, Number(key)); mark(Math.min(current + 1, sets.length - 1)); }
      else if (key === "ArrowDown") mark((current + 1) % sets.length);
      else if (key === "ArrowUp") mark((current + sets.length - 1) % sets.length);
      else if (action === "confirm") finish();
      else return false;
      return true;
    } };
}

function labels(view, { give, say }) {
  const chosen = new Set((view.draft?.labels ?? []).filter((label) => view.labels.includes(label)));
  const toggle = (label, button) => {
    if (!chosen.delete(label)) chosen.add(label);
    button.setAttribute("aria-pressed", chosen.has(label));
  };
  const buttons = view.labels.map((label, i) => h("button.choice", { "aria-pressed": chosen.has(label), onclick: (event) => toggle(label, event.currentTarget) },
    h("span", null, label), i < 9 && kbd(String(i + 1))));
  const finish = () => (chosen.size ? give({ kind: "labels", labels: view.labels.filter((label) => chosen.has(label)) }) : say("Choose a label first."));
  return { node: h("div.form", null, h("div.choices.many", { role: "group", "aria-label": "Labels" }, buttons), send("Send", finish)), draft: () => ({ labels: [...chosen] }),
    key(key, action) {
      const button = /^[1-9]$/.test(key) && buttons[Number(key) - 1];
      if (button) toggle(view.labels[Number(key) - 1], button);
      else if (action === "confirm") finish();
      else return false;
      return true;
    } };
}

/** A comment or a demonstration; what stands in the item is the text to edit. */
function writing(view, { give, say }) {
  const demonstration = view.kind === "demonstration";
  const given = demonstration && view.items[0]?.map((block) => block.text ?? "").join("\n\n");
  const area = h("textarea", { rows: demonstration ? 12 : 5, value: view.draft?.text ?? (given || ""), id: "writing" });
  const finish = () => (area.value.trim() ? give({ kind: view.kind, text: area.value }) : say("Write something first."));
  return { node: h("div.form", null, h("label", { for: "writing" }, demonstration ? "Your answer, as the best one would be" : "Your comment"), area,
    h("button.choice.primary", { onclick: finish }, h("span", null, "Send"), kbd("Ctrl+Enter"))), draft: () => ({ text: area.value }), focus: area,
    key: (key, action) => action === "confirm" && (finish(), true) };
}

function review(view, tools) {
  const say = (decision, more) => ({ kind: "review", decision, ...more });
  const place = h("div.amend");
  let inner;
  const amend = () => {
    inner = all[view.previous.kind]({ ...view, kind: view.previous.kind, draft: null }, { ...tools, give: (amended, buttons) => tools.give(say("amend", { amended }), buttons) });
    outer.node.hidden = true;
    place.replaceChildren(h("p", null, "What it should be:"), inner.node);
    inner.node.querySelector("button, input, textarea")?.focus();
  };
  const outer = choice([["first", "Accept", say("accept")], ["tie", "Reject", say("reject")]], tools);
  const button = h("button.choice", { "data-action": "second", onclick: amend }, h("span", null, "Amend"), kbd(...keysOf(tools.map, "second")));
  outer.node.insertBefore(button, outer.buttons[1]);
  return { node: h("div.form", null, h("p.previous", null, "The answer under review: ", h("strong", null, describe(view.previous))), outer.node, place),
    key: (key, action) => (inner ? inner.key(key, action) : action === "second" ? (amend(), true) : outer.key(key, action)) };
}

const all = { ...simple, ranking, rating, labels, comment: writing, demonstration: writing, review };

/** The control for a task; undefined for a kind that this page does not know. */
export const control = (view, tools) => (Object.hasOwn(all, view.kind) ? all[view.kind](view, tools) : undefined);
