// The answer: sentences as they are released, then the whole of it as the server renders it.

import { api } from "./api.js";
import { cite, withCitations } from "./cite.js";
import { el, setSanitised } from "./dom.js";

// Answers that were given long ago are rendered when they are about to be seen.
const seen = new IntersectionObserver(
  (entries) => entries.filter((one) => one.isIntersecting).forEach((one) => {
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
  /** @type {Map<number, HTMLElement>} */ #sentences = new Map();
  #text = "";

  /** @param {{onCite: (id: string) => void, onGrow: () => void}} listener */
  constructor({ onCite, onGrow }) {
    this.#onCite = onCite;
    this.#onGrow = onGrow;
    this.node = el("div", { class: "answer" }, this.#rendered, this.#draft, this.#note);
    this.node.addEventListener("seen", () => this.#render());
  }

  get isEmpty() {
    return this.#sentences.size === 0;
  }

  /** Say something about the answer in its place. @param {string} words */
  say(words) {
    this.#note.textContent = words;
    this.#note.hidden = !words;
  }

  /** @param {number} sentence @param {string} text */
  add(sentence, text) {
    this.say("");
    let node = this.#sentences.get(sentence);
    if (!node) {
      node = el("span", { "data-sentence": sentence });
      this.#sentences.set(sentence, node);
      this.#place(node, sentence);
    }
    this.#write(node, (node.dataset.text ?? "") + text);
  }

  /** Put another sentence, or none, in the place of one. @param {number} sentence @param {string} text */
  retract(sentence, text) {
    const node = this.#sentences.get(sentence);
    if (node) this.#write(node, text);
    else if (text) this.add(sentence, text);
  }

  /** @param {string} text The whole answer. */
  complete(text) {
    this.#text = text;
    if (this.isEmpty && text) this.add(0, text);
    seen.observe(this.node);
  }

  /** @param {string} error */
  fail(error) {
    this.node.append(el("p", { class: "why" }, error));
  }

  #place(node, sentence) {
    const later = [...this.#draft.children].find((one) => Number(one.dataset.sentence) > sentence);
    this.#draft.insertBefore(node, later ?? null);
  }

  #write(node, text) {
    node.dataset.text = text;
    node.replaceChildren(...withCitations(text, this.#onCite));
  }

  async #render() {
    const { html } = await api("/v1/render", { method: "POST", body: { text: this.#text } }).catch(() => ({}));
    if (html === undefined) return;
    const focused = [...this.node.querySelectorAll(".cite")].indexOf(document.activeElement);
    setSanitised(this.#rendered, html);
    for (const link of this.#rendered.querySelectorAll("a[data-evidence]")) link.replaceWith(cite(link.dataset.evidence, this.#onCite));
    for (const table of this.#rendered.querySelectorAll("table")) {
      const frame = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table" });
      table.replaceWith(frame);
      frame.append(table);
    }
    this.#draft.remove();
    if (focused >= 0) this.node.querySelectorAll(".cite")[focused]?.focus();
    this.#onGrow();
  }
}
