// Keys: which key does what, checked before use, and one event for each press however long it lasts.

/** The actions with their keys and what they mean. */
export const actions = {
  first: [["1", "ArrowLeft"], "A is better (or real)"], second: [["2", "ArrowRight"], "B is better (or real)"],
  tie: [["3", "ArrowDown"], "Tie"], bothBad: [["4"], "Both are bad"],
  skip: [["s"], "Skip with a reason"], undo: [["u"], "Undo the last answer (also Ctrl+Z)"],
  confirm: [["Enter"], "Confirm or send"], comment: [["c"], "Comment"], flag: [["f"], "Flag as unsafe"],
  playA: [["a"], "Play A at the same place"], playB: [["b"], "Play B at the same place"], reference: [["x"], "Play the reference"],
  playPause: [["Space"], "Play or pause; hold to flicker between pictures"],
  loopStart: [["["], "Loop from here"], loopEnd: [["]"], "Loop to here"],
  back: [[","], "Back 2 seconds"], forward: [["."], "Forward 2 seconds"],
  zoom: [["z"], "Zoom both pictures"], grey: [["g"], "Grey background"], help: [["?"], "Show the keys"],
};
const named = /^(Arrow(Left|Right|Up|Down)|Space|Enter|Home|End|PageUp|PageDown|Backspace|Delete|F([1-9]|1[0-2]))$/;
const valid = (key) => typeof key === "string" && (named.test(key) || /^[^\s\p{C}]$/u.test(key));
const lower = (key) => (key.length === 1 ? key.toLowerCase() : key);

/** The map from key to action with the project's changes; what is not valid is left out and named. */
export function keyMap(custom) {
  const map = new Map(), refused = [], taken = new Set(), changed = new Set();
  if (custom && typeof custom === "object" && !Array.isArray(custom)) {
    for (const [action, value] of Object.entries(custom)) {
      const keys = [value].flat();
      const sound = Object.hasOwn(actions, action) && keys.length > 0 && keys.length < 4 &&
        keys.every((key) => valid(key) && !taken.has(lower(key)));
      if (!sound) { refused.push(String(action).slice(0, 40)); continue; }
      changed.add(action);
      for (const key of keys) { taken.add(lower(key)); map.set(lower(key), action); }
    }
  }
  for (const [action, [keys]] of Object.entries(actions)) {
    if (!changed.has(action)) for (const key of keys) if (!map.has(key)) map.set(key, action);
  }
  return { map, refused };
}

/** The keys of an action, for people. */
export const keysOf = (map, action) => [...map].filter(([, name]) => name === action)
  .map(([key]) => ({ ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" })[key] ?? key);

const isText = (node) => node.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])");
const ownsKey = (node, key) =>
  (node.matches("button, a, summary, [type=checkbox], [type=radio]") && (key === "Space" || key === "Enter")) ||
  (node.matches("[type=range], [type=radio]") && /^(Arrow|Home|End|Page)/.test(key));

/** Calls `press(key, event)` once for a press and `release(key)` after it; never inside text fields. */
export function listen(press, release) {
  const down = new Set();
  const nameOf = (event) => {
    if (event.key === " ") return "Space";
    const letterOfCode = /^Key([A-Z])$/.exec(event.code ?? "");
    if (letterOfCode && event.key.length === 1 && !/^[\x20-\x7e]$/.test(event.key)) return letterOfCode[1].toLowerCase();
    return lower(event.key);
  };
  addEventListener("blur", () => { for (const code of down) release(code); down.clear(); });
  document.addEventListener("keyup", (event) => { down.delete(event.code || event.key); release(nameOf(event)); });
  document.addEventListener("keydown", (event) => {
    const node = event.target instanceof Element ? event.target : document.body;
    const code = event.code || event.key;
    const key = nameOf(event);
    const command = event.ctrlKey || event.metaKey;
    if (event.isComposing || event.altKey || /^(Shift|Control|Alt|Meta|Tab|Escape|Dead)$/.test(event.key)) return;
    const text = isText(node);
    const held = event.repeat || down.has(code);
    if (!command) down.add(code);
    if (text || ownsKey(node, key)) {
      if (text && command && key === "Enter" && !held) press("Enter", event);
      else if (held && !text) event.preventDefault();
      return;
    }
    if (command && key !== "z") return;
    if (held) { event.preventDefault(); return; }
    if (press(command ? "undo" : key, event)) event.preventDefault();
  });
}
