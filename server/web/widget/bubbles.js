// What was said. The one HTML that comes in is the server's sanitised form of a finished answer, and of that only
// harmless elements are copied.

import { chart } from "./svg.js";
import { button, folded, icon, iconButton, make, moment, parsed } from "./nodes.js";
import { agentName, counted, t } from "./words.js";

const KEPT = new Set(["P", "BR", "STRONG", "B", "EM", "I", "S", "DEL", "CODE", "PRE", "UL", "OL", "LI", "BLOCKQUOTE", "HR",
  "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "A"]);
const HEADING = /^H[1-6]$/;
const CHART = /^\/api\/v1(\/charts\/cht_[0-9a-f]{32}\.svg)$/;
const COPIED_SECONDS = 2;
const NUMBER = /^[^\p{L}\d]{0,3}\d[\d.,\s]*\s?%?$/u;

// Shows sanitised HTML of the server's, or the text where the page does not let it be read.
export function fill(target, content, html, drawn) {
  const tree = html ? parsed(html, "text/html")?.body : null;
  target.classList.toggle("plain", !tree);
  target.replaceChildren();
  if (tree) copy(tree, target, drawn);
  else target.textContent = content;
}

function copy(source, target, drawn) {
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      target.append(child.textContent);
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      let into = target;
      const picture = child.tagName === "IMG" && CHART.exec(child.getAttribute("src") || "");
      if (picture) target.append(drawn(picture[1], child.getAttribute("alt") || t("chart")));
      if (HEADING.test(child.tagName)) into = make("p", { className: "heading" });
      else if (child.tagName === "TABLE") into = make("table");
      else if (KEPT.has(child.tagName)) into = linked(child, make(child.tagName.toLowerCase()));
      if (child.tagName === "TABLE") target.append(make("div", { className: "wide", tabIndex: 0, role: "region",
        "aria-label": t("table") }, into));
      else if (into !== target) target.append(into);
      copy(child, into, drawn);
    }
  }
}

function linked(source, node) {
  const address = source.getAttribute("href") || "";
  if (source.tagName === "A" && /^(https?:|mailto:)/i.test(address)) {
    node.href = address;
    node.rel = "noopener noreferrer nofollow";
    node.target = "_blank";
  }
  if (source.tagName === "TH") node.scope = "col";
  if (source.tagName === "TD" && NUMBER.test(source.textContent)) node.className = "number";
  return node;
}

export class Bubble {
  constructor(role, agent, { agents, calls, at }) {
    this.role = role;
    this.agent = agent;
    this.calls = calls;
    this.content = "";
    this.body = make("div", { className: "body plain", dir: "auto" });
    this.state = make("p", { className: "state", hidden: true });
    this.actions = make("div", { className: "actions" });
    const mark = agents[agent]?.mark || (agent || "M")[0].toUpperCase();
    const who = role === "user" ? make("span", { className: "unseen", text: t("you") })
      : make("div", { className: "who" }, make("span", { className: "mark", text: mark, "aria-hidden": "true" }),
        make("span", { text: agentName(agent, agents) }), at ? moment(at, true) : null);
    this.node = make("article", { className: `bubble ${role}` }, who, this.body, this.state, this.actions);
  }

  begin() {
    this.content = "";
    this.body.classList.add("plain");
    this.body.replaceChildren();
    this.actions.replaceChildren();
  }

  grow(delta) {
    this.content += delta;
    this.body.append(delta);
  }

  say(content, html) {
    this.content = content;
    fill(this.body, content, html, (path, title) => this.draw(path, title));
    if (this.role !== "user") this.offerCopy();
  }

  // A message as it is stored: what was said, and what it rests on.
  tellAll({ content, html, memories }) {
    this.say(content, this.role === "user" ? null : html);
    this.rests?.remove();
    if (!memories.length) return;
    this.rests = folded(counted("memories_used", memories.length));
    this.rests.append(make("ul", {}, ...memories.map(({ content: remembered, why }) => make("li", { dir: "auto" },
      make("span", { text: remembered || t("forgotten") }), make("span", { className: "hint", text: why })))));
    this.node.insertBefore(this.rests, this.actions);
  }

  offerCopy() {
    if (this.actions.querySelector(".copy")) return;
    const copying = iconButton("copy", t("copy"), () => this.toClipboard(copying), "quiet copy");
    this.actions.prepend(copying);
  }

  async toClipboard(copying) {
    try {
      await navigator.clipboard.writeText(this.content);
    } catch {
      const field = make("textarea", { value: this.content, className: "unseen" });
      this.node.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    copying.replaceChildren(icon("done"));
    copying.setAttribute("aria-label", t("copied"));
    copying.title = t("copied");
    setTimeout(() => {
      copying.replaceChildren(icon("copy"));
      copying.setAttribute("aria-label", t("copy"));
      copying.title = t("copy");
    }, COPIED_SECONDS * 1000);
  }

  offerAgain(again) {
    if (!this.actions.querySelector(".again")) {
      this.actions.append(iconButton("again", t("try_again"), again, "quiet again"));
    }
  }

  // How a message of one's own is on its way; nothing once it has arrived.
  tell(text, action) {
    this.state.hidden = !text;
    this.state.replaceChildren(...(text ? [text] : []), ...(action ? [" ", action] : []));
    this.node.classList.toggle("waiting", Boolean(text));
  }

  markStopped() {
    this.state.hidden = false;
    this.state.textContent = t("stopped");
  }

  draw(path, title) {
    const figure = make("figure", { className: "chart" }, make("div", { className: "skeleton tall" }));
    const load = async () => {
      try {
        const picture = chart(await (await this.calls.file(path)).text(), title);
        if (!picture) throw new Error(t("error_chart"));
        figure.replaceChildren(picture);
      } catch (problem) {
        figure.replaceChildren(make("p", { className: "hint", text: problem.message }), button(t("try_again"), load));
      }
    };
    load();
    return figure;
  }
}
