// What makes the console's pages lively. Each works without it: links load pages, forms post, dialogs stay closed.
//   data-swap            a link or search form is followed inside the page, with a skeleton while it loads
//   data-refresh="15"    an element with an id is read again every so many seconds while the page is in sight
//   data-dialog="id"     opens a dialog      data-dismiss   takes the message around it away
//   data-waiting="name"  shows how much waits on that page      data-roving   arrow keys go through its links
//   data-at-once         a form that is sent as soon as something in it changes     data-copy="id"  copies that element's text
//   data-settle="path"   shown once: reloading the page goes to that address        data-follow     a link followed by itself
//   data-search          `/` focuses it      ⌘↵ or Ctrl ↵ sends the form one writes in
//   data-keys            turns the keys that act by a single letter or sign off and on again, in this browser

const $ = (id) => document.getElementById(id);
const COUNTS_EVERY = 15_000;

export function toast(text, tone = "success") {
  const node = document.createElement("div");
  node.className = `toast ${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  node.append(words);
  $("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

/** Fetch a page of ours as a document. Throws a sentence for people. */
export async function fetched(address, signal) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" }, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server can't be reached. Check that it is running, then try again.");
  }
  if (new URL(answer.url).pathname === "/console/sign-in") {
    location.assign(`/console/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    throw new DOMException("", "AbortError");
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) throw new Error(page.querySelector("[role=alert] .quiet")?.textContent || "The page could not be loaded. Try again in a moment.");
  return page;
}

/** Put another page's content in the place of this one's, or say why not and offer to try again. */
let going = null;
export async function swap(address, { push = true } = {}) {
  going?.abort();
  going = new AbortController();
  const here = $("content"), focus = document.activeElement?.name === "q" ? "q" : "";
  const patience = setTimeout(() => {
    here.setAttribute("aria-busy", "true");
    const list = here.querySelector("[data-list]") || here;
    list.replaceChildren($("loading").content.cloneNode(true));
  }, 150);
  try {
    const page = await fetched(address, going.signal);
    const next = document.importNode(page.querySelector("#content"), true);
    document.title = page.title;
    if (push) history.pushState({ swapped: true }, "", address);
    here.replaceWith(next);
    ready(next);
    if (focus) {
      const field = next.querySelector("input[name=q]");
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    } else $("main").focus({ preventScroll: true });
    scrollTo({ top: 0 });
  } catch (error) {
    if (error.name === "AbortError") return;
    const said = $("failed").content.cloneNode(true);
    said.querySelector("[data-why]").textContent = error.message;
    said.querySelector("[data-retry]").href = address;
    here.removeAttribute("aria-busy");
    (here.querySelector("[data-list]") || here).replaceChildren(said);
  } finally {
    clearTimeout(patience);
  }
}

const atWork = (node) => node.contains(document.activeElement) || node.querySelector("dialog[open], details[open]");

/** Read elements with ids again from this page's address, in one go, but for those somebody works in. */
export async function refresh(...ids) {
  const idle = ids.map($).filter((node) => node && !atWork(node));
  if (!idle.length) return;
  try {
    const page = await fetched(location.href);
    for (const now of idle) {
      const next = page.getElementById(now.id);
      if (!next || $(now.id) !== now || atWork(now) || next.outerHTML === now.outerHTML) continue;
      const fresh = document.importNode(next, true), scrolled = [...now.querySelectorAll("[role=region]")].map((each) => each.scrollLeft);
      now.replaceWith(fresh);
      [...fresh.querySelectorAll("[role=region]")].forEach((each, at) => { each.scrollLeft = scrolled[at] ?? 0; });
      ready(fresh);
    }
  } catch { /* it is tried again; what is shown stays */ }
}

/** Ask anew how much waits, for the navigation. */
export async function counts() {
  if (document.hidden || !document.querySelector("[data-waiting]")) return;
  try {
    const answer = await fetch("/console/waiting.json", { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const waiting = await answer.json();
    for (const node of document.querySelectorAll("[data-waiting]")) {
      const number = waiting[node.dataset.waiting] || 0;
      node.textContent = number;
      node.hidden = !number;
    }
  } catch { /* the next time */ }
}

/** Whether this person has turned single-letter keys off, as those who speak to their computer may want to. */
export function keysOff() {
  try {
    return localStorage.getItem("mm:keys") === "off";
  } catch {
    return false;
  }
}

function keys(root) {
  for (const button of root.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.textContent = keysOff() ? "Turn single keys on" : "Turn single keys off";
  }
}

async function copied(button) {
  const words = button.querySelector("span") || button, text = $(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent.trim());
    words.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text);
    words.textContent = "Press Ctrl C";
  }
  setTimeout(() => { words.textContent = "Copy"; }, 2500);
}

function ready(root) {
  const settled = root.querySelector("[data-settle]");
  if (settled) history.replaceState(history.state, "", settled.dataset.settle);
  const onward = root.querySelector("a[data-follow]");
  if (onward) location.assign(onward.href);
  for (const list of root.querySelectorAll("[data-roving]")) roving(list);
  keys(root);
  document.dispatchEvent(new CustomEvent("console:ready", { detail: root }));
}

/** One stop for the tab key in a list; arrows, Home and End go through it. */
function roving(list) {
  const links = [...list.querySelectorAll("a[href], button")].filter((link) => link === link.closest("li, tr, [data-roving]").querySelector("a[href], button")
    || link.parentElement === list);
  const first = links.find((link) => link.hasAttribute("aria-current")) || links[0];
  for (const link of links) link.tabIndex = link === first ? 0 : -1;
  list.addEventListener("keydown", (event) => {
    const at = links.indexOf(document.activeElement);
    const across = getComputedStyle(list).direction === "rtl" ? { ArrowLeft: 1, ArrowRight: -1 } : { ArrowRight: 1, ArrowLeft: -1 };
    const step = { ArrowDown: 1, ArrowUp: -1, ...across, j: 1, k: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? links.length - 1 : step && at + step;
    if (at < 0 || to === undefined || !links[to] || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    links[at].tabIndex = -1;
    links[to].tabIndex = 0;
    links[to].focus();
  });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) $(opener.dataset.dialog)?.showModal();
  const copier = event.target.closest("[data-copy]");
  if (copier) copied(copier);
  if (event.target.closest("[data-keys]")) {
    try {
      localStorage.setItem("mm:keys", keysOff() ? "on" : "off");
      toast(keysOff() ? "Single keys are off." : "Single keys are on.");
    } catch { toast("This browser keeps nothing for this site, so the keys stay on.", "warning"); }
    keys(document);
  }
  event.target.closest("[data-dismiss]")?.closest(".toast, .alert")?.remove();
  if (event.target.matches("dialog")) event.target.close();
  const link = event.target.closest("a[data-swap]");
  if (link && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    swap(link.href);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-swap]")) {
    event.preventDefault();
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    swap(`${form.getAttribute("action")}${asked.size ? `?${asked}` : ""}`);
  } else if (form.method === "post") {
    const button = event.submitter || form.querySelector("button:not([type=button])");
    setTimeout(() => {
      if (event.defaultPrevented) return;
      for (const each of form.querySelectorAll("button")) each.disabled = true;
      button?.classList.add("busy");
    });
  }
});

document.addEventListener("change", (event) => event.target.closest("form[data-at-once]")?.requestSubmit());

let typing = 0;
document.addEventListener("input", (event) => {
  if (!event.target.matches("form[data-swap] input[type=search]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => event.target.form?.requestSubmit(), 300);
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !field && !keysOff() && !event.metaKey && !event.ctrlKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && field?.form) {
    event.preventDefault();
    field.form.requestSubmit(field.form.querySelector("button.primary") || undefined);
  } else if (event.key === "Escape" && field?.matches("[data-search]")) {
    field.blur();
  }
});

addEventListener("popstate", () => swap(location.href, { push: false }));
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button.busy, form button:disabled")) {
    button.disabled = false;
    button.classList.remove("busy");
  }
});
document.addEventListener("visibilitychange", counts);
setInterval(counts, COUNTS_EVERY);
const since = new Map();
setInterval(() => {
  if (document.hidden) return;
  const due = [...document.querySelectorAll("[data-refresh][id]")].filter((node) => {
    const last = since.get(node.id) ?? performance.now(), over = performance.now() - last >= 1000 * Number(node.dataset.refresh);
    since.set(node.id, over ? performance.now() : last);
    return over;
  });
  refresh(...due.map((node) => node.id));
}, 1000);
for (const message of document.querySelectorAll(".toast.success")) setTimeout(() => message.remove(), 6000);
ready(document);
