// Follows one conversation from the last event seen: comes back by itself, misses nothing and tells nothing twice.

const LONGEST_WAIT = 15_000;
const PING_EVERY = 25_000;
const PONG_WITHIN = 10_000;
const LOGIN_OVER = 4401;
const NOT_HERE = 4403;
const GONE = 4404;

export class Live {
  constructor(calls, talk, after, on) {
    this.calls = calls;
    this.talk = talk;
    this.seen = after;
    this.on = on;
    this.tries = 0;
    this.closed = false;
    this.wake = () => { if (this.timer) this.connect(); };
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  async connect() {
    clearTimeout(this.timer);
    this.timer = null;
    try {
      const socket = await this.calls.socket(`/conversations/${this.talk}/ws?after=${this.seen}`);
      if (this.closed) return socket.close();
      this.socket = socket;
      socket.onopen = () => this.opened();
      socket.onmessage = (message) => this.receive(JSON.parse(message.data));
      socket.onclose = ({ code, reason }) => this.lost(code, reason);
    } catch (problem) {
      if (problem.atTheDoor || problem.status === 404) return this.on.refused(problem.message);
      this.lost(0);
    }
  }

  opened() {
    this.steady = setTimeout(() => { this.tries = 0; }, 3000);
    this.pinging = setInterval(() => this.ping(), PING_EVERY);
    this.on.connected();
  }

  ping() {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send('{"type":"ping"}');
    this.waiting = setTimeout(() => this.socket.close(), PONG_WITHIN);
  }

  receive({ seq, event }) {
    clearTimeout(this.waiting);
    if (seq !== undefined) {
      if (seq <= this.seen) return;
      this.seen = seq;
    }
    this.on.event(event, seq);
  }

  lost(code, reason) {
    this.quiet();
    if (this.closed) return;
    if (code === GONE) return this.on.gone();
    if (code === NOT_HERE) return this.on.refused(reason);
    if (code === LOGIN_OVER) this.calls.forget();
    const wait = Math.min(LONGEST_WAIT, 400 * 2 ** this.tries++) * (0.7 + Math.random() * 0.6);
    this.timer = setTimeout(() => this.connect(), wait);
    this.on.lost();
  }

  quiet() {
    clearTimeout(this.steady);
    clearTimeout(this.waiting);
    clearInterval(this.pinging);
  }

  close() {
    this.closed = true;
    this.quiet();
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.socket?.close();
  }
}
