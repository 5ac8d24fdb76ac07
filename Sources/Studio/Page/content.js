// What a rater perceives: blocks of text, safe Markdown, turns of a conversation, pictures and sounds.
import { h } from "./base.js";

/** The inner marks of a line: code, strong, emphasis; a link is shown as its words and its address, never followed. */
function inline(text, depth = 0) {
  if (depth > 5) return [text];
  const parts = [];
  const marks = /`([^`\n]+)`|\*\*(?=\S)([^\n]+?)\*\*|\*(?=\S)([^*\n]+?)\*|\b_(?=\S)([^_\n]+?)_\b|!?\[([^\]\n]*)\]\(([^()\s]+)\)/g;
  let end = 0;
  for (const found of text.matchAll(marks)) {
    parts.push(text.slice(end, found.index));
    const [all, code, strong, star, line, words, address] = found;
    if (code !== undefined) parts.push(h("code", null, code));
    else if (strong !== undefined) parts.push(h("strong", null, inline(strong, depth + 1)));
    else if (address !== undefined) parts.push(h("span.link", null, words, h("small", null, ` (${address})`)));
    else parts.push(h("em", null, inline(star ?? line, depth + 1)));
    end = found.index + all.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Markdown as elements: paragraphs, headings (as bold lines), lists, quotes, code. Everything else stays text. */
export function markdown(source, depth = 0) {
  const lines = String(source).split(/\r\n?|\n/), out = [];
  const item = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
  let paragraph = [];
  const close = () => {
    if (paragraph.length) out.push(h("p", null, paragraph.flatMap((line, i) => (i ? [h("br"), ...inline(line)] : inline(line)))));
    paragraph = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const fence = /^\s{0,3}(```+|~~~+)/.exec(line);
    if (fence) {
      close();
      const code = [];
      while (++i < lines.length && !lines[i].trim().startsWith(fence[1])) code.push(lines[i]);
      out.push(h("pre", { tabindex: 0 }, h("code", null, code.join("\n"))));
    } else if (/^\s{0,3}>/.test(line) && depth < 5) {
      close();
      const quoted = [];
      for (; i < lines.length && /^\s{0,3}>/.test(lines[i]); i++) quoted.push(lines[i].replace(/^\s{0,3}> ?/, ""));
      i--;
      out.push(h("blockquote", null, markdown(quoted.join("\n"), depth + 1)));
    } else if (item.test(line)) {
      close();
      const first = item.exec(line), items = [];
      for (let found; i < lines.length && ((found = item.exec(lines[i])) || /^\s{2,}\S/.test(lines[i])); i++) {
        if (found) items.push([found[2]]); else items.at(-1).push(lines[i].trim());
      }
      i--;
      const list = h(first[1] ? "ol" : "ul", null, items.map((words) => h("li", null, inline(words.join(" ")))));
      if (first[1]) list.start = Number(first[1]);
      out.push(list);
    } else if (/^\s{0,3}#{1,6}\s/.test(line)) {
      close();
      out.push(h("p.heading", null, inline(line.replace(/^\s*#+\s+/, ""))));
    } else if (line.trim() === "") close();
    else paragraph.push(line);
  }
  close();
  return out;
}

/** The elements of blocks; `media` makes those of pictures and sounds. */
export function blocks(list, media) {
  return (list ?? []).map((block) => {
    switch (block?.type) {
      case "text": return h("div.words", null, String(block.text ?? ""));
      case "markdown": return h("div.markdown", null, markdown(block.text ?? ""));
      case "turn": return h(`div.turn${block.role === "user" ? ".user" : ""}`, null,
        h("span.role", null, String(block.role ?? "")), h("div.markdown", null, markdown(block.text ?? "")));
      case "image": return media.image(block);
      case "audio": return media.audio(block);
      default: return h("p.quiet", null, "Something that this page cannot show.");
    }
  });
}

/** Whether a key names a content: media are asked for by their hash only. */
export const mediaURL = (sha) => (/^[0-9a-f]{64}$/.test(sha) ? `/media/${sha}` : "/media/unknown");
