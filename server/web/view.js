// Builds what the page shows. Text from people, models and tools is only ever set as text; the one HTML that comes in is
// the server's sanitised form of a finished message, and of that only harmless elements are copied.

const KEPT = new Set(["P", "BR", "STRONG", "B", "EM", "I", "S", "DEL", "CODE", "PRE", "UL", "OL", "LI", "BLOCKQUOTE", "HR",
  "H1", "H2", "H3", "H4", "H5", "H6", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "A"]);
const CHART = /^\/api\/v1\/charts\/cht_[0-9a-f]{32}\.svg$/;

export function make(tag, { text, ...properties } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  if (text !== undefined) node.textContent = text;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function chart(source) {
  const src = source.getAttribute("src"), alt = source.getAttribute("alt") || "Chart";
  return make("a", { className: "chart", href: src, target: "_blank", rel: "noopener" },
    make("img", { src, alt, loading: "lazy" }));
}

function copied(source, target) {
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      target.append(child.textContent);
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      let into = target;
      if (child.tagName === "IMG" && CHART.test(child.getAttribute("src") || "")) target.append(chart(child));
      if (KEPT.has(child.tagName)) {
        into = make(child.tagName.toLowerCase());
        if (child.tagName === "A" && /^(https?:|mailto:)/i.test(child.getAttribute("href") || "")) {
          into.href = child.getAttribute("href");
          into.rel = "noopener noreferrer nofollow";
          into.target = "_blank";
        }
        target.append(into);
      }
      copied(child, into);
    }
  }
}

export function setBody(message, text, html) {
  const body = message.querySelector(".body");
  message.classList.toggle("plain", !html);
  body.replaceChildren();
  if (html) copied(new DOMParser().parseFromString(html, "text/html").body, body);
  else body.textContent = text;
}

export function userMessage(text) {
  return make("article", { className: "message user plain" }, make("div", { className: "body", text, dir: "auto" }));
}

export function agentMessage(agent, agents) {
  const { title, mark } = agents[agent] || { title: agent || "Marketing Minds", mark: (agent || "M")[0].toUpperCase() };
  return make("article", { className: "message plain" },
    make("div", { className: "who" }, make("span", { className: "mark", text: mark, "aria-hidden": "true" }), title),
    make("div", { className: "body", dir: "auto" }));
}

const spaced = (name) => name.replaceAll("_", " ");

export class ToolList {
  constructor() {
    this.count = 0;
    this.summary = make("summary");
    this.list = make("ol");
    this.node = make("details", { className: "tools" }, this.summary, this.list);
    this.calls = new Map();
  }

  start(id, name) {
    if (this.calls.has(id)) return;
    const state = make("span", { text: "runs" });
    const row = make("li", {}, make("strong", { text: spaced(name) }), " ", state);
    this.calls.set(id, { row, state, name });
    this.list.append(row);
    this.tell();
  }

  argue(id, text) {
    this.calls.get(id)?.row.append(make("pre", { text: pretty(text) }));
  }

  finish(id, content, ok) {
    const call = this.calls.get(id);
    if (!call) return;
    call.state.textContent = ok ? "done" : "refused";
    call.state.className = ok ? "" : "refused";
    call.row.append(make("pre", { text: pretty(content) }));
    this.tell();
  }

  tell() {
    const names = [...new Set([...this.calls.values()].map((call) => spaced(call.name)))];
    const count = this.calls.size;
    this.summary.textContent = `${count} ${count === 1 ? "tool" : "tools"} used: ${names.join(", ")}`;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function trouble(text, action) {
  return make("div", { className: "trouble", role: "alert" }, make("span", { text }),
    action ? make("button", { type: "button", text: action.label, on: { click: action.run } }) : null);
}
