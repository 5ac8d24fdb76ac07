// Small charts as SVG elements, each with its figures as words.
import { h, s } from "./base.js";

const round = (value) => (value === 0 || !Number.isFinite(value) ? String(value) : Math.abs(value) >= 1000 || Math.abs(value) < 0.001 ? value.toExponential(2) : String(Number(value.toPrecision(4))));

/** Ticks at round values that span a range. */
export function ticks(low, high, count = 4) {
  const raw = (high - low || Math.abs(high) || 1) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
  const out = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) out.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  return out;
}

/** A curve over steps: `points` are [x, y]; gaps where y is not a number. */
export function lineChart(name, points) {
  const width = 340, height = 150, left = 48, right = 10, topEdge = 10, bottom = 24;
  const sound = points.filter(([, y]) => Number.isFinite(y));
  const last = sound.at(-1);
  const words = last ? `${name}: ${round(last[1])} at step ${last[0]}; ${sound.length} values from ${round(Math.min(...sound.map((p) => p[1])))} to ${round(Math.max(...sound.map((p) => p[1])))}` : `${name}: no values`;
  const chart = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words, class: "chart" });
  if (last) {
    let [low, high] = [Math.min(...sound.map((p) => p[1])), Math.max(...sound.map((p) => p[1]))];
    if (low === high) { low -= Math.abs(low) * 0.1 || 1; high += Math.abs(high) * 0.1 || 1; }
    const [from, to] = [sound[0][0], Math.max(last[0], sound[0][0] + 1)];
    const x = (value) => left + ((value - from) / (to - from)) * (width - left - right);
    const y = (value) => topEdge + ((high - value) / (high - low)) * (height - topEdge - bottom);
    for (const tick of ticks(low, high)) chart.append(s("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }), s("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, round(tick)));
    for (const tick of ticks(from, to, 3)) chart.append(s("text", { x: x(tick), y: height - 6, "text-anchor": "middle" }, round(tick)));
    // More points than pixels are thinned by their extremes, so that no spike is lost.
    const bins = new Map();
    for (const point of sound) { const key = Math.round(x(point[0])); (bins.get(key) ?? bins.set(key, []).get(key)).push(point); }
    const kept = [...bins.values()].flatMap((bin) => {
      const values = bin.map((point) => point[1]), ends = [bin[values.indexOf(Math.min(...values))], bin[values.indexOf(Math.max(...values))]];
      return bin.length < 3 ? bin : ends.sort((a, b) => a[0] - b[0]);
    });
    chart.append(s("polyline", { class: "curve", points: kept.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ") }), s("circle", { class: "dot", cx: x(last[0]), cy: y(last[1]), r: 3 }));
  }
  return h("figure.metric", null, h("figcaption", null, h("span", null, name), last && h("strong", null, round(last[1]))), chart);
}

/** A bar with its interval on a scale from 0 to 1; a mark for the ceiling. */
export function intervalBar(interval, ceiling, label) {
  const at = (value) => Math.min(1, Math.max(0, value)) * 200;
  const chart = s("svg", { viewBox: "0 0 200 16", class: "bar", role: "img", preserveAspectRatio: "none", "aria-label": label },
    s("rect", { class: "track", x: 0, y: 5, width: 200, height: 6, rx: 3 }), s("rect", { class: "value", x: 0, y: 5, width: at(interval.value), height: 6, rx: 3 }));
  if (interval.low !== undefined && interval.low !== null) chart.append(s("line", { class: "whisker", x1: at(interval.low), x2: at(interval.high), y1: 8, y2: 8 }));
  if (ceiling) chart.append(s("line", { class: "ceiling", x1: at(ceiling.value), x2: at(ceiling.value), y1: 0, y2: 16 }));
  return chart;
}

/** Scores with their intervals on one axis. */
export function whisker(entry, low, high) {
  const at = (value) => ((value - low) / (high - low || 1)) * 196 + 2;
  return s("svg", { viewBox: "0 0 200 16", class: "bar", role: "img", "aria-label": `${round(entry.score)}, from ${round(entry.low)} to ${round(entry.high)}` },
    s("line", { class: "grid", x1: 0, x2: 200, y1: 8, y2: 8 }), s("line", { class: "range", x1: at(entry.low), x2: at(entry.high), y1: 8, y2: 8 }), s("circle", { class: "dot", cx: at(entry.score), cy: 8, r: 4 }));
}

/** Counts as columns: `bars` are {label, count}. */
export function columns(name, bars) {
  const most = Math.max(1, ...bars.map((bar) => bar.count)), width = 340, height = 130, wide = width / Math.max(1, bars.length);
  return s("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": `${name}: ${bars.map((bar) => `${bar.label} ${bar.count}`).join(", ")}` },
    bars.map((bar, i) => {
      const tall = (bar.count / most) * (height - 40);
      return [s("rect", { class: "column", x: i * wide + wide * 0.12, y: height - 20 - tall, width: wide * 0.76, height: tall, rx: 2 }),
        bar.count > 0 && s("text", { x: (i + 0.5) * wide, y: height - 25 - tall, "text-anchor": "middle" }, bar.count),
        i % Math.ceil(bars.length / 7) === 0 && s("text", { x: (i + 0.5) * wide, y: height - 5, "text-anchor": "middle" }, bar.label)];
    }));
}
