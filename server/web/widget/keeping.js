// What this browser keeps for one site and one person. Where a page may keep nothing, it is kept until the page goes.

export class Keeping {
  constructor(siteKey, who) {
    this.prefix = `marketing-minds:${siteKey}:${who}:`;
    this.memory = new Map();
  }

  // What could not be stored is in memory, and counts before what was stored earlier.
  get(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name));
    } catch {
      return null; // not allowed, or not ours
    }
  }

  set(name, value) {
    this.memory.delete(name);
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      this.memory.set(name, value);
    }
  }

  // Everything that is kept under names with this beginning.
  all(beginning) {
    const names = new Set(this.memory.keys());
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(this.prefix)) names.add(key.slice(this.prefix.length));
    } catch { /* not allowed */ }
    return [...names].filter((name) => name.startsWith(beginning)).map((name) => this.get(name)).filter(Boolean);
  }

  // Tells when another tab has changed something under such a name.
  watch(beginning, heard) {
    const listen = ({ key }) => { if (key?.startsWith(this.prefix + beginning)) heard(); };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  }
}

export const freshId = () => (crypto.randomUUID ? crypto.randomUUID()
  : [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
