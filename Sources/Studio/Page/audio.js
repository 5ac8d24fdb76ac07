// Sounds that play in step: one playhead, a switch without a gap, a loop, and the count of what was heard.
import { h, remembered } from "./base.js";
import { mediaURL } from "./content.js";

let context;
const audio = () => (context ??= new AudioContext({ latencyHint: "interactive" }));
const decoded = new Map();

/** The samples of a file, decoded once and kept for a while. */
export function decode(sha) {
  if (!decoded.has(sha)) {
    const work = fetch(mediaURL(sha)).then((reply) => {
      if (!reply.ok) throw new Error("The sound could not be loaded.");
      return reply.arrayBuffer();
    }).then((bytes) => audio().decodeAudioData(bytes));
    decoded.set(sha, work);
    work.catch(() => decoded.delete(sha));
    if (decoded.size > 20) decoded.delete(decoded.keys().next().value);
  }
  return decoded.get(sha);
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const fade = 0.01;

/** A tone near the loudness of all sounds, to set the volume by. */
export function tone() {
  const place = audio(), source = place.createOscillator(), level = place.createGain();
  place.resume();
  source.frequency.value = 997;
  level.gain.value = 0.1 * remembered("volume", 1);
  source.connect(level).connect(place.destination);
  source.start();
  source.stop(place.currentTime + 2);
}

export class Player {
  constructor(watch, need) {
    Object.assign(this, { watch, need, tracks: [], selected: 0, position: 0, sources: [], loop: [null, null], length: 0 });
  }

  /** The row of a sound; its number counts for "must hear" unless it is the reference. */
  add(block, label) {
    const index = this.tracks.length;
    const track = { block, label, heard: 0, plays: 0, first: null, reference: label === undefined,
      name: label ?? "Reference", duration: Number(block.duration) || 0 };
    track.canvas = h("canvas.wave", { role: "img",
      "aria-label": `Waveform of ${track.name || "the sound"}, ${track.duration.toFixed(1)} seconds`,
      onclick: (event) => this.seek((event.offsetX / track.canvas.clientWidth) * this.length, index) });
    track.note = h("span.heard");
    track.button = h("button.track", { "aria-pressed": "false", onclick: () => this.play(index) },
      h("span", null, track.reference ? "Reference" : `Play ${label}`), (index < 2 || track.reference) && h("kbd", null, track.reference ? "x" : "ab"[index]));
    this.tracks.push(track);
    this.length = Math.max(this.length, track.duration);
    new ResizeObserver(() => this.draw()).observe(track.canvas);
    return h("div.sound", null, track.button, track.canvas, track.note);
  }

  /** Decodes all tracks and makes them equally long, so that one playhead fits all. */
  async load() {
    this.failed = false;
    try {
      const buffers = await Promise.all(this.tracks.map((track) => decode(track.block.media)));
      const frames = Math.max(...buffers.map((buffer) => buffer.length));
      this.length = frames / audio().sampleRate;
      buffers.forEach((buffer, i) => {
        this.tracks[i].duration = buffer.duration;
        if (buffer.length < frames) {
          const longer = audio().createBuffer(buffer.numberOfChannels, frames, buffer.sampleRate);
          for (let c = 0; c < buffer.numberOfChannels; c++) longer.copyToChannel(buffer.getChannelData(c), c);
          buffer = longer;
        }
        this.tracks[i].buffer = buffer;
      });
      this.ready = true;
    } catch (error) {
      this.failed = true;
      this.status.textContent = `${error.message} `;
      this.status.append(h("button", { onclick: () => this.load() }, "Try again"));
      return;
    }
    this.draw();
  }

  now() {
    if (!this.playing) return this.position;
    let at = this.position + Math.max(0, audio().currentTime - this.started);
    const [from, to] = this.loop;
    if (to !== null && at >= to) at = from + ((at - from) % (to - from));
    return Math.min(at, this.length);
  }

  /** Counts what was heard since the last count. */
  account() {
    if (!this.playing) return;
    const time = audio().currentTime, track = this.tracks[this.selected];
    if (this.now() <= track.duration + 0.05) track.heard += Math.max(0, time - Math.max(this.counted, this.started));
    this.counted = time;
  }

  begin() {
    if (!this.ready) return;
    audio().resume();
    this.halt();
    if (this.position >= this.length - 0.02) this.position = this.loop[0] ?? 0;
    this.started = this.counted = audio().currentTime + 0.02;
    this.sources = this.tracks.map((track, i) => {
      const source = audio().createBufferSource(), level = audio().createGain();
      source.buffer = track.buffer;
      const [from, to] = this.loop;
      if (to !== null) Object.assign(source, { loop: true, loopStart: from, loopEnd: to });
      track.level = Math.pow(10, (Number(track.block.gain) || 0) / 20) * remembered("volume", 1);
      level.gain.value = i === this.selected ? track.level : 0;
      source.connect(level).connect(audio().destination);
      source.start(this.started, this.position);
      track.live = level.gain;
      return source;
    });
    this.sources[0].onended = () => { if (this.playing) { this.account(); this.halt(); this.position = this.loop[0] ?? 0; this.draw(); } };
    this.playing = true;
    this.note();
    const step = () => { if (!this.playing) return; this.account(); this.draw(); requestAnimationFrame(step); };
    step();
  }

  note() {
    const track = this.tracks[this.selected];
    track.plays += 1;
    track.first ??= new Date().toISOString();
  }

  halt() {
    for (const source of this.sources) { source.onended = null; try { source.stop(); } catch { /* It had not begun. */ } }
    this.sources = [];
    this.playing = false;
  }

  pause() { this.account(); this.position = this.now(); this.halt(); this.draw(); }
  toggle() { if (this.playing) this.pause(); else this.begin(); }

  /** Plays a track, at the same place and without a gap when another is playing. */
  play(index) {
    if (!this.tracks[index] || !this.ready) return;
    if (!this.playing) { this.selected = index; this.begin(); return; }
    if (index === this.selected) return;
    this.account();
    const time = audio().currentTime;
    for (const [i, track] of this.tracks.entries()) {
      if (i !== index && i !== this.selected) continue;
      const now = i === index ? 0 : track.level;
      track.live.cancelScheduledValues(time);
      track.live.setValueAtTime(now, time);
      track.live.linearRampToValueAtTime(i === index ? track.level : 0, time + fade);
    }
    this.selected = index;
    this.watch.switches += 1;
    this.note();
    this.draw();
  }

  seek(to, index) {
    if (!Number.isFinite(to)) return;
    const playing = this.playing;
    if (playing) this.pause();
    if (index !== undefined) this.selected = index;
    this.position = Math.min(Math.max(0, to), Math.max(0, this.length - 0.01));
    if (playing) this.begin(); else this.draw();
  }

  step(seconds) { this.seek(this.now() + seconds); }

  /** Sets one end of the loop at the playhead; the second press of the end takes the loop away. */
  mark(end) {
    const at = this.now(), playing = this.playing;
    if (playing) this.pause();
    if (end === 0) this.loop = [at, this.loop[1] !== null && this.loop[1] > at + 0.05 ? this.loop[1] : null];
    else this.loop = this.loop[1] !== null ? [null, null] : [this.loop[0] ?? 0, at];
    if (this.loop[1] !== null && this.loop[1] - this.loop[0] < 0.05) this.loop = [null, null];
    if (this.loop[1] !== null) this.position = this.loop[0];
    if (playing) this.begin(); else this.draw();
  }

  /** What is still to be heard before an answer counts; empty when enough. */
  missing() {
    return this.tracks.filter((track) => !track.reference)
      .map((track) => [track.name, Math.min(this.need, track.duration) - 0.05 - track.heard])
      .filter(([, left]) => left > 0);
  }

  behaviour() {
    this.account();
    const items = this.tracks.filter((track) => !track.reference);
    return { playedMs: items.map((track) => Math.round(track.heard * 1000)), firstPlayedAt: items.map((track) => track.first),
      plays: items.map((track) => track.plays) };
  }

  /** The controls that all tracks share. */
  tools() {
    const button = (words, key, run) => h("button", { onclick: run }, `${words} `, h("kbd", null, key));
    this.toggleButton = button("Play", "Space", () => this.toggle());
    this.slider = h("input", { type: "range", min: 0, step: 0.01, "aria-label": "Position in seconds", oninput: () => this.seek(Number(this.slider.value)) });
    this.status = h("span.status", { "aria-live": "off" });
    return h("div.tools", { role: "group", "aria-label": "Sounds" }, this.toggleButton,
      button("−2 s", ",", () => this.step(-2)), button("+2 s", ".", () => this.step(2)),
      button("Loop from", "[", () => this.mark(0)), button("Loop to", "]", () => this.mark(1)), this.slider, this.status);
  }

  draw() {
    if (!this.status) return;
    const at = this.now();
    this.toggleButton.firstChild.textContent = this.playing ? "Pause " : "Play ";
    this.slider.max = this.length;
    this.slider.value = at;
    const looped = this.loop[1] !== null ? ` · loop ${this.loop[0].toFixed(1)}–${this.loop[1].toFixed(1)} s` : this.loop[0] !== null ? ` · loop from ${this.loop[0].toFixed(1)} s` : "";
    if (!this.failed) this.status.textContent = this.ready ? `${clock(at)} of ${clock(this.length)}${looped}` : "Loading…";
    for (const [i, track] of this.tracks.entries()) {
      const selected = i === this.selected;
      track.button.setAttribute("aria-pressed", selected && Boolean(this.playing));
      const wanted = Math.min(this.need, track.duration || this.need);
      track.note.textContent = track.reference ? "" : track.heard >= wanted - 0.05 ? "✓ heard" : `${track.heard.toFixed(1)} of ${wanted.toFixed(1)} s heard`;
      const { canvas } = track, ratio = devicePixelRatio || 1;
      const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
      if (!width) continue;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      const pen = canvas.getContext("2d"), style = getComputedStyle(canvas);
      pen.clearRect(0, 0, width, height);
      const peaks = track.block.peaks ?? [], scale = (seconds) => (seconds / (this.length || 1)) * width;
      if (this.loop[0] !== null) {
        pen.fillStyle = style.caretColor;
        pen.fillRect(scale(this.loop[0]), 0, scale((this.loop[1] ?? this.length) - this.loop[0]), height);
      }
      const span = scale(track.duration) / (peaks.length || 1);
      peaks.forEach((peak, k) => {
        const tall = Math.max(ratio, Math.min(1, Number(peak) || 0) * (height - 6 * ratio));
        pen.fillStyle = selected && k * span < scale(at) ? style.textDecorationColor : style.columnRuleColor;
        pen.fillRect(k * span, (height - tall) / 2, Math.max(ratio, span * 0.65), tall);
      });
      if (selected) { pen.fillStyle = style.color; pen.fillRect(scale(at) - ratio, 0, 2 * ratio, height); }
    }
  }
}
