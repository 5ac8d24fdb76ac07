// Answers on their way: kept in IndexedDB until the server has them, however often the page or the network goes.
import { api, Failure } from "./base.js";

const memory = new Map();
let base;
const opened = () => (base ??= new Promise((done) => {
  try {
    const request = indexedDB.open("studio", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => done(null);
  } catch { done(null); }
}));

/** One operation on the stored answers; in memory where the browser keeps nothing. */
async function store(mode, work, instead) {
  const place = await opened();
  if (!place) return instead();
  return new Promise((done, fail) => {
    const transaction = place.transaction("outbox", mode, { durability: "strict" });
    const request = work(transaction.objectStore("outbox"));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => fail(transaction.error);
  });
}

export class Outbox {
  /** `tell(event, record, value)` hears "sent", "refused", "signIn" and "changed". */
  constructor(rater, tell) {
    Object.assign(this, { rater, tell, waiting: [], failing: "", pause: 1000 });
    addEventListener("online", () => this.send());
  }

  async open() {
    const all = await store("readonly", (box) => box.getAll(), () => [...memory.values()]);
    this.waiting = all.filter((record) => record.rater === this.rater).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const record of this.waiting) record.body.behaviour.queued = true;
    return this.send();
  }

  async add(record) {
    record.rater = this.rater;
    this.waiting.push(record);
    this.tell("changed");
    await store("readwrite", (box) => box.put(record), () => memory.set(record.id, record));
    this.send();
  }

  async remove(record) {
    this.waiting = this.waiting.filter((other) => other.id !== record.id);
    await store("readwrite", (box) => box.delete(record.id), () => memory.delete(record.id));
    this.tell("changed");
  }

  /** Sends what waits, in order, one at a time; a second call joins the first. */
  send() { return (this.sending ??= this.run().finally(() => { this.sending = undefined; })); }

  async run() {
    clearTimeout(this.timer);
    while (this.waiting.length) {
      const record = this.waiting[0];
      try {
        // What was tried may have arrived even when no reply came.
        if (!navigator.onLine) throw new Failure(0);
        record.tried = true;
        const reply = await api("POST", "/api/answers", record.body);
        this.failing = "";
        this.pause = 1000;
        await this.remove(record);
        this.tell("sent", record, reply);
      } catch (error) {
        const { status } = error;
        if (status === 401 || error.code === "csrf") { this.failing = "sign in"; this.tell("signIn", record, error); return; }
        if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
          await this.remove(record);
          this.tell("refused", record, error);
          continue;
        }
        this.failing = status === 503 && error.code === "storageFull" ? "The server's disk is full" : status ? "The server is busy" : "No connection";
        record.body.behaviour.queued = true;
        this.tell("changed");
        this.timer = setTimeout(() => this.send(), (error.after || 0) * 1000 || this.pause);
        this.pause = Math.min(30000, this.pause * 2);
        return;
      }
    }
  }
}
