// The list of conversations: searched, opened, renamed, deleted.

import { api } from "./api.js";
import { byId, el, notify } from "./dom.js";

export class ThreadList {
  #open; #removed; #node = byId("threads"); #search = byId("search"); #timer;

  constructor({ onOpen, onRemoved }) {
    this.#open = onOpen;
    this.#removed = onRemoved;
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), 150);
    });
  }

  async refresh(current = this.current) {
    this.current = current;
    this.title = undefined;
    try {
      const { threads } = await api(`/v1/threads?q=${encodeURIComponent(this.#search.value)}`);
      this.#node.replaceChildren(...threads.map((thread) => this.#item(thread)));
      this.title = threads.find((one) => one.thread_id === current)?.title;
    } catch (error) {
      notify(error.message);
    }
  }

  #item(thread) {
    const here = thread.thread_id === this.current;
    const title = thread.title || "Untitled";
    const path = `/v1/threads/${encodeURIComponent(thread.thread_id)}`;
    const rename = async () => {
      const name = window.prompt("Name of this conversation", title)?.trim();
      if (!name) return;
      await api(path, { method: "PATCH", body: { title: name } }).catch((error) => notify(error.message));
      this.refresh();
    };
    const remove = async () => {
      if (!window.confirm(`Delete “${title}” with everything in it?`)) return;
      await api(path, { method: "DELETE" }).catch((error) => notify(error.message));
      if (here) this.#removed();
      this.refresh();
    };
    return el("li", { class: here ? "here" : "" },
      el("button", { type: "button", class: "thread", "aria-current": here ? "page" : null, onclick: () => this.#open(thread.thread_id) }, title),
      el("button", { type: "button", class: "icon", "aria-label": `Rename ${title}`, onclick: rename }, "✎"),
      el("button", { type: "button", class: "icon", "aria-label": `Delete ${title}`, onclick: remove }, "✕"));
  }
}
