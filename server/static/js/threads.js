// The list of conversations: searched, opened, renamed, deleted.

import { api } from "./api.js";
import { ask, confirm } from "./dialog.js";
import { button, byId, el } from "./dom.js";
import { notify } from "./notice.js";

/** @typedef {{thread_id: string, title: string}} Thread */

const PAGE = 50;
const SOON_MS = 150;

export class ThreadList {
  current = "";
  #listener;
  #node = byId("threads");
  #search = /** @type {HTMLInputElement} */ (byId("search"));
  #more = byId("more-threads");
  #shown = PAGE;
  #timer = 0;
  // Other tabs of the same person show the same list.
  #tabs = new BroadcastChannel("surefoot-threads");

  /** @param {{onOpen: (id: string) => void, onRemoved: () => void, onTitle: (title: string) => void}} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#search.addEventListener("input", () => {
      this.#shown = PAGE;
      this.refreshSoon();
    });
    this.#more.addEventListener("click", () => {
      this.#shown += PAGE;
      this.refreshSoon();
    });
    this.#tabs.onmessage = () => this.refreshSoon();
  }

  /** Say which conversation is open. @param {string} id */
  open(id) {
    this.current = id;
    this.refreshSoon();
  }

  /** There is a new run. A conversation that is read again tells of many at once. */
  changed() {
    this.refreshSoon();
    this.#tabs.postMessage("changed");
  }

  refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), SOON_MS);
  }

  async #refresh() {
    const words = encodeURIComponent(this.#search.value.trim());
    try {
      const { threads, total } = await api(`/v1/threads?limit=${Math.min(this.#shown, 500)}&q=${words}`);
      this.#show(threads);
      this.#more.hidden = total <= threads.length;
      const here = threads.find((/** @type {Thread} */ one) => one.thread_id === this.current);
      if (here) this.#listener.onTitle(here.title);
    } catch (error) {
      notify(error.message);
    }
  }

  /** @param {Thread[]} threads */
  #show(threads) {
    const focused = document.activeElement?.closest("#threads li")?.getAttribute("data-thread");
    this.#node.replaceChildren(...threads.map((thread) => this.#item(thread)));
    if (!threads.length) {
      this.#node.append(el("li", { class: "quiet" }, this.#search.value ? "Nothing found." : "None yet."));
    }
    if (focused) this.#node.querySelector(`[data-thread="${CSS.escape(focused)}"] .thread`)?.focus();
  }

  /** @param {Thread} thread */
  #item({ thread_id: id, title: given }) {
    const title = given || "Untitled";
    const isHere = id === this.current;
    return el(
      "li",
      { class: isHere && "here", "data-thread": id },
      button(title, () => this.#listener.onOpen(id), {
        class: "thread",
        title,
        "aria-current": isHere ? "page" : null,
      }),
      el(
        "span",
        { class: "actions" },
        button("", () => this.#rename(id, title), { class: "icon pencil", "aria-label": `Rename ${title}` }),
        button("", () => this.#remove(id, title), { class: "icon bin", "aria-label": `Delete ${title}` }),
      ),
    );
  }

  /** @param {string} id @param {string} title */
  async #rename(id, title) {
    const name = await ask({
      title: "Rename the conversation",
      label: "Name",
      value: title,
      action: "Rename",
    });
    if (name) await this.#change(id, { method: "PATCH", body: { title: name } });
  }

  /** @param {string} id @param {string} title */
  async #remove(id, title) {
    const text = `“${title}” is erased with all its answers and what was remembered of them.`;
    if (!(await confirm({ title: "Delete the conversation?", text, action: "Delete", danger: true }))) return;
    // Whoever is in it leaves first, and is not told that it is gone.
    if (id === this.current) this.#listener.onRemoved();
    await this.#change(id, { method: "DELETE" });
  }

  /** @param {string} id @param {import("./api.js").Ask} request */
  async #change(id, request) {
    try {
      await api(`/v1/threads/${encodeURIComponent(id)}`, request);
      this.changed();
    } catch (error) {
      notify(error.message);
    }
  }
}
