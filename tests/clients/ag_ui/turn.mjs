// Takes whole turns through @ag-ui/client's HttpAgent and prints what it saw as JSON: turn.mjs <address> <token> <words…>
// Each word is a message; "approve" and "reject" answer the interrupts of the turn before.

import { HttpAgent } from "@ag-ui/client";

const [address, token, ...words] = process.argv.slice(2);
const agent = new HttpAgent({
  url: address,
  threadId: "a-thread-of-the-clients-own",
  headers: { Authorization: `Bearer ${token}` },
});

const turns = [];
for (const [number, word] of words.entries()) {
  const seen = { events: [], custom: [], outcome: null, runId: null, error: null };
  turns.push(seen);
  const subscriber = {
    onEvent({ event }) {
      seen.events.push(event.type);
      if (event.type === "CUSTOM") seen.custom.push(event.name);
    },
    onRunStartedEvent({ event }) {
      seen.runId = event.runId;
      seen.threadId = event.threadId;
    },
    onRunFinishedEvent({ event }) {
      seen.outcome = event.outcome;
    },
    onRunErrorEvent({ event }) {
      seen.error = event.message;
    },
  };
  const parameters = { runId: `run-${number}` };
  if (word === "approve" || word === "reject") {
    parameters.resume = agent.pendingInterrupts.map((interrupt) => ({
      interruptId: interrupt.id,
      status: "resolved",
      payload: { decision: word, notes: "By the client." },
    }));
  } else {
    agent.addMessage({ id: `message-${number}`, role: "user", content: word });
  }
  const { newMessages } = await agent.runAgent(parameters, subscriber);
  seen.messages = newMessages.map(({ role, content }) => ({ role, content }));
  seen.pending = agent.pendingInterrupts.length;
}
process.stdout.write(`${JSON.stringify({ turns, state: agent.state }, null, 2)}\n`);
