// The conversation: one thread's runs in the middle of the page, as its socket tells of them.

import { attachedView } from "./attachments.js";
import { byId, el } from "./dom.js";
import { notify } from "./notice.js";
import { RunView } from "./run.js";
import { ThreadSocket } from "./socket.js";
import { welcome } from "./welcome.js";
import { freshId } from "./words.js";

/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./socket.js").Frame} Frame */
/** @typedef {import("./attachments.js").Question} Question */
/** @typedef {{onCite: (item: Evidence) => void, onBegun: () => void, onRunning: (running: boolean) => void,
 *    onRefused: (question: Question) => void, onGone: (why: string) => void}} Listener */

const NEAR_END = 80;
const OFFLINE_AFTER_MS = 600;

export class Conversation {
  #node = byId("conversation");
  #banner = byId("banner");
  /** @type {Map<string, RunView>} */ #runs = new Map();
  /** @type {Map<string, HTMLElement>} Questions of this page without a run yet. */ #asked = new Map();
  /** @type {Map<string, Question>} All that this page has asked. */ #own = new Map();
  #socket;
  #listener;
  #atEnd = true;
  #offline = 0;
  #left = new AbortController();

  /** @param {string} thread @param {Listener} listener */
  constructor(thread, listener) {
    this.#listener = listener;
    this.#node.replaceChildren(welcome((text) => this.send({ text, attached: [] })));
    const { signal } = this.#left;
    this.#node.addEventListener("scroll", () => this.#stay(this.#isAtEnd()), { signal });
    byId("latest").addEventListener("click", () => this.#goToEnd(), { signal });
    window.addEventListener("online", () => this.#socket.retry(), { signal });
    byId("retry").addEventListener("click", () => this.#socket.retry(), { signal });
    this.#socket = new ThreadSocket(thread, {
      event: (event) => this.#take(event),
      online: () => this.#online(),
      offline: () => (this.#offline ||= setTimeout(() => (this.#banner.hidden = false), OFFLINE_AFTER_MS)),
      refused: (frame) => this.#refused(frame),
      gone: (why) => listener.onGone(why),
    });
    listener.onRunning(false);
    this.#stay(true);
  }

  /** Ask. @param {Question} question */
  send(question) {
    const { text, attached } = question;
    const id = freshId();
    const node = el(
      "article",
      { class: "run pending" },
      el("h2", { class: "question" }, text),
      attachedView(attached),
      el("p", { class: "quiet" }, "Sending…"),
    );
    this.#asked.set(id, node);
    this.#own.set(id, question);
    this.#stay(true);
    this.#append(node);
    const images = attached.flatMap((one) => one.picture ?? []);
    const attachments = attached.flatMap((one) => one.named ?? []);
    this.#socket.send({
      type: "message",
      id,
      text,
      ...(attachments.length && { attachments }),
      ...(images.length && { images }),
    });
  }

  /** Stop what runs. */
  stop() {
    for (const run of this.#running()) this.#socket.send({ type: "cancel", run_id: run.runId });
  }

  /** A piece of evidence, where it is known. @param {string} id @returns {Evidence | undefined} */
  find(id) {
    for (const run of this.#runs.values()) {
      const item = run.evidence.get(id);
      if (item) return item;
    }
  }

  /** Show a piece of evidence. @param {string} id */
  cite(id) {
    const item = this.find(id);
    if (item) this.#listener.onCite(item);
    else notify(`${id} is not in this conversation.`);
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
      onAgain: (question) => this.send(this.#own.get(event.message_id) ?? question),
    });
    const own = this.#own.get(event.message_id);
    run.isSpoken = own !== undefined;
    run.shows(own?.attached ?? []);
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
    this.#asked.get(id)?.remove();
    return this.#asked.delete(id);
  }

  /** @param {Frame} frame */
  #refused({ id, message }) {
    notify(message);
    const question = this.#own.get(id);
    if (this.#drop(id) && question) this.#listener.onRefused(question);
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

  /** Whether to stay at the end while it moves. @param {boolean} atEnd */
  #stay(atEnd) {
    this.#atEnd = atEnd;
    byId("latest").hidden = atEnd;
  }

  #goToEnd() {
    this.#stay(true);
    this.#follow();
    byId("question").focus();
  }

  #isAtEnd() {
    return this.#node.scrollHeight - this.#node.scrollTop - this.#node.clientHeight < NEAR_END;
  }
}
