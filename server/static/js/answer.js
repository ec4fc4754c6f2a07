// The answer: sentences as they are released, as text first and then as the server renders them.

import { api } from "./api.js";
import { cite, withCitations } from "./cite.js";
import { copyButton } from "./copying.js";
import { el, setSanitised } from "./dom.js";

const FORMATTED_AFTER_MS = 400;
const MARKDOWN = /[*_`#|]|^\s*(?:[-+]|\d+\.)\s/m;

// Answers that were given long ago are rendered when they are about to be seen.
const seen = new IntersectionObserver(
  (entries) =>
    entries
      .filter((one) => one.isIntersecting)
      .forEach((one) => {
        seen.unobserve(one.target);
        one.target.dispatchEvent(new Event("seen"));
      }),
  { rootMargin: "600px" },
);

export class AnswerView {
  #onCite;
  #onGrow;
  #rendered = el("div");
  #draft = el("p", { class: "draft" });
  #note = el("p", { class: "quiet", hidden: true });
  /** @type {Map<number, string>} */ #sentences = new Map();
  #renderedUpTo = 0;
  #isFormatting = false;
  /** @type {string | null} The whole answer, once it is known. */ #whole = null;

  /** @param {{onCite: (id: string) => void, onGrow: () => void}} listener */
  constructor({ onCite, onGrow }) {
    this.#onCite = onCite;
    this.#onGrow = onGrow;
    this.node = el("div", { class: "answer" }, this.#rendered, this.#draft, this.#note);
    this.node.addEventListener("seen", () => this.#render(this.#whole ?? "", Infinity));
  }

  get isEmpty() {
    return this.#sentences.size === 0;
  }

  /** All of it that has been told, as Markdown. */
  get text() {
    return (this.#whole ?? this.#text(Infinity)).trim();
  }

  /** Say something about the answer in its place. @param {string} words */
  say(words) {
    this.#note.textContent = words;
    this.#note.hidden = !words;
  }

  /** @param {number} sentence @param {string} text */
  add(sentence, text) {
    this.say("");
    this.#put(sentence, (this.#sentences.get(sentence) ?? "") + text);
  }

  /** Put another sentence, or none, in the place of one. @param {number} sentence @param {string} text */
  retract(sentence, text) {
    this.#put(sentence, text);
  }

  /** @param {string} text The whole answer. */
  complete(text) {
    if (this.isEmpty) this.add(0, text);
    this.#whole = text;
    seen.observe(this.node);
  }

  /** @param {string} error */
  fail(error) {
    this.node.append(el("p", { class: "why" }, error));
  }

  /** @param {number} sentence @param {string} text */
  #put(sentence, text) {
    this.#sentences.set(sentence, text);
    if (sentence < this.#renderedUpTo) this.#unrender();
    else this.#write(sentence);
    this.#format();
  }

  /** Write a sentence as text, in its place. @param {number} sentence */
  #write(sentence) {
    const nodes = [...this.#draft.children];
    let node = nodes.find((one) => one.getAttribute("data-sentence") === String(sentence));
    if (!node) {
      node = el("span", { "data-sentence": sentence });
      const next = nodes.find((one) => Number(one.getAttribute("data-sentence")) > sentence);
      this.#draft.insertBefore(node, next ?? null);
    }
    node.replaceChildren(...withCitations(this.#sentences.get(sentence) ?? "", this.#onCite));
  }

  #unrender() {
    this.#renderedUpTo = 0;
    this.#rendered.replaceChildren();
    this.#draft.replaceChildren();
    for (const sentence of this.#sentences.keys()) this.#write(sentence);
  }

  // A long answer with lists or tables is rendered now and then while it comes, up to its last sentence.
  async #format() {
    if (this.#isFormatting || !MARKDOWN.test(this.#text(Infinity))) return;
    this.#isFormatting = true;
    await new Promise((resolve) => setTimeout(resolve, FORMATTED_AFTER_MS));
    const last = Math.max(...this.#sentences.keys());
    if (this.#whole === null && last > this.#renderedUpTo) await this.#render(this.#text(last), last);
    this.#isFormatting = false;
  }

  /** The answer as told so far, up to a sentence. @param {number} end */
  #text(end) {
    const told = [...this.#sentences].filter(([sentence]) => sentence < end).sort(([a], [b]) => a - b);
    return told.map(([, text]) => text).join("");
  }

  /** Show the sentences before `end`, whose text this is, as the server renders it. @param {string} text @param {number} end */
  async #render(text, end) {
    const { html } = await api("/v1/render", { method: "POST", body: { text } }).catch(() => ({}));
    const isOutdated =
      end === Infinity ? text !== this.#whole : this.#whole !== null || text !== this.#text(end);
    if (html === undefined || isOutdated) return;
    const focused = this.#citations().findIndex((one) => one === document.activeElement);
    this.#renderedUpTo = end;
    setSanitised(this.#rendered, html);
    for (const link of this.#rendered.querySelectorAll("a[data-evidence]")) {
      link.replaceWith(cite(link.getAttribute("data-evidence") ?? "", this.#onCite));
    }
    for (const link of this.#rendered.querySelectorAll("a")) link.target = "_blank";
    for (const table of this.#rendered.querySelectorAll("table")) {
      const frame = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table" });
      table.replaceWith(frame);
      frame.append(table);
    }
    for (const block of this.#rendered.querySelectorAll("pre")) {
      const frame = el("div", { class: "program" });
      const text = block.textContent ?? "";
      block.tabIndex = 0;
      block.replaceWith(frame);
      frame.append(block, copyButton("Copy the code", () => text));
    }
    for (const node of [...this.#draft.children]) {
      if (Number(node.getAttribute("data-sentence")) < end) node.remove();
    }
    this.#citations()[focused]?.focus();
    this.#onGrow();
  }

  /** @returns {HTMLElement[]} */
  #citations() {
    return [...this.node.querySelectorAll(/** @type {"button"} */ ("button.cite"))];
  }
}
