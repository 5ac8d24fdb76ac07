// Pictures in boxes of one size that zoom and move together, change places while a key is held, or show for a while only.
import { h, copy } from "./base.js";
import { mediaURL } from "./content.js";

export class Gallery {
  /** `exposure` is how many seconds the pictures of the items are shown, 0 without a limit. */
  constructor(watch, exposure) {
    Object.assign(this, { watch, exposure, frames: [], scale: 1, x: 0, y: 0, pointers: new Map() });
  }

  /** A box with a picture; `label` "A" for an item, none for the prompt. */
  add(block, label) {
    const source = mediaURL(block.media), words = block.alt || `Picture ${label ?? ""}`;
    const image = h("img", { src: source, alt: words, draggable: "false", decoding: "async", width: block.width, height: block.height, class: block.width <= 96 && "pixels" });
    if (label === undefined) return h("figure.picture", null, image);
    const tag = h("span.now", { hidden: true });
    const release = (event) => this.pointers.delete(event.pointerId);
    const box = h("div.frame", {
      onwheel: (event) => {
        if (this.exposure || (this.scale === 1 && event.deltaY > 0)) return;
        event.preventDefault();
        this.zoom(this.scale * Math.exp(-event.deltaY / 400), this.place(event, box));
      },
      ondblclick: (event) => this.zoom(this.scale > 1 ? 1 : 3, this.place(event, box)),
      onpointerdown: (event) => {
        this.pointers.set(event.pointerId, event);
        if (this.scale > 1 || this.pointers.size > 1) for (const id of this.pointers.keys()) box.setPointerCapture(id);
      },
      onpointermove: (event) => this.move(event, box), onpointerup: release, onpointercancel: release,
    }, image, tag);
    if (this.exposure) box.classList.add("masked");
    this.frames.push({ box, image, tag, source, label, words });
    return h("figure.picture", null, box);
  }

  /** A place in a box, as fractions of it from its middle. */
  place(event, box) {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [(event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5];
  }

  /** One finger moves what is zoomed; two change the zoom by their distance. */
  move(event, box) {
    const span = () => { const [a, b] = [...this.pointers.values()]; return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const two = this.pointers.size === 2, was = two && span();
    this.pointers.set(event.pointerId, event);
    if (two) {
      const [a, b] = [...this.pointers.values()].map((each) => this.place(each, box));
      this.zoom((this.scale * span()) / (was || 1), [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    } else if (this.scale > 1) {
      this.x += (event.clientX - before.clientX) / box.clientWidth;
      this.y += (event.clientY - before.clientY) / box.clientHeight;
      this.apply();
    }
  }

  /** Zooms all pictures to a factor, keeping the place `at`. */
  zoom(scale, at = [0, 0]) {
    if (this.exposure) return;
    const next = Math.min(16, Math.max(1, scale));
    this.x = at[0] - ((at[0] - this.x) * next) / this.scale;
    this.y = at[1] - ((at[1] - this.y) * next) / this.scale;
    this.scale = next;
    this.watch.zoomed = true;
    this.apply();
  }

  cycle() { this.zoom(this.scale >= 8 ? 1 : this.scale * 2); }

  apply() {
    const most = (this.scale - 1) / 2, within = (value) => Math.min(most, Math.max(-most, value));
    this.x = within(this.x);
    this.y = within(this.y);
    for (const { box, image } of this.frames) {
      box.classList.toggle("zoomed", this.scale > 1);
      image.style.transform = `translate(${this.x * 100}%, ${this.y * 100}%) scale(${this.scale})`;
    }
    this.row.querySelector("output").textContent = `${Math.round(this.scale * 100)} %`;
  }

  /** While held, each of two boxes shows the picture of the other. */
  flicker(held) {
    if (this.frames.length !== 2 || this.exposure || this.held === held) return;
    this.held = held;
    if (held) this.watch.flickers += 1;
    this.frames.forEach(({ image, tag }, index) => {
      const { source, words, label } = this.frames[held ? 1 - index : index];
      Object.assign(image, { src: source, alt: words });
      tag.hidden = !held;
      tag.textContent = `showing ${label}`;
    });
  }

  grey() {
    const on = this.frames.map(({ box }) => box.classList.toggle("grey"))[0];
    this.row.querySelector("[data-action=grey]").setAttribute("aria-pressed", on);
  }

  /** Shows the pictures for their time, once; before that there is no answer. */
  async expose() {
    if (this.seen) return;
    this.seen = true;
    await Promise.all(this.frames.map(({ image }) => image.decode().catch(() => {})));
    const mask = (on) => this.frames.forEach(({ box }) => box.classList.toggle("masked", on));
    const began = performance.now();
    mask(false);
    this.row.hidden = true;
    setTimeout(() => { mask(true); this.watch.exposureMs = Math.round(performance.now() - began); }, this.exposure * 1000);
  }

  /** The row of tools under the pictures. */
  tools() {
    this.row = copy(this.exposure ? "exposure" : "pictures");
    const hold = this.row.querySelector("[data-hold]");
    if (this.exposure) this.row.querySelector("span").textContent = `Show for ${this.exposure} s`;
    else if (this.frames.length !== 2) hold.remove();
    else {
      hold.onpointerdown = () => this.flicker(true);
      hold.onkeydown = (event) => { if (event.key === " ") this.flicker(true); };
      hold.onpointerup = hold.onpointerleave = hold.onkeyup = hold.onblur = () => this.flicker(false);
    }
    return this.row;
  }
}
