// Keys: which key does what, checked before use, and one event for each press however long it lasts.

/** The actions with their keys; what they mean is said in index.html. */
export const actions = {
  first: "1 ArrowLeft", second: "2 ArrowRight", tie: "3 ArrowDown", bothBad: "4", skip: "s", undo: "u", confirm: "Enter",
  comment: "c", flag: "f", diff: "d", playA: "a", playB: "b", reference: "x", playPause: "Space", loopStart: "[", loopEnd: "]",
  back: ",", forward: ".", zoom: "z", zoomIn: "+", zoomOut: "-", fit: "0", grey: "g", help: "?",
};
const named = /^(Arrow(Left|Right|Up|Down)|Space|Enter|Home|End|PageUp|PageDown|Backspace|Delete|F([1-9]|1[0-2]))$/;
const valid = (key) => typeof key === "string" && (named.test(key) || /^[^\s\p{C}\p{M}]$/u.test(key));
const lower = (key) => (key.length === 1 ? key.toLowerCase() : key);

/** The map from key to action with the project's changes; what is not valid is left out and named. */
export function keyMap(custom) {
  const map = new Map(), refused = [], changed = new Set();
  for (const [action, value] of Object.entries(custom ?? {})) {
    const keys = [value].flat();
    if (Object.hasOwn(actions, action) && keys.length && keys.every((key) => valid(key) && !map.has(lower(key)))) {
      changed.add(action);
      for (const key of keys) map.set(lower(key), action);
    } else refused.push(action.slice(0, 40));
  }
  for (const [action, keys] of Object.entries(actions)) {
    if (!changed.has(action)) for (const key of keys.split(" ")) if (!map.has(key)) map.set(key, action);
  }
  return { map, refused };
}

/** The keys of an action, for people. */
export const keysOf = (map, action) => [...map].filter(([, name]) => name === action)
  .map(([key]) => ({ ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" })[key] ?? key);

const isText = (node) => node.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range])");
const ownsKey = (node, key) =>
  (node.matches("button, a, summary, [type=checkbox], [type=radio]") && /^(Space|Enter)$/.test(key)) ||
  (node.matches("[type=range], [type=radio]") && /^(Arrow|Home|End|Page)/.test(key));

/** Calls `press(key)` once for a press and `release(key)` after it; never inside text fields. */
export function listen(press, release) {
  const down = new Set();
  // A keyboard of another script gives the letter that stands at the place of the key.
  const nameOf = ({ key, code }) => key === " " ? "Space"
    : /^Key[A-Z]$/.test(code) && /^[^\x20-\x7e]$/.test(key) ? code[3].toLowerCase() : lower(key);
  addEventListener("blur", () => { for (const code of down) release(code); down.clear(); });
  addEventListener("keyup", (event) => { down.delete(event.code || event.key); release(nameOf(event)); });
  document.addEventListener("keydown", (event) => {
    const node = event.target, key = nameOf(event), code = event.code || event.key;
    const command = event.ctrlKey || event.metaKey, held = event.repeat || down.has(code);
    if (event.isComposing || event.altKey || /^(Shift|Control|Alt|Meta|Tab|Escape|Dead)$/.test(event.key)) return;
    if (!command) down.add(code);
    if (isText(node)) {
      if (command && key === "Enter" && !held) press("Enter");
    } else if (ownsKey(node, key) ? held : (!command || key === "z") && (held || press(command ? "undo" : key))) event.preventDefault();
  });
}
