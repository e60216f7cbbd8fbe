// Which tools ran, folded; the one that runs is named beside who is at work.

import { folded, icon, make } from "./nodes.js";
import { counted, t, toolName } from "./words.js";

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
    const row = make("li", {}, make("span", { text: toolName(name) }), " ", state);
    this.calls.set(id, { row, state, name });
    this.list.append(row);
    this.tell();
  }

  finish(id, ok) {
    const call = this.calls.get(id);
    if (!call) return;
    call.state.replaceChildren(ok ? icon("done") : t("tool_refused"));
    call.row.classList.toggle("refused", !ok);
    this.tell();
  }

  tell() {
    const names = [...new Set([...this.calls.values()].map((call) => toolName(call.name)))];
    this.summary.textContent = counted("tools_used", this.calls.size, { names: names.join(", ") });
  }
}
