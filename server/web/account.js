// The door: sign in or make an account; afterwards the browser holds an HttpOnly cookie and this script holds nothing.

import { call, paths, post, Problem } from "/assets/api.js";

const $ = (id) => document.getElementById(id);

export function askAtTheDoor(registration, entered) {
  const form = $("sign-in");
  let joining = false;
  $("house").hidden = true;
  $("door").hidden = false;
  $("door-switch").hidden = registration === "closed";

  function show() {
    $("door-title").textContent = joining ? "Make an account" : "Sign in";
    form.querySelector("button.primary").textContent = joining ? "Make an account" : "Sign in";
    $("door-switch").textContent = joining ? "I have an account: sign in" : "New here? Make an account";
    $("name-row").hidden = $("password-hint").hidden = !joining;
    $("invite-row").hidden = !joining || registration !== "invite";
    form.elements.password.autocomplete = joining ? "new-password" : "current-password";
    $("door-error").hidden = true;
    form.elements.email.focus();
  }

  $("door-switch").onclick = () => {
    joining = !joining;
    show();
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.primary");
    button.disabled = true;
    try {
      const token = joining ? await register(form, registration) : await signIn(form);
      const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
      await post(paths.session, { timezone }, { Authorization: `Bearer ${token}` });
      form.reset();
      $("door").hidden = true;
      entered();
    } catch (problem) {
      $("door-error").textContent = worded(problem);
      $("door-error").hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  show();
}

async function signIn(form) {
  const { email, password } = form.elements;
  const body = new URLSearchParams({ username: email.value, password: password.value, grant_type: "password" });
  return (await post(paths.token, body)).access_token;
}

async function register(form, registration) {
  const { email, password, name, invite } = form.elements;
  const body = { email: email.value, password: password.value, name: name.value };
  if (registration === "invite") body.invite = invite.value;
  return (await post(paths.register, body)).access_token;
}

function worded(problem) {
  const errors = problem instanceof Problem ? problem.body.errors : null;
  return errors && errors.length ? errors.map((entry) => `${entry.field}: ${entry.message}`).join(". ") : problem.message;
}

export async function leave() {
  await call("DELETE", paths.session);
  location.assign("/");
}
