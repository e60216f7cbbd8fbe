// What an edit changes, word by word; of very long texts the whole of before and after.

import { make } from "./nodes.js";

const MOST_WORDS = 600;

export function differing(before, after) {
  const old = before.split(/(\s+)/), fresh = after.split(/(\s+)/);
  if (old.length > MOST_WORDS || fresh.length > MOST_WORDS) {
    return make("div", { className: "diff" }, make("del", { text: before, dir: "auto" }), make("ins", { text: after, dir: "auto" }));
  }
  const node = make("div", { className: "diff", dir: "auto" });
  for (const { kind, words } of runs(old, fresh)) node.append(kind === "same" ? words : make(kind, { text: words }));
  return node;
}

function runs(old, fresh) {
  const lengths = common(old, fresh);
  const found = [];
  const put = (kind, word) => {
    const last = found.at(-1);
    if (last?.kind === kind) last.words += word;
    else found.push({ kind, words: word });
  };
  let i = 0, j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      put("same", old[i++]);
      j++;
    } else if (j >= fresh.length || (i < old.length && lengths[i + 1][j] >= lengths[i][j + 1])) put("del", old[i++]);
    else put("ins", fresh[j++]);
  }
  return found;
}

// How long the longest common run of words is from each pair of places on.
function common(old, fresh) {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      lengths[i][j] = old[i] === fresh[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}
