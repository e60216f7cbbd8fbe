// The page: the door for whoever is not signed in, and behind it the widget, which fills the page.

import { get, paths } from "/assets/api.js";
import { askAtTheDoor, leave } from "/assets/account.js";
import { trouble } from "/assets/view.js";

const $ = (id) => document.getElementById(id);
const TALK = /^#(cnv_[0-9a-f]{32})$/;

// The address says which conversation is open; without one, a new one begins.
function follow() {
  addEventListener("marketing-minds-conversation", ({ detail }) => {
    const wanted = detail ? `/#${detail}` : "/";
    if (location.pathname + location.hash !== wanted) history.replaceState(null, "", wanted);
  });
  addEventListener("hashchange", () => location.reload());
}

// From anywhere on the page, a slash goes to the message box.
function reach(event) {
  if (event.key !== "/" || document.activeElement !== document.body) return;
  event.preventDefault();
  window.MarketingMinds.open();
}

async function enter() {
  const me = await get(paths.me);
  $("house").hidden = false;
  $("person").textContent = me.name || me.email;
  $("person").title = me.email;
  follow();
  addEventListener("marketing-minds-ready", () => {
    window.MarketingMinds.open();
    addEventListener("keydown", reach);
  });
  const script = document.createElement("script");
  script.src = "/widget.js";
  Object.assign(script.dataset, { siteKey: "own", target: "#chat", userTokenUrl: "/session/token",
    conversation: TALK.exec(location.hash)?.[1] || "" });
  document.body.append(script);
}

async function start() {
  $("sign-out").addEventListener("click", leave);
  try {
    const page = await get(paths.page);
    $("model").textContent = page.model_line;
    if (page.signed_in) await enter();
    else askAtTheDoor(page.registration, enter);
  } catch (problem) {
    document.body.prepend(trouble(problem.message, { label: "Try again", run: () => location.reload() }));
  }
}

start();
