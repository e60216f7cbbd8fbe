// Charts as the server drew them, copied element by element: nothing that runs, nothing that asks for anything.

import { parsed } from "./nodes.js";

const SPACE = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "path", "rect", "line", "circle", "text", "tspan", "title", "desc", "defs",
  "clipPath", "polyline", "polygon", "ellipse"]);
const ATTRIBUTES = new Set(["viewBox", "width", "height", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx",
  "ry", "dx", "dy", "points", "transform", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity",
  "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "font-size", "font-family",
  "font-weight", "font-style", "text-anchor", "dominant-baseline"]);

export function chart(text, title) {
  const source = parsed(text, "image/svg+xml")?.documentElement;
  if (source?.localName !== "svg") return null;
  const copy = copied(source);
  copy.setAttribute("role", "img");
  copy.setAttribute("aria-label", title);
  return copy;
}

function copied(source) {
  const node = document.createElementNS(SPACE, source.localName);
  for (const { name, value } of source.attributes) {
    if (ATTRIBUTES.has(name) && !/url\s*\(|[<>]/i.test(value)) node.setAttribute(name, value);
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) node.append(child.textContent);
    else if (child.nodeType === Node.ELEMENT_NODE && ELEMENTS.has(child.localName)) node.append(copied(child));
  }
  return node;
}
