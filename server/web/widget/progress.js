// Long work that goes on by itself: what happened last, how far it is, and everything before, folded.

import { make, moment } from "./nodes.js";
import { t } from "./words.js";

export class Progress {
  constructor() {
    this.title = make("span", { className: "latest", dir: "auto" });
    this.bar = make("progress", { hidden: true, max: 1, "aria-label": t("progress") });
    this.list = make("ol");
    this.earlier = make("details", { hidden: true }, make("summary", { text: t("progress_before") }), this.list);
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
    const over = /complete|cancel|fail|stop/.test(kind || "");
    this.node.classList.toggle("over", over);
    const { done, total } = details || {};
    this.bar.hidden = over || !(total > 0);
    if (total > 0) {
      this.bar.max = total;
      this.bar.value = done || 0;
    }
    if (details?.publish_at) this.title.append(" ", moment(details.publish_at));
  }
}
