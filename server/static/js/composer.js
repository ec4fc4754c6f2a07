// The composer: where a question is written, sent with Enter, and stopped.

import { Attachments } from "./attachments.js";
import { byId } from "./dom.js";
import { notify } from "./notice.js";

/** @typedef {import("./attachments.js").Question} Question */

const TALLEST = 220;

export class Composer {
  #question = /** @type {HTMLTextAreaElement} */ (byId("question"));
  #stop = byId("stop");
  #attachments = new Attachments();

  /** @param {{onAsk: (question: Question) => void, onStop: () => void}} listener */
  constructor({ onAsk, onStop }) {
    byId("ask").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const text = this.#question.value.trim();
      if (!text) return;
      if (!this.#attachments.isReady) return notify("What you attached is still on its way.");
      this.#write("");
      onAsk({ text, attached: this.#attachments.take() });
    });
    this.#question.addEventListener("input", () => this.#grow());
    this.#question.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      byId("ask").requestSubmit();
    });
    this.#stop.addEventListener("click", onStop);
  }

  focus() {
    this.#question.focus();
  }

  /** Give a question back that was not taken, unless another one is being written. @param {Question} question */
  giveBack({ text, attached }) {
    if (this.#question.value) return;
    this.#write(text);
    this.#attachments.giveBack(attached);
  }

  /** @param {boolean} running Whether there is something to stop. */
  showStop(running) {
    if (!running && document.activeElement === this.#stop) this.focus();
    this.#stop.hidden = !running;
  }

  /** @param {string} text */
  #write(text) {
    this.#question.value = text;
    this.#grow();
  }

  #grow() {
    this.#question.style.height = "auto";
    this.#question.style.height = `${Math.min(this.#question.scrollHeight, TALLEST)}px`;
  }
}
