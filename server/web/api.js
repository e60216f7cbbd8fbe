// Talks to the REST interface; every failure becomes an Error that carries the problem document.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || "The server did not answer as expected. Try again in a moment.");
    this.status = status;
    this.code = body.code || "";
    this.body = body;
  }
}

export async function call(method, path, body, headers = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers }, credentials: "same-origin" };
  if (body instanceof URLSearchParams) {
    options.body = body;
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Problem(0, { detail: "The server can't be reached. Check that it is running, then try again." });
  }
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    throw new Problem(answer.status, {});
  }
  if (!answer.ok) throw new Problem(answer.status, value || {});
  return value;
}

export const get = (path) => call("GET", path);
export const post = (path, body, headers) => call("POST", path, body, headers);

const API = "/api/v1";
export const paths = {
  page: "/page.json",
  session: "/session",
  register: `${API}/auth/register`,
  token: `${API}/auth/token`,
  me: `${API}/me`,
  conversations: `${API}/conversations`,
  conversation: (id) => `${API}/conversations/${id}`,
  messages: (id) => `${API}/conversations/${id}/messages`,
};
