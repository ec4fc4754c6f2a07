// Overlays: on small screens the list of conversations and the panel lie over the page, one at a time.

import { byId, el } from "./dom.js";

const main = byId("main");
const sidebar = byId("sidebar");
const menu = byId("menu");

const besideMain = window.matchMedia("(min-width: 46rem)");

/** The list of conversations, which on a phone is a menu. */
export class Menu {
  constructor() {
    menu.addEventListener("click", () => this.#show(!this.#isOpen));
    byId("shade").addEventListener("click", () => this.close());
    besideMain.addEventListener("change", () => this.close());
  }

  /** Close it. @returns {boolean} Whether it was open. */
  close() {
    if (!this.#isOpen) return false;
    this.#show(false);
    menu.focus();
    return true;
  }

  get #isOpen() {
    return document.body.classList.contains("menu-open");
  }

  /** @param {boolean} open */
  #show(open) {
    document.body.classList.toggle("menu-open", open);
    menu.setAttribute("aria-expanded", String(open));
    main.inert = open;
    if (open) byId("new-thread").focus();
  }
}

const covers = window.matchMedia("(max-width: 60rem)");

/** @typedef {(refresh: () => Promise<void>) => Promise<HTMLElement>} View Makes what is shown, now and after a change. */

/** The panel beside the conversation, or over it where there is no room. */
export class Panel {
  #node = byId("panel");
  #title = byId("panel-title");
  #body = byId("panel-body");
  /** @type {HTMLElement | null} */ #returnTo = null;
  #shown = 0;

  constructor() {
    byId("panel-close").addEventListener("click", () => this.close());
    covers.addEventListener("change", () => this.#shield());
  }

  /**
   * Show something.
   * @param {string} title
   * @param {View} view
   */
  async show(title, view) {
    if (this.#node.hidden) this.#returnTo = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#title.textContent = title;
    this.#node.hidden = false;
    this.#shield();
    this.#title.focus();
    this.#body.replaceChildren();
    this.#shown += 1;
    await this.#fill(view, this.#shown);
    this.#body.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  /** Close it. @returns {boolean} Whether it was open. */
  close() {
    if (this.#node.hidden) return false;
    this.#node.hidden = true;
    this.#shown += 1;
    this.#shield();
    if (this.#returnTo?.isConnected) this.#returnTo.focus();
    else byId("question").focus();
    return true;
  }

  /** @param {View} view @param {number} turn */
  async #fill(view, turn) {
    const refresh = () => (turn === this.#shown ? this.#fill(view, turn) : Promise.resolve());
    let made;
    try {
      made = await view(refresh);
    } catch (error) {
      made = el("p", { class: "why", role: "alert" }, error.message);
    }
    if (turn === this.#shown) this.#body.replaceChildren(made);
  }

  // What the panel covers cannot be reached behind it.
  #shield() {
    const isCovering = covers.matches && !this.#node.hidden;
    main.inert = isCovering;
    sidebar.inert = isCovering;
  }
}
