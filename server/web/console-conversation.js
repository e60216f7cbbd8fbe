// One conversation goes on live: what is said is shown as it happens; once a turn is over the page's own form of it follows.

import { counts, fetched, toast } from "/assets/console.js";
import { get, paths } from "/assets/api.js";
import { Live } from "/assets/live.js";
import { agentMessage, setBody, ToolList, trouble, userMessage } from "/assets/view.js";

const $ = (id) => document.getElementById(id);
const thread = () => $("thread");
const page = await get(paths.page).catch(() => ({ agents: {} }));
const titleOf = (agent) => page.agents[agent]?.title || agent || "Marketing Minds";
const shown = new Map();
const mine = new Map();
let tools = null, agent = "", lost = false;

function work(text) {
  if (!$("at-work")) return;
  $("at-work").textContent = text || "";
  $("at-work").hidden = !text;
  $("stop").hidden = !text;
}

const nearEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - 160;
const toEnd = () => scrollTo({ top: document.documentElement.scrollHeight });

function add(node) {
  const follow = nearEnd();
  document.querySelector("[data-welcome]")?.remove();
  $("live").append(node);
  if (follow) toEnd();
}

/** Put the page's own form of the conversation in the place of what was shown live. */
async function settle() {
  try {
    const fresh = await fetched(location.pathname);
    const next = fresh.getElementById("thread"), head = fresh.querySelector("header.head > div");
    document.querySelector("header.head > div")?.replaceWith(document.importNode(head, true));
    const follow = nearEnd();
    thread().replaceWith(document.importNode(next, true));
    for (const [id, node] of mine) if (!node.isConnected || !node.classList.contains("waiting")) mine.delete(id);
    $("live").replaceChildren(...mine.values(), ...$("live").querySelectorAll(":scope > .trouble"));
    shown.clear();
    tools = null;
    if (follow) toEnd();
    counts();
  } catch { /* what was shown live stays */ }
}

function bubble(id, name) {
  let node = shown.get(id);
  if (!node) {
    node = agentMessage(name, page.agents);
    shown.set(id, node);
    add(node);
  }
  return node;
}

/** What is done with is told in whole, once; text that grows is not. */
function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  $("announce").append(line);
  while ($("announce").childElementCount > 5) $("announce").firstElementChild.remove();
}

function waits(id, text) {
  const node = userMessage(text);
  node.classList.add("waiting");
  mine.set(id, node);
  add(node);
}

function say(text) {
  const id = crypto.randomUUID();
  for (const old of document.querySelectorAll("#live > .trouble:not([data-unsent])")) old.remove();
  waits(id, text);
  toEnd();
  live.say(text, id);
}

/** What the server will not take goes back to where it was written, or is offered to be sent again. */
function refused(id, text) {
  mine.get(id)?.remove();
  mine.delete(id);
  const field = $("composer")?.elements.content;
  if (field && !field.value.trim()) {
    field.value = text;
    return;
  }
  const again = trouble(`Not sent: ${text}`, { label: "Send it again", run() { again.remove(); say(text); } });
  again.dataset.unsent = "";
  add(again);
}

const on = {
  user_message({ message_id, client_message_id, content }) {
    const known = mine.get(client_message_id);
    if (known) known.classList.remove("waiting");
    else add(userMessage(content));
    shown.set(message_id, known);
  },
  route({ agent: first, agents }) { work(`${(agents || [first]).map(titleOf).join(", then ")} answers`); },
  memory_recalled({ items }) { if (items.length) work(`${items.length === 1 ? "One memory" : `${items.length} memories`} recalled`); },
  campaign_progress({ message }) { toast(message); settle(); },
  approval_decided() { settle(); },
  RUN_STARTED() { tools = null; work("Reading your message"); },
  STEP_STARTED({ stepName }) { agent = stepName; tools = null; work(`${titleOf(stepName)} is at work`); },
  TEXT_MESSAGE_START({ messageId, name }) { setBody(bubble(messageId, name), "", ""); work(`${titleOf(name)} is writing`); },
  TEXT_MESSAGE_CONTENT({ messageId, delta }) {
    const follow = nearEnd();
    bubble(messageId, agent).querySelector(".body").append(delta);
    if (follow) toEnd();
  },
  TEXT_MESSAGE_END({ messageId, metadata }) {
    if (metadata?.content) setBody(bubble(messageId, metadata.agent), metadata.content, "");
    announce(`${titleOf(metadata?.agent || agent)}: ${bubble(messageId, agent).querySelector(".body").textContent}`);
  },
  TOOL_CALL_START({ toolCallId, toolCallName }) {
    if (!tools) add((tools = new ToolList()).node);
    tools.start(toolCallId, toolCallName);
    work(`${titleOf(agent)} uses ${toolCallName.replaceAll("_", " ")}`);
  },
  TOOL_CALL_ARGS({ toolCallId, delta }) { tools?.argue(toolCallId, delta); },
  TOOL_CALL_RESULT({ toolCallId, content, metadata }) { tools?.finish(toolCallId, content, metadata?.ok !== false); },
  RUN_FINISHED({ outcome }) {
    work("");
    for (const { message } of outcome?.interrupts || []) announce(`Your decision is needed: ${message}`);
    settle();
  },
  RUN_ERROR({ message, metadata }) {
    work("");
    if (metadata?.run_id) settle();
    else add(trouble(message));
  },
};

const live = new Live(thread().dataset.conversation, Number(thread().dataset.after), {
  connected() { if (lost) { lost = false; toast("Connected again. Nothing was lost."); settle(); } },
  lost() { if (!lost) toast("The connection was lost. It comes back by itself; what you send is kept.", "warning"); lost = true; },
  door: () => location.reload(),
  gone: () => location.reload(),
  refused,
  event(event) { (event.type === "CUSTOM" ? on[event.name]?.(event.value) : on[event.type]?.(event)); },
}, thread().dataset.person);
for (const [id, { content }] of live.waiting) waits(id, content);

$("composer")?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.id === "stop") {
    live.stop();
    return;
  }
  const field = $("composer").elements.content, text = field.value.trim();
  if (!text) return;
  field.value = "";
  say(text);
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});
if (thread().dataset.running !== undefined) work("The team is at work");
toEnd();
