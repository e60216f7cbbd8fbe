// What was said and is not yet taken by the server: kept in the browser, each message by itself, so that tabs do not
// write over one another; sent in order, by one tab, once. The server knows a message by its id, so that even one whose
// answer was lost is not said twice.

const KEPT_AS = "outbox:";
const LONGEST_PAUSE = 15_000;
const PATIENCE_SECONDS = 120;

export class Outbox {
  constructor(calls, keeping, on) {
    this.calls = calls;
    this.keeping = keeping;
    this.on = on;
    this.tries = 0;
    this.wake = () => this.flush();
    addEventListener("online", this.wake);
    this.unwatch = keeping.watch(KEPT_AS, () => this.on.changed());
  }

  get items() {
    return this.keeping.all(KEPT_AS).sort((one, other) => one.at - other.at);
  }

  of(place) {
    return this.items.filter((item) => item.talk === place || item.local === place);
  }

  add(item) {
    this.keep({ ...item, at: Math.max(Date.now(), 1 + (this.items.at(-1)?.at || 0)) });
    this.flush();
  }

  keep(item) {
    this.keeping.set(KEPT_AS + item.id, item);
  }

  drop(id) {
    this.keeping.set(KEPT_AS + id, null);
  }

  settle(local, talk) {
    for (const item of this.of(local)) this.keep({ ...item, talk });
  }

  flush() {
    clearTimeout(this.timer);
    if (this.closed || this.sending) return;
    this.sending = this.alone(() => this.sendAll()).finally(() => { this.sending = null; });
  }

  alone(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request(`${this.keeping.prefix}outbox`, work);
  }

  async sendAll() {
    let item;
    while (!this.closed && (item = this.items[0])) {
      try {
        await this.send(item);
        this.tries = 0;
      } catch (problem) {
        if (problem.atTheDoor) return this.on.waiting(item, problem);
        const wait = this.waitAfter(problem);
        if (wait === null) {
          this.drop(item.id);
          this.on.refused(item, problem);
          continue;
        }
        this.timer = setTimeout(() => this.flush(), wait);
        this.on.waiting(item, problem);
        return;
      }
    }
  }

  async send(item) {
    let { talk } = item;
    if (!talk) {
      const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
      const begun = await this.calls.call("POST", "/conversations", { client_conversation_id: item.local, timezone });
      talk = begun.conversation_id;
      this.settle(item.local, talk);
      this.on.begun(item.local, talk);
    }
    await this.calls.call("POST", `/conversations/${talk}/messages`, { content: item.content, client_message_id: item.id });
    this.drop(item.id);
    this.on.taken(item);
  }

  waitAfter(problem) {
    if (problem.status === 429 && problem.retryAfter <= PATIENCE_SECONDS) return problem.retryAfter * 1000;
    if (problem.passing) return Math.min(LONGEST_PAUSE, 800 * 2 ** this.tries++) * (0.7 + Math.random() * 0.6);
    return null;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    this.unwatch();
  }
}
