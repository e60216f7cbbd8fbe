// Long work that goes on by itself: what happened last, how far it is, and everything before, folded.

import { make } from "./nodes.js";
import { t } from "./words.js";

export class Progress {
  constructor() {
    this.title = make("span", { className: "latest", dir: "auto" });
    this.bar = make("progress", { hidden: true, max: 1, "aria-label": t("progress") });
    this.list = make("ol");
    this.earlier = make("details", { hidden: true }, make("summary", { text: t("progress_before") }), this.list);
    this.done = new Set();
    this.node = make("section", { className: "progress", "aria-label": t("progress") },
      make("div", { className: "row" }, make("span", { className: "pulse", "aria-hidden": "true" }), this.title),
      this.bar, this.earlier);
  }

  tell({ message, kind, details }) {
    if (this.title.textContent) {
      this.list.prepend(make("li", { text: this.title.textContent, dir: "auto" }));
      this.earlier.hidden = false;
    }
    this.title.textContent = message;
    const over = /^(completed|cancelled|failed)$/.test(kind);
    this.node.classList.toggle("over", over);
    if (details?.task_id) this.done.add(details.task_id);
    if (details?.of) Object.assign(this.bar, { max: details.of, value: this.done.size });
    this.bar.hidden = over || !this.done.size;
  }
}
