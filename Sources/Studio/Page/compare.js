// Where two texts differ, word by word.

/** The words of an element with their places. */
function wordsOf(node) {
  const words = [], walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    for (const { 0: word, index } of text.data.matchAll(/\S+/g)) words.push({ word, text, index });
  }
  return words;
}

/** For each of two lists whether its words are in their longest common subsequence. */
export function common(a, b) {
  const wide = b.length + 1, table = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * wide + j] = a[i] === b[j] ? table[(i + 1) * wide + j + 1] + 1 : Math.max(table[(i + 1) * wide + j], table[i * wide + j + 1]);
    }
  }
  const shared = [a.map(() => false), b.map(() => false)];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) shared[0][i++] = shared[1][j++] = true;
    else if (table[(i + 1) * wide + j] >= table[i * wide + j + 1]) i++; else j++;
  }
  return shared;
}

/** Marks the words that only one of two elements has, without a change of them; gives how many, null when it cannot. */
export function compare(nodes) {
  const words = nodes.map(wordsOf);
  if (!globalThis.Highlight || words.some((list) => list.length > 3000)) return null;
  const shared = common(...words.map((list) => list.map(({ word }) => word)));
  const only = words.map((list, side) => list.filter((_, i) => !shared[side][i]));
  CSS.highlights.set("only", new Highlight(...only.flat().map(({ word, text, index }) => {
    const range = new Range();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return range;
  })));
  return only.map((list) => list.length);
}
