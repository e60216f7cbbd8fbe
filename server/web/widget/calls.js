// Talks to the server under a session it opens itself and renews; every failure becomes a Problem that says what to do.

import { t } from "./words.js";

const EARLY = 60_000;

export class Problem extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body.detail || t("error_unknown"));
    this.status = status;
    this.code = body.code || "";
    this.retryAfter = retryAfter;
  }

  // Whether the same request may come through later, without anybody doing anything.
  get passing() {
    return this.status === 0 || this.status >= 500;
  }
}

// Whom the site does not let in now is told what helps; what the site's developer needs to know is in the console.
function refusedIn(problem) {
  problem.atTheDoor = problem.status === 401 || problem.status === 403;
  if (problem.status === 401) {
    console.error(`Marketing Minds: ${problem.message}`);
    problem.message = t("reload");
  }
  throw problem;
}

export class Calls {
  constructor(base, siteKey, keeping, userToken) {
    this.base = `${base}/api/v1/widget`;
    this.siteKey = siteKey;
    this.keeping = keeping;
    this.userToken = userToken;
    this.session = null;
    this.opening = null;
  }

  async open() {
    if (this.session && Date.now() < this.session.until - EARLY) return this.session;
    this.opening ||= this.renew().finally(() => { this.opening = null; });
    return this.opening;
  }

  async renew() {
    const userToken = await this.userToken().catch(() => { throw new Problem(0, { detail: t("error_unreachable") }); });
    const body = userToken ? { site_key: this.siteKey, user_token: userToken }
      : { site_key: this.siteKey, visitor: this.keeping.get("visitor") };
    const { value } = await this.ask("POST", "/session", body, null).catch(refusedIn);
    this.session = { ...value, until: Date.now() + value.expires_in * 1000 };
    if (value.kind === "anonymous") this.keeping.set("visitor", value.token);
    return this.session;
  }

  forget() {
    this.session = null;
  }

  async call(method, path, body) {
    return (await this.authorised(method, path, body)).value;
  }

  async file(path) {
    return (await this.authorised("GET", path, undefined, true)).file;
  }

  async authorised(method, path, body, file = false) {
    const { token } = await this.open();
    try {
      return await this.ask(method, path, body, token, file);
    } catch (problem) {
      // Whether it is the site that does not let in any more is said at the door.
      if (problem.status !== 401 && problem.status !== 403) throw problem;
    }
    this.forget();
    return this.ask(method, path, body, (await this.open()).token, file);
  }

  async ask(method, path, body, token, file = false) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer, text = "";
    try {
      answer = await fetch(this.base + path,
        { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "omit" });
      if (answer.ok && file) return { file: await answer.blob() };
      text = await answer.text();
    } catch {
      throw new Problem(0, { detail: t("error_unreachable") });
    }
    let value = null;
    try {
      value = text ? JSON.parse(text) : null;
    } catch { /* not our server */ }
    if (!answer.ok) throw new Problem(answer.status, value || {}, Number(answer.headers.get("Retry-After")) || 0);
    return { value };
  }

  async socket(path) {
    const { token } = await this.open();
    return new WebSocket(this.base.replace(/^http/, "ws") + path, ["marketing-minds", `bearer.${token}`]);
  }
}
