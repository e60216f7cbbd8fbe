// The socket of one conversation: follows it from the last event seen, comes back by itself, sends nothing twice.

const GIVE_UP = { 4401: "door", 4403: "gone", 4404: "gone" };

/** With ``keeper``, the person's id, what was not taken yet outlives the page: it is kept for this tab alone. */
export class Live {
  constructor(conversation, after, on, keeper = "") {
    this.conversation = conversation;
    this.place = keeper && `mm:unsent:${keeper}:${conversation}`;
    this.seen = after;
    this.on = on;
    this.waiting = new Map(this.kept());
    this.tries = 0;
    this.closed = false;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const address = `${scheme}//${location.host}/api/v1/conversations/${this.conversation}/ws?after=${this.seen}`;
    this.socket = new WebSocket(address);
    this.socket.onopen = () => {
      this.opened = setTimeout(() => { this.tries = 0; }, 2000);
      this.on.connected();
      for (const frame of this.waiting.values()) this.socket.send(JSON.stringify(frame));
    };
    this.socket.onmessage = (message) => this.receive(JSON.parse(message.data));
    this.socket.onclose = (event) => this.lost(event.code);
  }

  receive({ seq, event }) {
    if (seq !== undefined) {
      if (seq <= this.seen) return;
      this.seen = seq;
    }
    if (event.type === "CUSTOM" && event.name === "user_message") this.forget(event.value.client_message_id);
    const refused = seq === undefined && event.type === "RUN_ERROR" && event.metadata?.client_message_id;
    if (refused && this.waiting.has(refused)) {
      const { content } = this.waiting.get(refused);
      this.forget(refused);
      this.on.refused?.(refused, content);
    }
    this.on.event(event, seq);
  }

  lost(code) {
    clearTimeout(this.opened);
    if (this.closed) return;
    if (GIVE_UP[code]) {
      this.on[GIVE_UP[code]]();
      return;
    }
    const wait = Math.min(8000, 400 * 2 ** this.tries++) * (0.7 + Math.random() * 0.6);
    this.on.lost();
    this.timer = setTimeout(() => this.connect(), wait);
  }

  say(content, clientMessageId) {
    const frame = { type: "message", content, client_message_id: clientMessageId };
    this.waiting.set(clientMessageId, frame);
    this.keep();
    this.send(frame);
  }

  forget(clientMessageId) {
    if (this.waiting.delete(clientMessageId)) this.keep();
  }

  kept() {
    try {
      return this.place ? JSON.parse(sessionStorage.getItem(this.place) || "[]") : [];
    } catch {
      return [];
    }
  }

  keep() {
    if (!this.place) return;
    try {
      if (this.waiting.size) sessionStorage.setItem(this.place, JSON.stringify([...this.waiting]));
      else sessionStorage.removeItem(this.place);
    } catch { /* kept in memory alone */ }
  }

  stop() {
    this.send({ type: "cancel" });
  }

  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
