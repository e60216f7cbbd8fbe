// Builds what is shown. Text from people, models and tools is only ever set as text, never parsed.

import { ago, exactly, whenExactly } from "./words.js";

const ICONS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  history: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4M12 8v4l3 2",
  back: "M15 5l-7 7 7 7",
  send: "M5 12h13M12 5l7 7-7 7",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  again: "M20 12a8 8 0 1 1-2.5-5.8M20 3v4h-4",
  done: "M5 13l4 4L19 7",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
};
const SVG = "http://www.w3.org/2000/svg";

let trusted = null;

// Parses markup into a tree that runs nothing and is never shown itself; null where the page's policy allows no parsing.
export function parsed(markup, kind) {
  try {
    trusted ||= globalThis.trustedTypes?.createPolicy("marketing-minds", { createHTML: (text) => text });
    return new DOMParser().parseFromString(trusted ? trusted.createHTML(markup) : markup, kind);
  } catch {
    return null;
  }
}

export function make(tag, { text, on, ...properties } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name in node && !name.startsWith("aria-")) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, handler] of Object.entries(on || {})) node.addEventListener(event, handler);
  if (text !== undefined) node.textContent = text;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: "20", height: "20", "aria-hidden": "true",
    class: `icon icon-${name}` })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, click, className = "quiet") {
  return make("button", { type: "button", className: `icon-button ${className}`, title: label, "aria-label": label,
    on: { click } }, icon(name));
}

// Something shown on request.
export const folded = (text, properties) => make("details", { className: "tools", ...properties }, make("summary", { text }));

export const button = (text, click, className = "") => make("button", { type: "button", className, text, on: { click } });

export function moment(iso, relative = false) {
  if (Number.isNaN(new Date(iso).getTime())) return make("span", { text: String(iso) });
  return make("time", { dateTime: iso, title: exactly(iso), text: relative ? ago(iso) : whenExactly(iso) });
}

export function trouble(text, action) {
  return make("div", { className: "trouble", role: "alert" }, make("span", { text, dir: "auto" }), action || null);
}

export function skeleton(count) {
  const lines = Array.from({ length: count }, () => make("div", { className: "skeleton" }));
  return make("div", { className: "skeletons", "aria-hidden": "true" }, ...lines);
}
