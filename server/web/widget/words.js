// What the widget says, in the language of its page: from the one message file, never from the code. English comes with
// the script; another language is fetched, so that nobody loads all of them.

const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"]);
let texts = MESSAGES;
let plural = new Intl.PluralRules("en");
const formats = (tag) => navigator.languages.find((one) => one.split("-")[0] === tag) || tag;
export const language = { tag: "en", dir: "ltr", format: formats("en"), zone: undefined };

export async function speak(wanted, base) {
  const tag = String(wanted || "en").toLowerCase().replace("_", "-");
  const named = [tag, tag.split("-")[0]].find((one) => LANGUAGES.includes(one));
  if (!named) return;
  try {
    const answer = await fetch(`${base}/api/v1/widget/texts/${named}`, { credentials: "omit" });
    if (!answer.ok) return;
    texts = { ...MESSAGES, ...await answer.json() };
  } catch {
    return; // English is better than nothing
  }
  language.tag = named;
  language.dir = RIGHT_TO_LEFT.has(named.split("-")[0]) ? "rtl" : "ltr";
  language.format = formats(named);
  plural = new Intl.PluralRules(named);
}

export function t(key, values = {}) {
  const text = texts[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

export function counted(key, count, values = {}) {
  const form = `${key}_${plural.select(count)}`;
  return t(form in texts ? form : `${key}_other`, { count: count.toLocaleString(language.format), ...values });
}

export const toolName = (name) => t(`tool_${name}`) || name.replaceAll("_", " ");
export const agentName = (name, agents) => t(`agent_${name}`) || agents[name]?.title || name || t("assistant");

// Times are those of the person's account; where the device's clock shows others, their zone stands beside them.
export function keepZone(zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  language.zone = zone && zone !== own && known(zone) ? zone : undefined;
}

function known(timeZone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    return false;
  }
}

const clock = (iso, how) => new Date(iso).toLocaleString(language.format, { timeZone: language.zone, ...how });

export const exactly = (iso) => clock(iso, { dateStyle: "full", timeStyle: language.zone ? "long" : "short" });

export const whenExactly = (iso) => clock(iso, { weekday: "short", day: "numeric", month: "short", hour: "2-digit",
  minute: "2-digit", timeZoneName: language.zone && "short" });

// What a field for date and time shows of a moment, and back.
export function onTheClock(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return at.toLocaleString("sv", { timeZone: language.zone }).slice(0, 16).replace(" ", "T");
}

export function momentOf(shown) {
  const wanted = Date.parse(`${shown}Z`);
  let at = wanted;
  for (let tries = 0; tries < 2; tries++) at += wanted - Date.parse(`${onTheClock(at)}Z`);
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

export function ago(iso) {
  const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const format = new Intl.RelativeTimeFormat(language.format, { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return t("now");
}
