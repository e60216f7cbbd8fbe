// One conversation: what was said before, what happens now, what is on its way.

import { Bubble } from "./bubbles.js";
import { Card } from "./cards.js";
import { Live } from "./live.js";
import { button, make, trouble } from "./nodes.js";
import { Progress } from "./progress.js";
import { ToolList } from "./tools.js";
import { agentName, t, toolName } from "./words.js";

const PAGE = 30;
const NEWEST = 10;

export class Thread {
  constructor(calls, outbox, stage, { talk = null, local = null }) {
    Object.assign(this, { calls, outbox, stage, talk, local });
    this.shown = new Map();
    this.cards = new Map();
    this.requests = [];
    this.progress = new Map();
    this.toolOwner = new Map();
    this.tools = null;
    this.run = null;
    this.agent = "";
    this.said = null;
  }

  get facts() {
    return { agents: this.calls.session?.agents || {}, calls: this.calls };
  }

  get member() {
    return this.calls.session?.kind === "member";
  }

  async load() {
    const path = `/conversations/${this.talk}`;
    await this.calls.open();
    const theirs = (what) => (this.member ? this.calls.call("GET", `${path}/${what}`) : { items: [] });
    // First where to go on from: what ends while the rest is read is told again, and known by its id.
    const about = await this.calls.call("GET", path);
    const [said, asked, going] = await Promise.all([this.calls.call("GET", `${path}/messages?limit=${PAGE}`),
      theirs("approvals"), theirs("progress")]);
    if (this.closed) return null;
    this.requests = asked.items;
    this.past(said, null);
    for (const request of asked.items) if (request.status === "pending") this.ask(request);
    for (const told of going.items) this.on_campaign_progress(told);
    this.told = about.last_seq;
    this.onItsWay();
    if (about.running) this.work(t("at_work"));
    this.follow(about.follow_from);
    return about;
  }

  follow(after) {
    this.live = new Live(this.calls, this.talk, after, {
      connected: () => { this.stage.notice(""); this.outbox.flush(); },
      lost: () => this.stage.notice(t(navigator.onLine ? "reconnecting" : "offline")),
      refused: (words) => { this.work(""); this.stage.notice(words); },
      gone: () => { this.work(""); this.stage.gone(); },
      event: (event, seq) => this.handle(event, seq),
    });
  }

  begun(talk) {
    if (this.talk) return;
    this.talk = talk;
    this.follow(0);
  }

  // Messages of this conversation that the server has not taken yet, in whichever tab they were written.
  onItsWay() {
    for (const item of this.outbox.of(this.talk || this.local)) this.waiting(item);
  }

  waiting(item, words = t(navigator.onLine ? "sending" : "waiting_online")) {
    if (!this.shown.has(item.id)) {
      const bubble = this.add(new Bubble("user", "", this.facts));
      bubble.say(item.content);
      this.shown.set(item.id, bubble);
    }
    this.shown.get(item.id).tell(words);
  }

  taken(item) {
    this.shown.get(item.id)?.tell("");
  }

  refused(item, problem) {
    this.waiting(item);
    const bubble = this.shown.get(item.id);
    bubble.tell(problem.message, button(t("try_again"), () => { bubble.tell(t("sending")); this.outbox.add(item); }, "link"));
    bubble.node.classList.add("refused");
    this.stage.announce(problem.message);
  }

  add(thing, before = null) {
    this.stage.put(thing.node, before);
    return thing;
  }

  handle(event, seq) {
    const name = event.type === "CUSTOM" ? event.name : event.type;
    const handler = this[`on_${name}`];
    if (handler) this.stage.following(() => handler.call(this, event.type === "CUSTOM" ? event.value : event, seq));
  }

  on_user_message({ message_id, client_message_id, content }) {
    const known = this.shown.get(client_message_id) || this.shown.get(message_id);
    this.outbox.drop(client_message_id);
    const bubble = known || this.add(new Bubble("user", "", this.facts));
    Object.assign(this, { said: { id: client_message_id, content }, newest: bubble });
    if (!known) bubble.say(content);
    bubble.tell("");
    bubble.node.classList.remove("refused");
    this.shown.set(message_id, bubble).set(client_message_id, bubble);
  }

  on_RUN_STARTED({ runId }) {
    this.run = runId;
    this.tools = null;
    this.failure?.remove();
    this.work(t("reading"));
  }

  on_route({ agent, agents }) {
    const names = (agents || [agent]).map((one) => this.name(one));
    this.work(names.length > 1 ? t("answer_in_turn", { first: names[0], then: names.slice(1).join(", ") })
      : t("answers", { name: names[0] }));
  }

  on_STEP_STARTED({ stepName }) {
    this.agent = stepName;
    this.tools = null;
    this.work(t("is_at_work", { name: this.name(stepName) }));
  }

  on_TEXT_MESSAGE_START({ messageId, name }) {
    this.newest = this.bubble(messageId, name);
    this.newest.begin();
    this.work(t("is_writing", { name: this.name(name) }));
  }

  on_TEXT_MESSAGE_CONTENT({ messageId, delta }) {
    this.bubble(messageId, this.agent).grow(delta);
  }

  on_TEXT_MESSAGE_END({ messageId, metadata }) {
    const { content = "", agent = this.agent } = metadata || {};
    if (!content) return;
    this.bubble(messageId, agent).say(content);
    this.unrendered = true;
    this.stage.announce(`${this.name(agent)}: ${content}`);
  }

  on_TOOL_CALL_START({ toolCallId, toolCallName }) {
    if (!this.toolOwner.has(toolCallId)) {
      this.tools ||= this.add(new ToolList());
      this.tools.start(toolCallId, toolCallName);
      this.toolOwner.set(toolCallId, this.tools);
    }
    this.work(t("uses_tool", { name: this.name(this.agent), tool: toolName(toolCallName) }));
  }

  on_TOOL_CALL_ARGS({ toolCallId, delta }) {
    this.toolOwner.get(toolCallId)?.argue(toolCallId, delta);
  }

  on_TOOL_CALL_RESULT({ toolCallId, content, metadata }) {
    this.toolOwner.get(toolCallId)?.finish(toolCallId, metadata?.ok !== false, content);
  }

  on_campaign_progress(told, seq) {
    if (seq <= this.told) return;
    if (!this.progress.has(told.campaign_id)) this.progress.set(told.campaign_id, this.add(new Progress()));
    this.progress.get(told.campaign_id).tell(told);
  }

  on_approval_decided({ approval_id }) {
    this.look(approval_id);
  }

  on_RUN_FINISHED({ outcome }) {
    this.over();
    for (const interrupt of outcome?.interrupts || []) {
      this.look(interrupt.metadata.approval_id);
      this.stage.announce(t("your_decision", { what: interrupt.message }));
    }
    if (outcome?.type === "cancelled") this.stopped(this.newest);
  }

  stopped(bubble) {
    bubble?.markStopped();
    bubble?.offerAgain(() => this.sayAgain());
  }

  on_RUN_ERROR({ message, metadata }) {
    if (!metadata?.run_id) return;
    this.over();
    this.failed(message, metadata.retry_after);
  }

  failed(message, seconds) {
    const wait = (seconds || 0) * 1000;
    const again = this.said ? button(t("try_again"), () => this.outbox.add({ ...this.said, talk: this.talk, local: null })) : null;
    if (again && wait) {
      again.disabled = true;
      setTimeout(() => { again.disabled = false; }, wait);
    }
    this.failure = trouble(message, again);
    this.stage.put(this.failure);
  }

  over() {
    this.run = null;
    this.work("");
    this.render();
    this.stage.changed(this);
  }

  sayAgain() {
    if (this.said) this.stage.say(this.said.content);
  }

  name(agent) {
    return agentName(agent, this.facts.agents);
  }

  work(text) {
    this.stage.work(text);
  }

  bubble(id, agent) {
    if (!this.shown.has(id)) this.shown.set(id, this.add(new Bubble("assistant", agent, this.facts)));
    return this.shown.get(id);
  }

  // Finished answers come as the server has rendered and sanitised them.
  async render() {
    if (!this.unrendered) return;
    this.unrendered = false;
    try {
      const { items } = await this.calls.call("GET", `/conversations/${this.talk}/messages?limit=${NEWEST}`);
      this.stage.following(() => {
        for (const message of items) if (message.html) this.shown.get(message.message_id)?.tellAll(message);
      });
    } catch {
      this.unrendered = true;
    }
  }

  async look(approvalId) {
    if (!this.member) return;
    try {
      this.ask(await this.calls.call("GET", `/approvals/${approvalId}`));
    } catch (problem) {
      this.stage.put(trouble(problem.message, button(t("try_again"), () => this.look(approvalId))));
    }
  }

  ask(request, before = null) {
    const known = this.cards.get(request.approval_id);
    if (known) return this.stage.following(() => known.show(request));
    const decide = (asked, decision) => (decision
      ? this.calls.call("POST", `/approvals/${asked.approval_id}/decision`, decision)
      : this.calls.call("GET", `/approvals/${asked.approval_id}`));
    const card = new Card(request, { ...this.facts, decide, announce: (text) => this.stage.announce(text) });
    this.cards.set(request.approval_id, this.add(card, before));
  }

  // A page of what was said, with the requests that were made meanwhile; the last page also has those from before.
  past({ items, next_cursor }, before) {
    const since = next_cursor && items.at(-1).timestamp;
    const requests = this.requests.filter((one) => !since || one.created_at >= since);
    this.requests = this.requests.filter((one) => !requests.includes(one));
    const all = [...items.map((message) => ({ at: message.timestamp, message })).reverse(),
      ...requests.map((request) => ({ at: request.created_at, request }))];
    const newest = !before && items.find((one) => one.role === "user")?.run_id;
    for (const { message, request } of all.sort((one, other) => one.at.localeCompare(other.at))) {
      if (request) this.ask(request, before);
      else if (!this.shown.has(message.message_id)) this.pastMessage(message, before, message.run_id === newest);
    }
    this.earlier(next_cursor);
  }

  pastMessage(message, before, newest) {
    const own = message.role === "user";
    if (own && !before) this.said = { id: message.client_message_id || message.message_id, content: message.content };
    this.ran(message.tools, before);
    const bubble = message.kind === "decision" ? null : this.pastBubble(message, own, before);
    this.ran(message.later, before);
    if (message.ended === "cancelled" && newest) this.stopped(bubble);
    else if (message.ended === "cancelled" || (!own && message.status === "cancelled")) bubble?.markStopped();
    if (message.ended !== "failed") return;
    const words = message.error || t("error_unknown");
    if (newest) this.failed(words);
    else this.stage.put(trouble(words), before);
  }

  // What was said; a decision is told by its card alone, as it was when it was made.
  pastBubble(message, own, before) {
    const bubble = new Bubble(own ? "user" : "assistant", message.agent, { ...this.facts, at: message.timestamp });
    bubble.tellAll(message);
    this.shown.set(message.message_id, bubble);
    if (message.client_message_id) this.shown.set(message.client_message_id, bubble);
    return this.add(bubble, before);
  }

  ran(tools, before) {
    if (!tools.length) return;
    const list = this.add(new ToolList(), before);
    for (const { id, name, ok, arguments: given, result } of tools) {
      list.start(id, name);
      list.argue(id, given);
      if (ok !== null) list.finish(id, ok, result);
      this.toolOwner.set(id, list);
    }
  }

  earlier(cursor) {
    if (!cursor) return;
    const more = button(t("show_earlier"), async () => {
      more.disabled = true;
      try {
        const page = await this.calls.call("GET", `/conversations/${this.talk}/messages?limit=${PAGE}&cursor=${cursor}`);
        this.past(page, more.nextSibling);
        more.remove();
      } catch (problem) {
        more.disabled = false;
        more.textContent = `${problem.message} ${t("try_again")}`;
      }
    }, "earlier");
    this.stage.first(more);
  }

  async stop() {
    if (this.talk) await this.calls.call("POST", `/conversations/${this.talk}/cancel`);
  }

  close() {
    this.closed = true;
    this.live?.close();
  }
}
