// The approval card: the exact thing as it will appear, where, when, what it costs, who asked and why; the decision,
// with edits and what they change, or with a reason; and what became of it, whoever decided, wherever.

import { fill } from "./bubbles.js";
import { differing } from "./differing.js";
import { button, icon, make, moment, trouble } from "./nodes.js";
import { agentName, counted, exactly, language, momentOf, onTheClock, t } from "./words.js";

const POST_FIELDS = new Set(["content_id", "version", "platform", "account_id", "text", "subject", "media", "link",
  "hashtags", "publish_at", "recipients"]);
const OWN_ROWS = new Set(["posts", "audience", "budget", "campaign_id", "launch"]);
const LONGEST_REASON = 2000;

export class Card {
  constructor(request, { agents, calls, decide, announce }) {
    this.agents = agents;
    this.calls = calls;
    this.decide = decide;
    this.announce = announce;
    this.title = make("h3");
    this.content = make("div", { className: "items" });
    this.choices = make("footer");
    this.node = make("section", { className: "card", "aria-label": t("approval") }, this.title, this.content, this.choices);
    this.show(request);
  }

  show(request) {
    this.request = request;
    this.title.textContent = request.summary || t("approval");
    this.content.replaceChildren(...this.posts().map((post, index) => this.preview(post, index)), this.facts(),
      ...this.changes(request.difference || []));
    if (request.status === "pending") this.offer();
    else this.settle();
  }

  posts() {
    return Array.isArray(this.request.content?.posts) ? this.request.content.posts : [];
  }

  place(post) {
    return this.request.places?.[post.platform] || post.platform || "";
  }

  preview(post, index) {
    const account = this.request.accounts?.[post.account_id];
    const people = post.recipients || [];
    const tags = (post.hashtags || []).map((tag) => (tag.startsWith("#") ? tag : `#${tag}`)).join(" ");
    return make("div", { className: `preview on-${/^\w+$/.test(post.platform) ? post.platform : "other"}` },
      make("header", {}, make("span", { className: "avatar", "aria-hidden": "true", text: (account || this.place(post) || "?")[0] }),
        make("div", {}, make("strong", { text: account || this.place(post), dir: "auto" }),
          make("div", { className: "hint" }, `${this.place(post)} · `, post.publish_at ? moment(post.publish_at) : t("no_time"))),
      ),
      account ? null : make("p", { className: "hint warning", text: t("no_account", { place: this.place(post) }) }),
      people.length ? make("p", { className: "hint", dir: "auto",
        text: `${counted("recipients", people.length)}: ${people.slice(0, 5).join(", ")}${people.length > 5 ? " …" : ""}` }) : null,
      post.subject ? make("p", { className: "subject", text: post.subject, dir: "auto" }) : null,
      this.words(post, index),
      tags ? make("p", { className: "tags", text: tags, dir: "auto" }) : null,
      post.link ? make("p", { className: "link", text: post.link, dir: "ltr" }) : null,
      ...(post.media || []).map((file, number) => this.attachment(file, `${index}/${number}`)),
      ...this.others(Object.entries(post).filter(([name, value]) => !POST_FIELDS.has(name) && !empty(value))));
  }

  words(post, index) {
    const node = make("div", { className: "text body", dir: "auto" });
    fill(node, post.text || "", this.request.rendered?.[index], (_, title) => make("span", { text: title }));
    return node;
  }

  // Drawn, as a page's policy may let no picture in; the server has checked that it is the file that was approved.
  attachment(file, place) {
    const name = `${String(file.url).split("/").pop()} (${file.content_type})`;
    const node = make("p", { className: "file" }, icon("file"), make("span", { text: name, dir: "ltr" }));
    if (!/^image\//.test(file.content_type)) return node;
    this.calls.file(`/approvals/${this.request.approval_id}/media/${place}`).then(createImageBitmap).then((picture) => {
      const canvas = make("canvas", { width: picture.width, height: picture.height, role: "img", "aria-label": name });
      canvas.getContext("2d").drawImage(picture, 0, 0);
      node.replaceWith(canvas);
    }).catch((problem) => node.append(make("span", { className: "warning", text: problem.message })));
    return node;
  }

  facts() {
    const { content = {}, requested_by: by, created_at: at, expires_at: until, status } = this.request;
    const { amount_minor: amount, currency } = content.budget || {};
    const rows = [[t("cost"), currency ? money(amount, currency) : t("cost_nothing")]];
    if (content.audience) rows.push([t("audience"), content.audience]);
    for (const [name, value] of Object.entries(content)) {
      if (!OWN_ROWS.has(name) && !empty(value)) rows.push([worded(name), shown(name, value, currency)]);
    }
    rows.push([t("asked_by"), [agentName(by, this.agents), " · ", moment(at, true)]]);
    if (status === "pending" && until) rows.push([t("open_until"), [moment(until)]]);
    return make("dl", { className: "facts" }, ...rows.flatMap(([name, value]) => [make("dt", { text: name }),
      make("dd", { dir: "auto" }, ...[value].flat())]));
  }

  others(entries) {
    return entries.length ? [make("dl", { className: "facts" }, ...entries.flatMap(([name, value]) =>
      [make("dt", { text: worded(name) }), make("dd", { text: shown(name, value), dir: "auto" })]))] : [];
  }

  changes(differences) {
    if (!differences.length) return [];
    return [make("div", { className: "changes" }, make("h4", { text: t("changed_since") }),
      ...differences.map(({ where, field, before, after }) => make("div", {},
        make("p", { className: "hint", text: `${where} ${worded(field)}`.trim() }), differing(before || "", after || ""))))];
  }

  offer() {
    const editing = this.posts().length ? button(t("edit"), () => this.edit()) : null;
    this.choices.replaceChildren(make("div", { className: "choices" },
      button(t("approve"), () => this.send("approve", "", null), "primary"), editing, button(t("reject"), () => this.askWhy())),
    make("p", { className: "hint", text: t("nothing_leaves") }));
  }

  askWhy() {
    const reason = make("textarea", { rows: 2, maxLength: LONGEST_REASON, placeholder: t("reason_hint"), "aria-label": t("reason") });
    this.choices.replaceChildren(reason, make("div", { className: "choices" },
      button(t("reject_with_reason"), () => this.send("reject", reason.value, null), "primary"),
      button(t("back"), () => this.offer())));
    this.escape(reason);
    reason.focus();
  }

  edit() {
    const posts = this.posts();
    const fields = posts.map((post) => ({
      subject: post.subject === null || post.subject === undefined ? null
        : make("input", { value: post.subject, maxLength: 500, dir: "auto" }),
      text: make("textarea", { value: post.text || "", rows: 6, maxLength: 20_000, dir: "auto" }),
      publish_at: make("input", { type: "datetime-local", value: onTheClock(post.publish_at) }),
    }));
    this.choices.replaceChildren(...fields.map((field, index) => make("fieldset", {},
      make("legend", { text: this.place(posts[index]) }),
      field.subject ? make("label", {}, t("subject"), field.subject) : null,
      make("label", {}, t("text"), field.text), make("label", {}, t("time"), language.zone ? ` (${language.zone})` : "", field.publish_at))),
    make("div", { className: "choices" }, button(t("show_changes"), () => this.compare(fields), "primary"),
      button(t("back"), () => this.offer())));
    this.escape(this.choices);
    fields[0].text.focus();
  }

  compare(fields) {
    const before = this.posts();
    const after = before.map((post, index) => edited(post, fields[index]));
    const changed = before.flatMap((post, index) => ["subject", "text", "publish_at"]
      .filter((name) => post[name] !== after[index][name]).map((name) => ({ index, name })));
    if (!changed.length) return this.offer();
    const list = changed.map(({ index, name }) => make("div", {},
      make("p", { className: "hint", text: `${this.place(before[index])} · ${t(name === "publish_at" ? "time" : name)}` }),
      differing(plainly(name, before[index][name]), plainly(name, after[index][name]))));
    const approve = button(t("approve_changes"), () => this.send("approve", "", { posts: after }), "primary");
    this.choices.replaceChildren(make("div", { className: "changes" }, make("h4", { text: t("your_changes") }), ...list),
      make("div", { className: "choices" }, approve, button(t("back"), () => this.offer())));
    approve.focus();
  }

  escape(node) {
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.offer();
    });
  }

  async send(decision, notes, edits) {
    for (const one of this.choices.querySelectorAll("button")) one.disabled = true;
    try {
      this.show(await this.decide(this.request, { decision, notes, edits, payload_hash: this.request.payload_hash }));
      this.announce(this.outcome());
    } catch (problem) {
      if (problem.status === 409) return this.refresh(problem);
      this.offer();
      this.choices.append(trouble(problem.message));
    }
  }

  async refresh(problem) {
    try {
      this.show(await this.decide(this.request, null));
    } catch { /* the first problem is what counts */ }
    if (this.request.status === "pending") this.choices.prepend(trouble(problem.message));
  }

  outcome() {
    const { status, decided_by_name: name, decided_by: by } = this.request;
    const word = t(`status_${status}`) || status;
    const who = name || (by === "voice_approval" ? t("voice_call") : by);
    return who ? t("decided_by", { word, name: who }) : word;
  }

  settle() {
    const { status, decided_at: at, notes, void_reason: why } = this.request;
    const said = notes || why;
    this.choices.replaceChildren(make("p", { className: `decided ${status}` }, make("strong", { text: this.outcome() }),
      at ? make("span", { className: "hint" }, " · ", make("time", { dateTime: at, text: exactly(at) })) : null),
    make("p", { className: "hint", text: said ? `“${said}”` : "", hidden: !said, dir: "auto" }));
  }
}

function edited(post, field) {
  const text = field.text.value;
  const subject = field.subject ? field.subject.value : post.subject;
  const same = field.publish_at.value === onTheClock(post.publish_at) || !field.publish_at.value;
  return { ...post, text, subject, publish_at: same ? post.publish_at : momentOf(field.publish_at.value) };
}

function money(minor, currency) {
  const format = new Intl.NumberFormat(language.format, { style: "currency", currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function shown(name, value, currency) {
  if (name.endsWith("_minor") && currency) return money(value, currency);
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return exactly(value);
  if (Array.isArray(value)) return value.map((one) => shown("", one)).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([key, one]) => `${worded(key)}: ${shown("", one)}`).join(", ");
  return String(value);
}

const plainly = (name, value) => (name === "publish_at" && value ? exactly(value) : String(value ?? ""));
const empty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
const worded = (name) => String(name).replace(/_minor$/, "").replaceAll("_", " ");
