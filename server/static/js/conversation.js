// The conversation: one thread's runs in the middle of the page, as its socket tells of them.

import { byId, el } from "./dom.js";
import { notify } from "./notice.js";
import { RunView } from "./run.js";
import { ThreadSocket } from "./socket.js";
import { welcome } from "./welcome.js";
import { freshId } from "./words.js";

/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./socket.js").Frame} Frame */
/** @typedef {{onCite: (item: Evidence) => void, onBegun: () => void, onRunning: (running: boolean) => void,
 *    onRefused: (text: string) => void, onGone: (why: string) => void}} Listener */

const NEAR_END = 80;
const OFFLINE_AFTER_MS = 600;

export class Conversation {
  #node = byId("conversation");
  #banner = byId("banner");
  /** @type {Map<string, RunView>} */ #runs = new Map();
  /** @type {Map<string, {text: string, node: HTMLElement}>} Questions of this page without a run yet. */ #asked =
    new Map();
  /** @type {Set<string>} Ids of all messages this page has sent. */ #own = new Set();
  #socket;
  #listener;
  #atEnd = true;
  #offline = 0;
  #left = new AbortController();

  /** @param {string} thread @param {Listener} listener */
  constructor(thread, listener) {
    this.#listener = listener;
    this.#node.replaceChildren(welcome((text) => this.send(text)));
    this.#node.addEventListener("scroll", () => (this.#atEnd = this.#isAtEnd()), {
      signal: this.#left.signal,
    });
    window.addEventListener("online", () => this.#socket.retry(), { signal: this.#left.signal });
    byId("retry").addEventListener("click", () => this.#socket.retry(), { signal: this.#left.signal });
    this.#socket = new ThreadSocket(thread, {
      event: (event) => this.#take(event),
      online: () => this.#online(),
      offline: () => (this.#offline ||= setTimeout(() => (this.#banner.hidden = false), OFFLINE_AFTER_MS)),
      refused: (frame) => this.#refused(frame),
      gone: (why) => listener.onGone(why),
    });
    listener.onRunning(false);
  }

  /** Ask. @param {string} text */
  send(text) {
    const id = freshId();
    const node = el(
      "article",
      { class: "run pending" },
      el("h2", { class: "question" }, text),
      el("p", { class: "quiet" }, "Sending…"),
    );
    this.#asked.set(id, { text, node });
    this.#own.add(id);
    this.#atEnd = true;
    this.#append(node);
    this.#socket.send({ type: "message", id, text });
  }

  /** Stop what runs. */
  stop() {
    for (const run of this.#running()) this.#socket.send({ type: "cancel", run_id: run.runId });
  }

  /** Show a piece of evidence. @param {string} id */
  cite(id) {
    for (const run of this.#runs.values()) {
      const item = run.evidence.get(id);
      if (item) return this.#listener.onCite(item);
    }
    notify(`${id} is not in this conversation.`);
  }

  /** Leave it: nothing of it is shown any more. It goes on without a reader. */
  close() {
    this.#left.abort();
    this.#online();
    this.#socket.close();
  }

  /** @param {Frame} event */
  #take(event) {
    if (!event.run_id) return;
    const run = this.#runs.get(event.run_id) ?? this.#begin(event);
    run.take(event);
    this.#listener.onRunning(this.#running().length > 0);
  }

  /** @param {Frame} event */
  #begin(event) {
    const run = new RunView(event.run_id, {
      onCite: (id) => this.cite(id),
      onDecide: (call_id, decision) => this.#socket.send({ type: "approve", call_id, ...decision }),
      onGrow: () => this.#follow(),
    });
    run.isSpoken = this.#own.has(event.message_id);
    this.#runs.set(event.run_id, run);
    this.#drop(event.message_id);
    this.#append(run.node);
    this.#listener.onBegun();
    return run;
  }

  /** @param {HTMLElement} node */
  #append(node) {
    this.#node.querySelector(".welcome")?.remove();
    // Questions that are still on their way stay last.
    const pending = node.classList.contains("pending") ? null : this.#node.querySelector(".pending");
    this.#node.insertBefore(node, pending);
    this.#follow();
  }

  /** @param {string} [id] */
  #drop(id = "") {
    const asked = this.#asked.get(id);
    asked?.node.remove();
    this.#asked.delete(id);
    return asked;
  }

  /** @param {Frame} frame */
  #refused({ id, message }) {
    notify(message);
    const asked = this.#drop(id);
    if (asked) this.#listener.onRefused(asked.text);
    for (const run of this.#runs.values()) run.reconnected();
  }

  #online() {
    clearTimeout(this.#offline);
    this.#offline = 0;
    this.#banner.hidden = true;
    for (const run of this.#runs.values()) run.reconnected();
  }

  #running() {
    return [...this.#runs.values()].filter((run) => !run.ended);
  }

  // Stay at the end while the person is there; leave them where they have scrolled to.
  #follow() {
    if (this.#atEnd) this.#node.scrollTop = this.#node.scrollHeight;
  }

  #isAtEnd() {
    return this.#node.scrollHeight - this.#node.scrollTop - this.#node.clientHeight < NEAR_END;
  }
}
