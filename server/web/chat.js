// The page: opens a conversation, follows it live and shows what happens as it happens.

import { get, paths, post } from "/assets/api.js";
import { askAtTheDoor, leave } from "/assets/account.js";
import { ApprovalCard } from "/assets/approvals.js";
import { Live } from "/assets/live.js";
import { agentMessage, make, markStopped, scrolledDown, setBody, ToolList, trouble, userMessage } from "/assets/view.js";

const $ = (id) => document.getElementById(id);
const IDEAS = [
  "We open a second bakery in Leeds on 3 December and want 200 visitors on the first weekend.",
  "Write an Instagram post and an email for our winter sale.",
  "What can you do?",
];
const page = { agents: {}, registration: "open" };
let open = null;

class Conversation {
  constructor(id, after) {
    this.id = id;
    this.shown = new Map();
    this.cards = new Map();
    this.tools = null;
    this.toolOwner = new Map();
    this.words = new Map();
    this.run = null;
    this.agent = "";
    this.latest = "";
    this.live = new Live(id, after, {
      connected: () => notice(""),
      lost: () => notice("The connection was lost. Trying again; nothing you sent is lost."),
      door: () => location.reload(),
      gone: () => { notice("This conversation is gone. Start a new one."); showList(); },
      event: (event) => this.handle(event),
    });
  }

  add(node) {
    $("column").querySelector(".welcome")?.remove();
    const follow = scrolledDown($("stream"));
    $("column").append(node);
    if (follow) toEnd();
  }

  say(text) {
    const id = crypto.randomUUID();
    const node = userMessage(text);
    node.classList.add("waiting");
    this.shown.set(id, node);
    this.add(node);
    this.words.set(id, text);
    this.latest = id;
    this.live.say(text, id);
    toEnd();
  }

  handle(event) {
    const follow = scrolledDown($("stream"));
    const handler = `on_${event.type === "CUSTOM" ? event.name : event.type}`;
    if (typeof this[handler] === "function") this[handler](event.type === "CUSTOM" ? event.value : event);
    if (follow) toEnd();
  }

  on_user_message({ message_id, client_message_id, content }) {
    const known = this.shown.get(client_message_id) || this.shown.get(message_id);
    if (known) {
      known.classList.remove("waiting");
      this.shown.set(message_id, known);
      return;
    }
    const node = userMessage(content);
    this.shown.set(message_id, node);
    this.add(node);
  }

  on_RUN_STARTED({ runId }) {
    this.run = runId;
    this.tools = null;
    work("Reading your message");
  }

  on_route({ agent, agents }) {
    const names = (agents || [agent]).map(titleOf);
    work(names.length > 1 ? `${names[0]} answers, then ${names.slice(1).join(", then ")}` : `${names[0]} answers`);
  }

  on_STEP_STARTED({ stepName }) {
    this.agent = stepName;
    this.tools = null;
    work(`${titleOf(stepName)} is at work`);
  }

  on_TEXT_MESSAGE_START({ messageId, name }) {
    const node = this.bubble(messageId, name);
    setBody(node, "", "");
    work(`${titleOf(name)} is writing`);
  }

  on_TEXT_MESSAGE_CONTENT({ messageId, delta }) {
    this.bubble(messageId, this.agent).querySelector(".body").append(delta);
  }

  on_TEXT_MESSAGE_END({ messageId, metadata }) {
    const { content = "", agent = this.agent } = metadata || {};
    if (!content) return;
    setBody(this.bubble(messageId, agent), content, "");
    this.unrendered = true;
    announce(`${titleOf(agent)}: ${content}`);
  }

  bubble(id, agent) {
    let node = this.shown.get(id);
    if (!node) {
      node = agentMessage(agent, page.agents);
      this.shown.set(id, node);
      this.add(node);
    }
    return node;
  }

  on_TOOL_CALL_START({ toolCallId, toolCallName }) {
    if (!this.tools) {
      this.tools = new ToolList();
      this.add(this.tools.node);
    }
    this.tools.start(toolCallId, toolCallName);
    this.toolOwner.set(toolCallId, this.tools);
    work(`${titleOf(this.agent)} uses ${toolCallName.replaceAll("_", " ")}`);
  }

  on_TOOL_CALL_ARGS({ toolCallId, delta }) {
    this.toolOwner.get(toolCallId)?.argue(toolCallId, delta);
  }

  on_TOOL_CALL_RESULT({ toolCallId, content, metadata }) {
    this.toolOwner.get(toolCallId)?.finish(toolCallId, content, metadata?.ok !== false);
  }

  on_approval_decided({ approval_id, decision, notes }) {
    this.cards.get(approval_id)?.settle(decision, "", notes);
  }

  on_RUN_FINISHED({ outcome }) {
    this.run = null;
    work("");
    for (const interrupt of outcome?.interrupts || []) {
      const { approval_id, payload, payload_hash, difference } = interrupt.metadata;
      this.ask({ approval_id, payload, payload_hash, difference, summary: interrupt.message, expires_at: interrupt.expiresAt });
      announce(`Your decision is needed: ${interrupt.message}`);
    }
    if (outcome?.type === "cancelled") {
      const last = [...$("column").querySelectorAll(".message:not(.user)")].pop();
      if (last) markStopped(last);
    }
    this.render();
    showList();
  }

  on_RUN_ERROR({ message, metadata }) {
    if (!metadata?.run_id) {
      this.live.forget(this.latest);
      this.add(trouble(message));
      return;
    }
    this.run = null;
    work("");
    const failed = this.latest;
    this.add(trouble(message, failed ? { label: "Try again", run: () => this.live.say(this.words.get(failed), failed) } : null));
  }

  ask(request) {
    if (this.cards.has(request.approval_id)) return;
    const card = new ApprovalCard(request, (asked, decision, notes) =>
      post(paths.decision(asked.approval_id), { decision, notes, payload_hash: asked.payload_hash }));
    this.cards.set(request.approval_id, card);
    this.add(card.node);
  }

  async render() {
    if (!this.unrendered) return;
    this.unrendered = false;
    try {
      const { items } = await get(`${paths.messages(this.id)}?limit=10`);
      for (const message of items) {
        const node = this.shown.get(message.message_id);
        if (node && message.html) setBody(node, message.content, message.html);
      }
      if (scrolledDown($("stream"))) toEnd();
    } catch { /* the plain text stays */ }
  }

  history(items, before) {
    const nodes = [...items].reverse().map((message) => {
      const node = message.role === "user" ? userMessage(message.content) : agentMessage(message.agent, page.agents);
      if (message.role !== "user") {
        setBody(node, message.content, message.html);
        if (message.status === "cancelled") markStopped(node);
      }
      this.shown.set(message.message_id, node);
      if (message.client_message_id) this.shown.set(message.client_message_id, node);
      return node;
    });
    if (before) before.before(...nodes);
    else $("column").append(...nodes);
  }

  earlier(cursor) {
    if (!cursor) return;
    const button = make("button", { className: "earlier", type: "button", text: "Show earlier messages" });
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const { items, next_cursor } = await get(`${paths.messages(this.id)}?limit=30&cursor=${cursor}`);
        const anchor = button.nextElementSibling;
        this.history(items, anchor);
        button.remove();
        this.earlier(next_cursor);
      } catch (problem) {
        button.disabled = false;
        notice(problem.message);
      }
    });
    $("column").prepend(button);
  }
}

const titleOf = (agent) => page.agents[agent]?.title || agent || "Marketing Minds";
const toEnd = () => { $("stream").scrollTop = $("stream").scrollHeight; };

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function work(text) {
  $("at-work").textContent = text;
  $("at-work").hidden = !text;
  $("stop").hidden = !text;
}

function announce(text) {
  $("announce").append(make("p", { text }));
  while ($("announce").childElementCount > 5) $("announce").firstElementChild.remove();
}

async function showList() {
  const list = $("conversations");
  try {
    const { items } = await get(`${paths.conversations}?limit=50`);
    list.replaceChildren(...items.map((item) => make("button", { type: "button", text: item.title || "New conversation",
      title: item.title || "", ...(item.conversation_id === open?.id ? { "aria-current": "true" } : {}),
      on: { click: () => show(item.conversation_id) } })));
    if (!items.length) list.append(make("p", { className: "quiet", text: "Your conversations will be listed here." }));
    const current = items.find((item) => item.conversation_id === open?.id);
    if (current) $("title").textContent = current.title || "New conversation";
    return items;
  } catch (problem) {
    list.replaceChildren(trouble(problem.message, { label: "Try again", run: showList }));
    return [];
  }
}

function welcome() {
  open?.live.close();
  open = null;
  work("");
  notice("");
  $("title").textContent = "New conversation";
  $("column").replaceChildren(make("div", { className: "welcome" }, make("h2", { text: "What would you like to promote?" }),
    make("p", { className: "quiet", text: "Say it in your own words. A strategist asks for what is missing, a writer drafts, "
      + "and nothing is published before you approve it." }),
    make("ul", {}, ...IDEAS.map((idea) => make("li", {}, make("button", { type: "button", text: idea,
      on: { click: () => say(idea) } }))))));
  history.replaceState(null, "", "/");
  markCurrent();
  closeDrawer();
  $("words").focus();
}

function markCurrent() {
  for (const button of $("conversations").querySelectorAll("[aria-current]")) button.removeAttribute("aria-current");
}

async function show(id) {
  open?.live.close();
  work("");
  notice("");
  closeDrawer();
  $("column").replaceChildren(...[80, 60, 70].map(() => make("div", { className: "skeleton" })));
  try {
    const [about, messages, approvals] = await Promise.all([get(paths.conversation(id)), get(`${paths.messages(id)}?limit=30`),
      get(`${paths.approvals}?status=pending&limit=50`)]);
    $("column").replaceChildren();
    $("title").textContent = about.title || "New conversation";
    open = new Conversation(id, about.last_seq);
    open.history(messages.items);
    open.earlier(messages.next_cursor);
    for (const asked of approvals.items.filter((item) => item.conversation_id === id)) {
      open.ask({ ...asked, payload: asked.content });
    }
    if (about.running) work("At work");
    history.replaceState(null, "", `/#${id}`);
    showList();
    toEnd();
    $("words").focus();
  } catch (problem) {
    $("column").replaceChildren(trouble(problem.message, { label: "Try again", run: () => show(id) }));
  }
}

async function say(text) {
  if (!open) {
    try {
      const made = await post(paths.conversations, {});
      open = new Conversation(made.conversation_id, 0);
      history.replaceState(null, "", `/#${open.id}`);
    } catch (problem) {
      notice(problem.message);
      return false;
    }
  }
  open.say(text);
  return true;
}

function openDrawer() {
  $("drawer").classList.add("open");
  $("open-drawer").setAttribute("aria-expanded", "true");
  $("new").focus();
}

function closeDrawer() {
  $("drawer").classList.remove("open");
  $("open-drawer").setAttribute("aria-expanded", "false");
}

function grow() {
  $("words").style.height = "auto";
  $("words").style.height = `${$("words").scrollHeight}px`;
}

function wire() {
  $("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = $("words").value.trim();
    if (!text) return;
    $("words").value = "";
    grow();
    if (!(await say(text))) $("words").value = text;
  });
  $("words").addEventListener("input", grow);
  $("words").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("composer").requestSubmit();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(TEXTAREA|INPUT)$/.test(document.activeElement?.tagName || "");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      $("words").focus();
    } else if (event.key === "Escape") closeDrawer();
  });
  $("stop").addEventListener("click", () => open?.live.stop());
  $("new").addEventListener("click", welcome);
  $("open-drawer").addEventListener("click", () => ($("drawer").classList.contains("open") ? closeDrawer() : openDrawer()));
  $("stream").addEventListener("click", closeDrawer);
  $("sign-out").addEventListener("click", leave);
}

async function enter() {
  const me = await get(paths.me);
  $("house").hidden = false;
  $("person").textContent = me.name || me.email;
  $("person").title = me.email;
  $("conversations").replaceChildren(...[1, 2, 3].map(() => make("div", { className: "skeleton" })));
  await showList();
  const named = location.hash.slice(1);
  if (/^cnv_[0-9a-f]{32}$/.test(named)) await show(named);
  else welcome();
}

async function start() {
  wire();
  try {
    Object.assign(page, await get(paths.page));
    $("model").textContent = page.model_line;
    if (page.signed_in) await enter();
    else askAtTheDoor(page.registration, enter);
  } catch (problem) {
    document.body.prepend(trouble(problem.message, { label: "Try again", run: () => location.reload() }));
  }
}

start();
