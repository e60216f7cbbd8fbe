// The calendar's liveliness: an entry opens beside the grid, and is moved by dragging it to a day or by Alt and an arrow key.
// A move only opens the entry with the new day filled in; the form says what follows, and the server decides.

import { fetched, toast } from "/assets/console.js";

const $ = (id) => document.getElementById(id);

async function open(address) {
  const dialog = $("entry");
  if (!dialog) return;
  try {
    const page = await fetched(address);
    const shown = document.importNode(page.getElementById("entry-shown"), true);
    const bar = document.createElement("header");
    const title = document.createElement("h2");
    title.textContent = shown.dataset.title;
    const close = document.createElement("button");
    close.className = "icon";
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.append($("loading").ownerDocument.importNode(closeMark(), true));
    close.addEventListener("click", () => dialog.close());
    bar.append(title, close);
    shown.querySelector("h1").remove();
    dialog.replaceChildren(bar, shown);
    dialog.showModal();
    (shown.querySelector(".from-to") ? shown.querySelector("button.primary") : close).focus();
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message, "danger");
  }
}

function closeMark() {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("viewBox", "0 0 20 20");
  mark.setAttribute("class", "i");
  mark.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M5 5l10 10M15 5 5 15");
  mark.append(path);
  return mark;
}

const at = (entry, day) => `${entry.getAttribute("href")}&to=${encodeURIComponent(`${day}T${entry.dataset.at}`)}`;

function later(day, days) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

document.addEventListener("click", (event) => {
  const entry = event.target.closest("[data-entry]");
  if (!entry || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(entry.href);
});

let taken = null;
document.addEventListener("dragstart", (event) => {
  taken = event.target.closest?.("[data-entry][draggable]");
  if (!taken) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", taken.href);
  taken.classList.add("taken");
});
document.addEventListener("dragover", (event) => {
  const day = taken && event.target.closest?.("[data-day]");
  for (const other of document.querySelectorAll(".day.over")) if (other !== day) other.classList.remove("over");
  if (!day) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  day.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const day = taken && event.target.closest?.("[data-day]");
  if (!day) return;
  event.preventDefault();
  if (!day.contains(taken)) open(at(taken, day.dataset.day));
});
document.addEventListener("dragend", () => {
  taken?.classList.remove("taken");
  taken = null;
  for (const day of document.querySelectorAll(".day.over")) day.classList.remove("over");
});

/** The arrow keys go to the stretch before and after, unless they are needed where one is. */
document.addEventListener("keydown", (event) => {
  const free = event.target === document.body || event.target.id === "main" || event.target.matches?.("[data-step]");
  const rtl = getComputedStyle(document.body).direction === "rtl";
  const step = { ArrowLeft: rtl ? "ahead" : "back", ArrowRight: rtl ? "back" : "ahead" }[event.key];
  if (!free || !step || event.altKey || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  document.querySelector(`[data-step="${step}"]`)?.click();
});

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("[data-entry][draggable]");
  const across = getComputedStyle(document.body).direction === "rtl" ? { ArrowLeft: 1, ArrowRight: -1 } : { ArrowLeft: -1, ArrowRight: 1 };
  const days = { ArrowUp: -7, ArrowDown: 7, ...across }[event.key];
  if (!entry || !days || !event.altKey) return;
  event.preventDefault();
  open(at(entry, later(entry.closest("[data-day]").dataset.day, days)));
});
