// Shows the interface description that the server makes from its own code.

import { get } from "/assets/api.js";
import { make } from "/assets/view.js";

const METHODS = ["get", "post", "patch", "put", "delete"];

function resolved(schema, all, depth = 0) {
  if (!schema || depth > 4) return "…";
  if (schema.$ref) return resolved(all[schema.$ref.split("/").pop()], all, depth);
  if (schema.anyOf || schema.oneOf) {
    const kinds = (schema.anyOf || schema.oneOf).filter((one) => one.type !== "null");
    return kinds.length ? resolved(kinds[0], all, depth) : null;
  }
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const !== undefined) return schema.const;
  if (schema.type === "array") return [resolved(schema.items, all, depth + 1)];
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, resolved(one, all, depth + 1)]));
  }
  return schema.format ? `${schema.type} (${schema.format})` : schema.type || "any";
}

function prose(text) {
  const paragraphs = (text || "").split(/\n\s*\n/).map((paragraph) => make("p", {}, ...paragraph.split(/`+([^`]+)`+/)
    .map((part, place) => (place % 2 ? make("code", { text: part }) : part))));
  return make("div", {}, ...paragraphs);
}

function sample(content, all) {
  const [type, body] = Object.entries(content || {})[0] || [];
  if (!body) return null;
  const shown = resolved(body.schema, all);
  return make("div", {}, make("span", { className: "quiet", text: type }),
    make("pre", { text: typeof shown === "string" ? shown : JSON.stringify(shown, null, 2) }));
}

function operation(method, path, described, all) {
  const parameters = (described.parameters || []).flatMap((one) => [make("dt", { text: one.name }),
    make("dd", { text: `${one.in}${one.required ? ", required" : ""}. ${one.description || ""}` })]);
  const answers = Object.entries(described.responses || {}).flatMap(([status, one]) => [make("dt", { text: status }),
    make("dd", { text: one.description })]);
  const success = Object.entries(described.responses || {}).find(([status]) => status.startsWith("2"));
  return make("details", {},
    make("summary", {}, make("span", { className: "method", text: method.toUpperCase() }), make("code", { text: path }),
      make("span", { className: "quiet", text: described.summary || "" })),
    prose(described.description),
    parameters.length ? make("dl", {}, ...parameters) : null,
    described.requestBody ? sample(described.requestBody.content, all) : null,
    make("dl", {}, ...answers), success ? sample(success[1].content, all) : null);
}

async function start() {
  const description = await get("/openapi.json");
  const all = description.components?.schemas || {};
  document.getElementById("about").replaceWith(prose(description.info.description));
  for (const tag of description.tags || []) {
    const section = make("section", {}, make("h2", { text: tag.name }), make("p", { className: "quiet", text: tag.description }));
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const method of METHODS) {
        if (methods[method]?.tags?.includes(tag.name)) section.append(operation(method, path, methods[method], all));
      }
    }
    document.getElementById("operations").append(section);
  }
}

start().catch((problem) => { document.getElementById("about").textContent = problem.message; });
