// Forms that say what went wrong.
import { h } from "./base.js";

/** A field with its label. */
export const field = (label, input, hint) => h("label.field", null, h("span", null, label), input, hint && h("small", null, hint));

/** Makes a form send once at a time and show what went wrong in its `.problem`. */
export function submits(node, send) {
  const problem = node.querySelector(".problem"), button = node.querySelector("[type=submit]");
  node.onsubmit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    try { await send(new FormData(node)); } catch (error) { problem.textContent = error.message; }
    button.disabled = false;
  };
  return node;
}
