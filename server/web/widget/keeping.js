// What this browser keeps for one site and one person. Where a page may keep nothing, it is kept until the page goes.

export class Keeping {
  constructor(siteKey, who) {
    this.prefix = `marketing-minds:${siteKey}:${who}:`;
    this.memory = new Map();
  }

  get(name) {
    try {
      const text = localStorage.getItem(this.prefix + name);
      if (text !== null) return JSON.parse(text);
    } catch { /* not allowed, or not ours: what is in memory counts */ }
    return this.memory.get(name) ?? null;
  }

  set(name, value) {
    if (value === null) this.memory.delete(name);
    else this.memory.set(name, value);
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, JSON.stringify(value));
    } catch { /* kept in memory alone */ }
  }

  // Tells when another tab has changed something.
  watch(name, heard) {
    const listen = (event) => {
      if (event.key !== this.prefix + name) return;
      this.memory.delete(name);
      heard(this.get(name));
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  }
}

export const freshId = () => (crypto.randomUUID ? crypto.randomUUID()
  : [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
