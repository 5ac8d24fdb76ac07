// Sounds that play in step: one playhead, a switch without a gap, a loop, and the count of what was heard.
import { h, s, copy, remembered } from "./base.js";
import { mediaURL } from "./content.js";

let context;
const audio = () => (context ??= new AudioContext({ latencyHint: "interactive" }));
const decoded = new Map(), fade = 0.01;

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

/** A tone near the loudness of all sounds, to set the volume by. */
export function tone() {
  const source = audio().createOscillator(), level = audio().createGain();
  audio().resume();
  source.frequency.value = 997;
  level.gain.value = 0.1 * remembered("volume", 1);
  source.connect(level).connect(audio().destination);
  source.start();
  source.stop(audio().currentTime + 2);
}

/** The peaks of a sound as upright strokes; the second copy of it shows what was played. */
function wave({ peaks = [], duration }, name, seek) {
  const strokes = peaks.map((peak, i) => `M${i + 0.5} ${50 - 48 * peak}v${Math.max(1, 96 * peak)}`).join("");
  const picture = (played) => s("svg", { viewBox: `0 0 ${peaks.length || 1} 100`, preserveAspectRatio: "none", class: played, "aria-hidden": "true" }, s("path", { d: strokes }));
  return h("div.wave", { role: "img", "aria-label": `Waveform of ${name}, ${Number(duration ?? 0).toFixed(1)} seconds`,
    onclick: (event) => seek((event.clientX - event.currentTarget.getBoundingClientRect().left) / event.currentTarget.clientWidth) }, h("div.band"), picture(), picture("played"));
}

export class Player {
  /** `need` is how many seconds of each sound have to be heard before an answer. */
  constructor(watch, need) {
    Object.assign(this, { watch, need, tracks: [], selected: 0, position: 0, sources: [], loop: [null, null], length: 0 });
  }

  /** The row of a sound; without a label it is the reference, which need not be heard. */
  add(block, label) {
    const index = this.tracks.length, reference = label === undefined, name = reference ? "Reference" : label || "Answer";
    const node = wave(block, name, (part) => this.seek(part * this.length, index));
    const key = reference ? "reference" : ["playA", "playB"][index];
    const note = h("span.heard"), play = h("button.track", { onclick: () => this.play(index) }, h("span", null, reference ? name : `Play ${label}`), key && h("kbd", { "data-key": key }));
    this.tracks.push({ block, name, reference, note, wave: node, play, heard: 0, plays: 0, first: null, duration: block.duration ?? 0 });
    this.length = Math.max(this.length, block.duration ?? 0);
    return h("div.sound", null, play, node, note);
  }

  /** Decodes all tracks and makes them equally long, so that one playhead fits all. */
  async load() {
    this.failed = false;
    try {
      const buffers = await Promise.all(this.tracks.map((track) => decode(track.block.media)));
      const frames = Math.max(...buffers.map((buffer) => buffer.length));
      this.length = frames / audio().sampleRate;
      buffers.forEach((buffer, i) => {
        const longer = audio().createBuffer(buffer.numberOfChannels, frames, buffer.sampleRate);
        for (let c = 0; c < buffer.numberOfChannels; c++) longer.copyToChannel(buffer.getChannelData(c), c);
        Object.assign(this.tracks[i], { buffer: longer, duration: buffer.duration });
      });
      this.ready = true;
      this.draw();
    } catch (error) {
      this.failed = true;
      this.status.replaceChildren(`${error.message} `, h("button", { onclick: () => this.load() }, "Try again"));
    }
  }

  now() {
    if (!this.playing) return this.position;
    const at = this.position + Math.max(0, audio().currentTime - this.started), [from, to] = this.loop;
    return Math.min(to !== null && at >= to ? from + ((at - from) % (to - from)) : at, this.length);
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
    const [from, to] = this.loop;
    if (this.position >= this.length - 0.02) this.position = from ?? 0;
    this.started = this.counted = audio().currentTime + 0.02;
    this.sources = this.tracks.map((track, i) => {
      const source = audio().createBufferSource(), level = audio().createGain();
      source.buffer = track.buffer;
      if (to !== null) Object.assign(source, { loop: true, loopStart: from, loopEnd: to });
      track.level = 10 ** ((track.block.gain ?? 0) / 20) * remembered("volume", 1);
      level.gain.value = i === this.selected ? track.level : 0;
      source.connect(level).connect(audio().destination);
      source.start(this.started, this.position);
      track.live = level.gain;
      return source;
    });
    this.sources[0].onended = () => { this.account(); this.halt(); this.position = this.loop[0] ?? 0; this.draw(); };
    this.playing = true;
    this.note();
    const step = () => { if (this.playing) { this.account(); this.draw(); requestAnimationFrame(step); } };
    step();
  }

  note() {
    const track = this.tracks[this.selected];
    track.plays += 1;
    track.first ??= new Date().toISOString();
  }

  halt() {
    for (const source of this.sources) { source.onended = null; source.stop(); }
    this.sources = [];
    this.playing = false;
  }

  pause() { this.account(); this.position = this.now(); this.halt(); this.draw(); }
  toggle() { if (this.playing) this.pause(); else this.begin(); }

  /** Does something at rest and goes on playing if it did. */
  between(work) {
    const { playing } = this;
    if (playing) this.pause();
    work();
    if (playing) this.begin(); else this.draw();
  }

  /** Plays a track, at the same place and without a gap when another is playing. */
  play(index) {
    if (!this.tracks[index] || !this.ready) return;
    const before = this.tracks[this.selected], next = this.tracks[index];
    if (!this.playing) { this.selected = index; this.begin(); return; }
    if (before === next) return;
    this.account();
    const time = audio().currentTime;
    for (const { live, from, to } of [{ live: before.live, from: before.level, to: 0 }, { live: next.live, from: 0, to: next.level }]) {
      live.cancelScheduledValues(time);
      live.setValueAtTime(from, time);
      live.linearRampToValueAtTime(to, time + fade);
    }
    this.selected = index;
    this.watch.switches += 1;
    this.note();
    this.draw();
  }

  seek(to, index = this.selected) {
    this.between(() => {
      this.selected = index;
      this.position = Math.min(Math.max(0, to), Math.max(0, this.length - 0.01));
    });
  }

  step(seconds) { this.seek(this.now() + seconds); }

  /** Sets one end of the loop at the playhead; the second press of the end takes the loop away. */
  mark(end) {
    const at = this.now(), [from, to] = this.loop;
    this.between(() => {
      this.loop = end === 0 ? [at, to > at + 0.05 ? to : null] : to !== null || at - (from ?? 0) < 0.05 ? [null, null] : [from ?? 0, at];
      if (this.loop[1] !== null) this.position = this.loop[0];
    });
  }

  /** What is still to be heard before an answer counts; empty when enough. */
  missing() {
    return this.tracks.filter((track) => !track.reference)
      .map((track) => [track.name, Math.min(this.need, track.duration) - 0.05 - track.heard]).filter(([, left]) => left > 0);
  }

  behaviour() {
    this.account();
    const items = this.tracks.filter((track) => !track.reference);
    return { playedMs: items.map((track) => Math.round(track.heard * 1000)), firstPlayedAt: items.map((track) => track.first), plays: items.map((track) => track.plays) };
  }

  /** The controls that all tracks share. */
  tools() {
    this.row = copy("sounds");
    [this.slider, this.status] = this.row.querySelectorAll("input, .status");
    this.slider.oninput = () => this.seek(Number(this.slider.value));
    return this.row;
  }

  draw() {
    const at = this.now(), [from, to] = this.loop, share = (seconds) => `${(100 * seconds) / (this.length || 1)}%`;
    this.row.querySelector("span").textContent = this.playing ? "Pause" : "Play";
    Object.assign(this.slider, { max: this.length, value: at });
    const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    const looped = from === null ? "" : ` · loop ${from.toFixed(1)}–${to === null ? "…" : to.toFixed(1)} s`;
    if (!this.failed) this.status.textContent = this.ready ? `${clock(at)} of ${clock(this.length)}${looped}` : "Loading…";
    this.tracks.forEach((track, i) => {
      const selected = i === this.selected, wanted = Math.min(this.need, track.duration), { style, classList } = track.wave;
      track.play.setAttribute("aria-pressed", selected && this.playing === true);
      track.note.textContent = track.reference ? "" : track.heard >= wanted - 0.05 ? "✓ heard" : `${track.heard.toFixed(1)} of ${wanted.toFixed(1)} s heard`;
      classList.toggle("selected", selected);
      for (const [name, value] of [["--at", at], ["--width", track.duration], ["--played", track.duration ? (Math.min(1, at / track.duration)) * this.length : 0], ["--from", from ?? 0], ["--to", from === null ? 0 : to ?? this.length]]) style.setProperty(name, share(value));
    });
  }
}
