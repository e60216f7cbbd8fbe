// Which tools ran, folded, and on request what each was given and what came of it; the one that runs is named beside who
// is at work.

import { folded, icon, make } from "./nodes.js";
import { counted, t, toolName } from "./words.js";

const LONGEST = 2000;

export class ToolList {
  constructor() {
    this.list = make("ul");
    this.node = folded();
    this.summary = this.node.firstChild;
    this.node.append(this.list);
    this.calls = new Map();
  }

  start(id, name) {
    if (this.calls.has(id)) return;
    const state = make("span", { className: "hint", text: t("tool_runs") });
    const head = make("summary", {}, make("span", { text: toolName(name) }), " ", state);
    const given = raw(t("given")), came = raw(t("result"));
    const row = make("li", {}, make("details", {}, head, given, came));
    this.calls.set(id, { row, state, name, given, came });
    this.list.append(row);
    this.tell();
  }

  argue(id, text) {
    tellRaw(this.calls.get(id)?.given, text);
  }

  finish(id, ok, text) {
    const call = this.calls.get(id);
    if (!call) return;
    tellRaw(call.came, text);
    call.state.replaceChildren(ok ? icon("done") : t("tool_refused"));
    call.row.classList.toggle("refused", !ok);
    this.tell();
  }

  tell() {
    const names = [...new Set([...this.calls.values()].map((call) => toolName(call.name)))];
    this.summary.textContent = counted("tools_used", this.calls.size, { names: names.join(", ") });
  }
}

const raw = (label) => make("div", { hidden: true }, make("span", { className: "hint", text: label }), make("pre", { dir: "auto" }));

// What a tool took or gave, as text and nothing else, and not more of it than anybody reads.
function tellRaw(node, text) {
  if (!node || !text) return;
  let words = text;
  try {
    words = JSON.stringify(JSON.parse(text), null, 2);
  } catch { /* shown as it is */ }
  node.hidden = words === "{}";
  node.lastChild.textContent = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
