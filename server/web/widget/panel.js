// The panel: header, conversation, history and the field to write in. It knows what is on screen and nothing of the wire.

import { Keeping, freshId } from "./keeping.js";
import { Calls } from "./calls.js";
import { button, icon, iconButton, make, moment, skeleton, trouble } from "./nodes.js";
import { Outbox } from "./outbox.js";
import { Thread } from "./thread.js";
import { counted, keepZone, language, t } from "./words.js";

const NEAR = 80;
const ANNOUNCED = 4;
const HISTORY = 50;

export class Panel {
  constructor({ base, siteKey, who, userToken, inline, wanted, closed, chosen }) {
    this.keeping = new Keeping(siteKey, who);
    this.calls = new Calls(base, siteKey, this.keeping, userToken);
    this.outbox = new Outbox(this.calls, this.keeping, {
      begun: (local, talk) => this.begun(local, talk),
      taken: (item) => this.thread?.taken(item),
      refused: (item, problem) => this.mine(item) && this.thread.refused(item, problem),
      waiting: (item, problem) => this.mine(item) && this.thread.waiting(item, problem.atTheDoor ? problem.message
        : t(problem.status ? "waiting_moment" : "waiting_online")),
      changed: () => this.thread?.onItsWay(),
    });
    Object.assign(this, { inline, wanted, closed, chosen });
    this.thread = null;
    this.build();
  }

  build() {
    this.title = make("h2", { id: "title", text: t("title") });
    this.past = iconButton("history", t("history"), () => this.toggleHistory(), "quiet past");
    this.fresh = iconButton("plus", t("new_conversation"), () => this.begin(true));
    const shut = this.inline ? null : iconButton("close", t("close"), () => this.closed());
    this.header = make("header", { className: "top" }, this.title, this.past, this.fresh, shut);
    this.told = make("p", { className: "notice", role: "status", hidden: true });
    this.log = make("div", { className: "column" });
    this.stream = make("div", { className: "stream", tabIndex: 0, role: "region", "aria-label": t("conversation") }, this.log);
    this.list = make("nav", { className: "history", "aria-label": t("history"), hidden: true });
    this.working = make("p", { className: "at-work", hidden: true }, make("span", { className: "pulse", "aria-hidden": "true" }));
    this.doing = make("span", { dir: "auto" });
    this.working.append(this.doing);
    this.words = make("textarea", { rows: 1, placeholder: t("write"), "aria-label": t("your_message"), dir: "auto",
      enterKeyHint: "send", on: { input: () => this.grow(), keydown: (event) => this.key(event) } });
    this.stopping = iconButton("stop", t("stop"), () => this.stop(), "stop");
    this.stopping.hidden = true;
    this.sending = make("button", { type: "submit", className: "icon-button primary", title: t("send"), "aria-label": t("send") },
      icon("send"));
    this.left = make("p", { className: "hint left", hidden: true });
    this.form = make("form", { className: "composer", on: { submit: (event) => this.submit(event) } }, this.working,
      make("div", { className: "field" }, this.words, this.stopping, this.sending), this.left);
    this.quiet = make("p", { className: "hint foot", hidden: true });
    this.spoken = make("div", { className: "unseen", role: "log", "aria-live": "polite" });
    this.node = make("section", { className: `panel${this.inline ? " inline" : ""}`, role: this.inline ? "region" : "dialog",
      "aria-labelledby": "title", lang: language.tag, dir: language.dir }, this.header, this.told, this.stream, this.list,
    this.form, this.quiet, this.spoken);
  }

  async start() {
    if (this.started) return;
    this.started = true;
    this.log.replaceChildren(skeleton(3));
    try {
      const session = await this.calls.open();
      this.title.textContent = session.site_name || t("title");
      this.longest = session.longest_message;
      keepZone(session.timezone);
      this.quiet.textContent = session.offline ? t("built_in_model") : "";
      this.quiet.hidden = !session.offline;
      const current = this.wanted === undefined ? this.keeping.get("talk") : this.wanted;
      const unsent = this.outbox.items[0];
      if (current) await this.show(current);
      else if (unsent) this.resume(unsent);
      else this.begin(false);
      this.outbox.flush();
    } catch (problem) {
      this.started = false;
      const waiting = problem.passing && this.outbox.items[0];
      if (waiting) this.resume(waiting);
      else this.log.replaceChildren(trouble(problem.message, button(t("try_again"), () => this.start())));
      if (problem.passing) addEventListener("online", () => this.start(), { once: true });
    }
  }

  resume(item) {
    this.open(new Thread(this.calls, this.outbox, this, { talk: item.talk, local: item.local }));
    this.thread.onItsWay();
    this.changed();
  }

  open(thread) {
    this.thread?.close();
    this.thread = thread;
    this.log.replaceChildren();
    this.notice("");
    this.work("");
  }

  // Which conversation is on screen: kept for the next visit, and told to the page.
  keep(talk) {
    this.keeping.set("talk", talk);
    this.chosen(talk);
    this.changed();
  }

  begin(focus) {
    this.open(null);
    this.keep(null);
    const { greeting, name } = this.calls.session || {};
    const ideas = ["idea_one", "idea_two", "idea_three"].map((key) => button(t(key), () => this.say(t(key))));
    this.log.replaceChildren(make("div", { className: "welcome" },
      make("h3", { text: name ? t("hello_name", { name }) : t("hello"), dir: "auto" }),
      make("p", { text: greeting || t("greeting"), dir: "auto" }), make("div", { className: "ideas" }, ...ideas)));
    if (!focus) return;
    this.showHistory(false);
    this.words.focus();
  }

  async show(talk) {
    const thread = new Thread(this.calls, this.outbox, this, { talk });
    this.open(thread);
    this.log.replaceChildren(skeleton(3));
    try {
      const holder = this.log.firstChild;
      const about = await thread.load();
      if (!about) return;
      holder?.remove();
      this.keep(talk);
      this.toEnd();
    } catch (problem) {
      if (this.thread !== thread) return;
      if (problem.status === 404) return this.begin(false);
      this.log.replaceChildren(trouble(problem.message, button(t("try_again"), () => this.show(talk))));
      if (problem.passing) addEventListener("online", () => this.thread === thread && this.show(talk), { once: true });
    }
  }

  say(content) {
    this.log.querySelector(".welcome")?.remove();
    this.showHistory(false);
    if (!this.thread) this.thread = new Thread(this.calls, this.outbox, this, { local: freshId() });
    const { talk, local } = this.thread;
    const item = { id: freshId(), content, talk, local };
    this.thread.waiting(item);
    this.outbox.add(item);
    this.toEnd();
  }

  begun(local, talk) {
    if (this.thread?.local !== local) return;
    this.thread.begun(talk);
    this.keep(talk);
  }

  mine(item) {
    const { talk, local } = this.thread || {};
    return Boolean((talk && talk === item.talk) || (local && local === item.local));
  }

  gone() {
    this.keep(null);
    this.put(trouble(t("gone"), button(t("new_conversation"), () => this.begin(true))));
  }

  put(node, before = null) {
    this.log.querySelector(".welcome")?.remove();
    this.following(() => this.log.insertBefore(node, before));
  }

  first(node) {
    this.log.prepend(node);
  }

  // Keeps the newest in view for somebody who is there, and leaves somebody who reads further up where they are.
  following(change) {
    const near = this.stream.scrollHeight - this.stream.scrollTop - this.stream.clientHeight < NEAR;
    change();
    if (near) this.toEnd();
  }

  toEnd() {
    this.stream.scrollTop = this.stream.scrollHeight;
  }

  notice(text) {
    this.told.textContent = text;
    this.told.hidden = !text;
  }

  work(text) {
    this.doing.textContent = text;
    this.working.hidden = !text;
    this.stopping.hidden = !text;
    this.stopping.disabled = false;
  }

  announce(text) {
    this.spoken.append(make("p", { text }));
    while (this.spoken.childElementCount > ANNOUNCED) this.spoken.firstElementChild.remove();
  }

  changed() {
    if (this.list.checkVisibility()) this.fillHistory();
  }

  async stop() {
    this.stopping.disabled = true;
    try {
      await this.thread?.stop();
    } catch (problem) {
      this.stopping.disabled = false;
      this.notice(problem.message);
    }
  }

  submit(event) {
    event.preventDefault();
    const content = this.words.value.trim();
    if (!content || (this.longest && content.length > this.longest)) return;
    this.words.value = "";
    this.grow();
    this.say(content);
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  grow() {
    this.words.style.height = "auto";
    this.words.style.height = `${this.words.scrollHeight}px`;
    const over = (this.longest || Infinity) - this.words.value.length;
    this.left.hidden = over > 200;
    this.left.classList.toggle("over", over < 0);
    this.left.textContent = over < 0 ? counted("too_long", -over) : counted("left", over === Infinity ? 0 : over);
    this.sending.disabled = over < 0;
  }

  toggleHistory() {
    this.showHistory(this.list.hidden);
  }

  showHistory(shown) {
    this.list.hidden = !shown;
    this.stream.hidden = shown;
    this.past.setAttribute("aria-expanded", String(shown));
    if (shown) this.fillHistory(true);
  }

  async fillHistory(focus = false) {
    if (!this.list.firstChild) this.list.replaceChildren(skeleton(4));
    try {
      const { items } = await this.calls.call("GET", `/conversations?limit=${HISTORY}`);
      const rows = items.map((item) => this.row(item));
      this.list.replaceChildren(make("h3", { text: t("history") }), rows.length ? make("ul", {}, ...rows)
        : make("div", { className: "empty" }, make("p", { text: t("no_history") }),
          button(t("new_conversation"), () => this.begin(true), "primary")));
      if (focus) this.list.querySelector("button")?.focus();
    } catch (problem) {
      this.list.replaceChildren(trouble(problem.message, button(t("try_again"), () => this.fillHistory())));
    }
  }

  row(item) {
    const current = item.conversation_id === this.thread?.talk;
    const open = make("button", { type: "button", "aria-current": current ? "true" : null,
      on: { click: () => this.choose(item.conversation_id), keydown: (event) => this.rove(event) } },
    make("span", { className: "name", text: item.title || t("new_conversation"), dir: "auto" }),
    make("span", { className: "hint" }, moment(item.updated_at, true)));
    return make("li", {}, open);
  }

  choose(talk) {
    this.showHistory(false);
    this.show(talk);
    this.words.focus();
  }

  rove(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = [...this.list.querySelectorAll("li button")];
    rows[(rows.indexOf(event.currentTarget) + step + rows.length) % rows.length].focus();
  }

  close() {
    this.thread?.close();
    this.outbox.close();
    this.node.remove();
  }
}
