// Pictures in boxes of one size that zoom and move together, and change places while a key is held.
import { h, letter } from "./base.js";
import { mediaURL } from "./content.js";

export class Gallery {
  constructor(watch) {
    Object.assign(this, { watch, frames: [], scale: 1, x: 0, y: 0, pointers: new Map() });
  }

  /** A box with a picture; `label` "A" for an item, none for the prompt. */
  add(block, label) {
    const source = mediaURL(block.media);
    const picture = (alt) => h("img", { src: source, alt, draggable: "false", decoding: "async",
      width: block.width, height: block.height, class: block.width && block.width <= 96 ? "pixels" : "" });
    const words = block.alt || (label ? `Picture ${label}` : "Picture");
    if (label === undefined) return h("figure.picture", null, picture(words));
    const tag = h("span.now", { hidden: true });
    const box = h("div.frame", {
      onwheel: (event) => {
        if (this.scale === 1 && !event.ctrlKey) return;
        event.preventDefault();
        this.zoom(this.scale * Math.exp(-event.deltaY / 400), this.place(event, box));
      },
      ondblclick: (event) => this.zoom(this.scale > 1 ? 1 : 3, this.place(event, box)),
      onpointerdown: (event) => { this.pointers.set(event.pointerId, event); if (this.scale > 1) box.setPointerCapture(event.pointerId); },
      onpointermove: (event) => this.move(event, box),
      onpointerup: (event) => this.pointers.delete(event.pointerId),
      onpointercancel: (event) => this.pointers.delete(event.pointerId),
    }, picture(words), tag);
    this.frames.push({ box, tag, source, label, words });
    return h("figure.picture", null, box);
  }

  place(event, box) {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [(event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5];
  }

  move(event, box) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    if (this.scale > 1) {
      this.x += (event.clientX - before.clientX) / box.clientWidth;
      this.y += (event.clientY - before.clientY) / box.clientHeight;
      this.apply();
    }
    this.pointers.set(event.pointerId, event);
  }

  /** Zooms all pictures to a factor, keeping the place `at` (fractions of the box from its middle). */
  zoom(scale, at = [0, 0]) {
    const next = Math.min(16, Math.max(1, scale));
    this.x = at[0] - ((at[0] - this.x) * next) / this.scale;
    this.y = at[1] - ((at[1] - this.y) * next) / this.scale;
    this.scale = next;
    this.watch.zoomed = true;
    this.apply();
  }

  cycle() { this.zoom(this.scale >= 8 ? 1 : this.scale * 2); }

  apply() {
    const most = (this.scale - 1) / 2;
    this.x = Math.min(most, Math.max(-most, this.x));
    this.y = Math.min(most, Math.max(-most, this.y));
    for (const { box } of this.frames) {
      box.classList.toggle("zoomed", this.scale > 1);
      for (const image of box.querySelectorAll("img")) {
        image.style.transform = `translate(${this.x * 100}%, ${this.y * 100}%) scale(${this.scale})`;
      }
    }
    if (this.shown) this.shown.textContent = `${Math.round(this.scale * 100)} %`;
  }

  /** While held, each of two boxes shows the picture of the other. */
  flicker(held) {
    if (this.frames.length !== 2 || this.held === held) return;
    this.held = held;
    if (held) this.watch.flickers += 1;
    this.frames.forEach((frame, index) => {
      const shown = this.frames[held ? 1 - index : index];
      const image = frame.box.querySelector("img");
      image.src = shown.source;
      image.alt = shown.words;
      frame.tag.hidden = !held;
      frame.tag.textContent = `showing ${shown.label ?? letter(index)}`;
    });
  }

  grey() {
    this.isGrey = !this.isGrey;
    for (const { box } of this.frames) box.classList.toggle("grey", this.isGrey);
    this.greyButton?.setAttribute("aria-pressed", this.isGrey);
  }

  /** The row of tools under the pictures. */
  tools() {
    this.shown = h("output", { "aria-label": "Zoom" }, "100 %");
    this.greyButton = h("button", { "aria-pressed": "false", onclick: () => this.grey() }, "Grey ", h("kbd", null, "g"));
    const hold = h("button", { onpointerdown: () => this.flicker(true), onpointerup: () => this.flicker(false),
      onpointerleave: () => this.flicker(false),
      onkeydown: (event) => { if (event.key === " ") this.flicker(true); }, onkeyup: () => this.flicker(false) },
    "Hold to flicker ", h("kbd", null, "Space"));
    return h("div.tools", { role: "group", "aria-label": "Pictures" },
      h("button", { "aria-label": "Zoom out", onclick: () => this.zoom(this.scale / 2) }, "−"), this.shown,
      h("button", { "aria-label": "Zoom in", onclick: () => this.zoom(this.scale * 2) }, "+"),
      h("button", { onclick: () => this.zoom(1) }, "Fit"), this.greyButton, this.frames.length === 2 && hold);
  }
}
