// The approval card: the exact payload as it will leave the house, and the two decisions.

import { make, moment } from "/assets/view.js";

const TEXTS = ["text", "content", "body", "html", "message"];
const SHOWN = new Set([...TEXTS, "platform", "publish_at", "hashtags"]);
const NUMBERS = new Set(["content_id", "account_id", "campaign_id", "version"]);
const NAMES = { instagram: "Instagram", facebook: "Facebook", twitter: "X", linkedin: "LinkedIn", tiktok: "TikTok",
  youtube: "YouTube", email: "Email", blog: "Blog", whatsapp: "WhatsApp", wordpress: "WordPress", sms: "SMS",
  google_ads: "Google Ads", meta_ads: "Meta Ads" };

export class ApprovalCard {
  constructor(request, decide) {
    this.request = request;
    this.decide = decide;
    this.choices = make("footer");
    this.node = make("section", { className: "card", "aria-label": "Approval" },
      make("header", {}, make("h3", { text: request.summary || "Your decision is needed" }),
        make("span", { className: "quiet", text: "Nothing leaves before you approve" })),
      make("div", { className: "items" }, ...itemsOf(request.payload).map(item)),
      request.difference?.length ? changes(request.difference) : null, this.choices);
    this.offer();
  }

  offer() {
    const expires = this.request.expires_at
      ? make("span", { className: "quiet" }, "Expires ", moment(this.request.expires_at)) : null;
    this.choices.replaceChildren(make("div", { className: "choices" },
      make("button", { className: "primary", type: "button", text: "Approve", on: { click: () => this.send("approve", "") } }),
      make("button", { type: "button", text: "Reject", on: { click: () => this.askWhy() } }), expires));
  }

  askWhy() {
    const reason = make("textarea", { rows: 2, maxLength: 2000, placeholder: "What should change?", "aria-label": "Reason" });
    this.choices.replaceChildren(reason, make("div", { className: "choices" },
      make("button", { className: "primary", type: "button", text: "Reject with this reason",
        on: { click: () => this.send("reject", reason.value) } }),
      make("button", { type: "button", text: "Back", on: { click: () => this.offer() } })));
    reason.addEventListener("keydown", (event) => { if (event.key === "Escape") this.offer(); });
    reason.focus();
    this.choices.scrollIntoView({ block: "nearest" });
  }

  async send(decision, notes) {
    for (const button of this.choices.querySelectorAll("button")) button.disabled = true;
    try {
      await this.decide(this.request, decision, notes);
      this.settle(decision, "you", notes);
    } catch (problem) {
      this.offer();
      this.choices.append(make("p", { className: "error", role: "alert", text: problem.message }));
    }
  }

  settle(decision, by, notes) {
    if (this.settled) return;
    this.settled = true;
    const word = decision === "approve" ? "Approved" : "Rejected";
    this.choices.replaceChildren(make("p", { className: `decided ${decision}`,
      text: `${word}${by ? ` by ${by}` : ""}${notes ? `: ${notes}` : ""}` }));
  }
}

function itemsOf(payload) {
  for (const name of ["posts", "items", "emails"]) if (Array.isArray(payload?.[name])) return payload[name];
  return [payload || {}];
}

function item(entry) {
  const text = TEXTS.map((name) => entry[name]).find((value) => typeof value === "string" && value);
  const rest = Object.entries(entry).filter(([name, value]) => !SHOWN.has(name) && !empty(value));
  const tags = Array.isArray(entry.hashtags) && entry.hashtags.length
    ? make("p", { className: "quiet", text: entry.hashtags.map((tag) => (tag.startsWith("#") ? tag : `#${tag}`)).join(" ") })
    : null;
  const facts = rest.filter(([name]) => !NUMBERS.has(name));
  const numbers = rest.filter(([name]) => NUMBERS.has(name));
  return make("div", { className: "item" },
    make("div", { className: "where" }, make("span", { text: NAMES[entry.platform] || entry.platform || "" }),
      entry.publish_at ? moment(entry.publish_at) : null),
    text ? make("div", { className: "text", text, dir: "auto" }) : null, tags,
    facts.length ? listed(facts) : null,
    numbers.length ? make("details", { className: "hint" }, make("summary", { text: "Ids" }), listed(numbers)) : null);
}

function changes(differences) {
  return make("div", { className: "item changes" }, make("h4", { text: "Changed since it was asked before" }),
    ...differences.map(({ where, field, before, after }) => make("div", {},
      make("div", { className: "hint", text: `${where} ${worded(field)}`.trim() }),
      before ? make("del", { text: before, dir: "auto" }) : null, after ? make("ins", { text: after, dir: "auto" }) : null)));
}

function listed(entries) {
  return make("dl", {}, ...entries.flatMap(([name, value]) => [make("dt", { text: worded(name) }),
    make("dd", { dir: "auto" }, shown(value))]));
}

const empty = (value) => value === null || value === "" || (Array.isArray(value) && value.length === 0);
const worded = (name) => name.replaceAll("_", " ");

function shown(value) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return moment(value);
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (value?.sha256) return `${value.url} (${value.content_type})`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
