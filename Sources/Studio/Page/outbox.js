// Answers on their way: kept in IndexedDB until the server has them, however often the page or the network goes.
import { api, Failure } from "./base.js";

let base;
const opened = () => (base ??= new Promise((done, fail) => {
  const request = indexedDB.open("studio", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id" });
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
}));

/** One operation on the stored answers. */
async function store(mode, work) {
  const transaction = (await opened()).transaction("outbox", mode, { durability: "strict" });
  const request = work(transaction.objectStore("outbox"));
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => fail(transaction.error);
  });
}

export class Outbox {
  /** `tell(event, value)` hears "sent", "refused", "signIn" and "changed". */
  constructor(rater, tell) {
    Object.assign(this, { rater, tell, waiting: [], failing: "", pause: 1000 });
    addEventListener("online", () => this.send());
  }

  /** Takes what an earlier page left; a browser that keeps nothing has nothing. */
  async open() {
    const all = await store("readonly", (box) => box.getAll()).catch(() => []);
    this.waiting = all.filter((record) => record.rater === this.rater).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const record of this.waiting) record.body.behaviour.queued = true;
    return this.send();
  }

  /** Keeps and sends; it is sent even where it cannot be kept, which the promise tells. */
  async add(record) {
    this.waiting.push(Object.assign(record, { rater: this.rater }));
    this.tell("changed");
    try { await store("readwrite", (box) => box.put(record)); } finally { this.send(); }
  }

  async remove(record) {
    this.waiting = this.waiting.filter((other) => other.id !== record.id);
    await store("readwrite", (box) => box.delete(record.id)).catch(() => {});
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
        Object.assign(this, { failing: "", pause: 1000 });
        await this.remove(record);
        this.tell("sent", reply);
      } catch (error) {
        const { status, code } = error;
        if (status === 401 || code === "csrf") { this.failing = "sign in"; return this.tell("signIn", error); }
        if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
          await this.remove(record);
          this.tell("refused", error);
          continue;
        }
        this.failing = code === "storageFull" ? "The server's disk is full" : status ? "The server is busy" : "No connection";
        record.body.behaviour.queued = true;
        this.tell("changed");
        this.timer = setTimeout(() => this.send(), error.after * 1000 || this.pause);
        this.pause = Math.min(30000, this.pause * 2);
        return;
      }
    }
  }
}
