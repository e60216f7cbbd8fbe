// While one writes, the server says how the text would look and count on its platform; nothing is stored by that.

import { toast } from "/assets/console.js";

const PAUSE = 300;
let waiting = 0;
let asking = null;

async function measure(form) {
  asking?.abort();
  asking = new AbortController();
  const live = document.getElementById("live");
  live.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams(new FormData(form));
    body.delete("version");
    const answer = await fetch(form.dataset.measured, { method: "POST", credentials: "same-origin", body, signal: asking.signal });
    if (!answer.ok) throw new Error("It can't be counted just now. Saving still checks it.");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("live").replaceWith(document.importNode(page.getElementById("live"), true));
  } catch (error) {
    if (error.name === "AbortError") return;
    live.removeAttribute("aria-busy");
    toast(error.message, "warning");
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-measured]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => measure(form), PAUSE);
});
