// What the widget says, in the language of its page: from the one message file, never from the code.

const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"]);
let texts = MESSAGES.en;
let plural = new Intl.PluralRules("en");
export const language = { tag: "en", dir: "ltr", format: "en" };

export function speak(wanted) {
  const tag = String(wanted || "en").toLowerCase().replace("_", "-");
  const known = MESSAGES[tag] ? tag : tag.split("-")[0];
  texts = { ...MESSAGES.en, ...(MESSAGES[known] || {}) };
  language.tag = MESSAGES[known] ? known : "en";
  language.dir = RIGHT_TO_LEFT.has(language.tag.split("-")[0]) ? "rtl" : "ltr";
  language.format = navigator.languages.find((one) => one.split("-")[0] === language.tag) || language.tag;
  plural = new Intl.PluralRules(language.tag);
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

export function exactly(iso) {
  return new Date(iso).toLocaleString(language.format, { dateStyle: "full", timeStyle: "short" });
}

export function whenExactly(iso) {
  return new Date(iso).toLocaleString(language.format,
    { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
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
