// Forms that say what went wrong.
import { h } from "./base.js";

/** A field with its label. */
export const field = (label, input, hint) => h("label.field", null, h("span", null, label), input, hint && h("small", null, hint));

/** A form that sends once at a time and shows what went wrong in itself. */
export function form(title, fields, send) {
  const problem = h("p.problem", { role: "alert" });
  const button = h("button.primary", null, title);
  button.type = "submit";
  const node = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    try { await send(new FormData(node)); } catch (error) { problem.textContent = error.message; }
    button.disabled = false;
  } }, fields, problem, h("p", null, button));
  return node;
}
