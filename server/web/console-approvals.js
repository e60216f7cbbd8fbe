// One approval: the difference while one edits, keys for the decisions, and the link that is copied.

import { keysOff, toast } from "/assets/console.js";

function part(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  node.dir = "auto";
  return node;
}

function differences(form) {
  const list = form.querySelector("[data-difference]");
  const changed = [...form.querySelectorAll("textarea, input:not([type=hidden])")].filter((field) => field.value !== field.defaultValue);
  list.hidden = !changed.length;
  list.replaceChildren(...changed.map((field) => {
    const row = document.createElement("li");
    const channel = field.closest("fieldset").querySelector("legend").textContent;
    row.append(part("b", `${channel} ${field.closest("label").querySelector("span").textContent.toLowerCase()}`),
      part("del", field.defaultValue), part("ins", field.value));
    return row;
  }));
  form.querySelector("[data-edited]").classList.toggle("primary", changed.length > 0);
  document.querySelector("#approve button")?.classList.toggle("primary", !changed.length);
}

for (const form of document.querySelectorAll("form.edit")) {
  form.addEventListener("input", () => differences(form));
  differences(form);
}

document.addEventListener("keydown", (event) => {
  if (keysOff() || event.target.closest("input, textarea, select, dialog") || event.metaKey || event.ctrlKey || event.altKey) return;
  const node = document.querySelector(`#content [data-key="${CSS.escape(event.key)}"]`);
  if (!node) return;
  event.preventDefault();
  if (node.matches("details")) {
    node.open = true;
    node.querySelector("textarea").focus();
  } else if (node.matches("button")) {
    node.focus();
    node.scrollIntoView({ block: "nearest" });
    toast("Press Enter to approve exactly this.");
  } else node.click();
});

// Somebody has decided on the phone while this page was open.
document.addEventListener("console:ready", ({ detail }) => {
  if (detail.id === "heard" && detail.dataset.decided !== undefined) location.reload();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (event.target.matches("[data-select]")) event.target.select();
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast("The link is copied.");
  } catch {
    button.parentElement.querySelector("input").select();
    toast("Copy it with ⌘C or Ctrl C.", "warning");
  }
});
