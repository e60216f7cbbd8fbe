// Puts the chat on a page: reads the script's attributes, builds a shadow tree nothing of the page reaches into, and
// gives the page three functions to open it, close it and say who is there.

import { icon, iconButton, make } from "./nodes.js";
import { Panel } from "./panel.js";
import { language, speak, t } from "./words.js";

const script = document.currentScript;
const NARROW = matchMedia("(max-width: 480px)");

class Widget {
  constructor(settings, base) {
    this.settings = settings;
    this.base = base;
    const { userToken, userTokenUrl: address } = settings;
    this.userToken = userToken || (address ? () => fetched(address) : null);
    this.host = make("marketing-minds-chat", settings.theme ? { "data-theme": settings.theme } : {});
    this.host.setAttribute("data-side", settings.position || (document.dir === "rtl" || language.dir === "rtl" ? "left" : "right"));
    const root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    this.frame = make("div", { className: "frame", dir: language.dir, lang: language.tag });
    root.append(this.frame);
    const target = settings.target && document.querySelector(settings.target);
    this.inline = Boolean(target);
    (target || document.body).append(this.host);
    this.host.addEventListener("keydown", (event) => this.key(event));
    if (this.inline) this.host.setAttribute("data-inline", "");
    else this.launcher();
    if (this.inline || settings.open !== undefined) this.open(false);
  }

  launcher() {
    this.launch = iconButton("chat", t("open"), () => (this.isOpen ? this.close() : this.open()), "launcher");
    this.launch.setAttribute("aria-expanded", "false");
    this.frame.append(this.launch);
  }

  async panelFor() {
    const token = await this.token();
    const { siteKey, conversation } = this.settings;
    return new Panel({ base: this.base, siteKey, who: subjectOf(token), inline: this.inline, wanted: conversation,
      userToken: () => this.token(), closed: () => this.close(),
      chosen: (detail) => dispatchEvent(new CustomEvent("marketing-minds-conversation", { detail })) });
  }

  // The page gives a token, or a function that fetches a fresh one whenever it is needed.
  async token() {
    return typeof this.userToken === "function" ? this.userToken() : this.userToken;
  }

  async open(focus = true) {
    this.isOpen = true;
    this.opening ||= this.panelFor();
    try {
      this.panel = await this.opening;
    } catch {
      this.opening = null; // nobody can say who is there: again once the network is back
      addEventListener("online", () => this.open(focus), { once: true });
    }
    if (!this.isOpen || !this.opening) return;
    if (!this.panel.node.isConnected) this.frame.append(this.panel.node);
    this.panel.node.hidden = false;
    this.launch?.setAttribute("aria-expanded", "true");
    this.launch?.setAttribute("aria-label", t("close"));
    this.launch?.replaceChildren(icon("close"));
    this.frame.classList.add("open");
    this.panel.start();
    if (focus) this.panel.words.focus();
  }

  close() {
    if (this.inline) return;
    this.isOpen = false;
    if (this.panel) this.panel.node.hidden = true;
    this.frame.classList.remove("open");
    this.launch.setAttribute("aria-expanded", "false");
    this.launch.setAttribute("aria-label", t("open"));
    this.launch.replaceChildren(icon("chat"));
    this.launch.focus();
  }

  async identify(token) {
    this.userToken = token || null;
    const before = await this.opening;
    before?.close();
    this.opening = null;
    this.panel = null;
    if (this.isOpen) await this.open(false);
  }

  key(event) {
    if (event.key === "Escape" && this.isOpen) this.close();
    const inside = this.host.shadowRoot.activeElement;
    if (event.key === "/" && this.isOpen && !/^(TEXTAREA|INPUT)$/.test(inside?.tagName || "")) {
      event.preventDefault();
      this.panel?.words.focus();
    }
    if (event.key === "Tab" && NARROW.matches && this.isOpen && !this.inline) this.keepInside(event, inside);
  }

  // On a phone the panel covers the page, so that focus stays in it.
  keepInside(event, inside) {
    const all = [...this.panel.node.querySelectorAll("button, textarea, input, a[href], summary, [tabindex='0']")]
      .filter((node) => !node.disabled && node.checkVisibility());
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (inside !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  }
}

// A fresh token from the page's own server, which knows by its cookie who is there; none where nobody is signed in.
async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (answer.status >= 500) throw new Error(address);
  return answer.ok ? (await answer.text()).trim() : null;
}

// Whom a token names, only to keep what different people of one browser leave in it apart; the server checks it.
function subjectOf(token) {
  if (!token) return "anonymous";
  try {
    return `user:${JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub}`;
  } catch {
    return "user:unknown";
  }
}

async function started() {
  const settings = { ...script.dataset };
  const base = new URL(script.src).origin;
  if (!document.body) await new Promise((loaded) => { addEventListener("DOMContentLoaded", loaded, { once: true }); });
  await speak(settings.lang || document.documentElement.lang || navigator.language, base);
  return new Widget(settings, base);
}

function begin() {
  if (!script.dataset.siteKey) {
    console.error("Marketing Minds: the script needs data-site-key.");
    return;
  }
  const widget = started();
  window.MarketingMinds = Object.fromEntries(["open", "close", "identify"]
    .map((name) => [name, async (...given) => (await widget)[name](...given)]));
  widget.then(() => window.dispatchEvent(new CustomEvent("marketing-minds-ready")));
}

if (script && !window.MarketingMinds) begin();
