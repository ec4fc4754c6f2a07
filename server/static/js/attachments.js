// Attachments: pictures that go with a question, and files that are taken in for it.

import { upload } from "./api.js";
import { button, byId, el } from "./dom.js";
import { announce, notify } from "./notice.js";
import { addressOf, readPicture } from "./pictures.js";

const MOST_PICTURES = 8;
const MOST_CHARACTERS = 18_000_000;

/** @typedef {import("./pictures.js").Picture} Picture */
/** @typedef {{name: string, picture?: Picture, named?: string[]}} Attached Named: what the server knows the file by. */

/** A question with what goes with it. @typedef {{text: string, attached: Attached[]}} Question */

export class Attachments {
  #tray = byId("tray");
  #files = /** @type {HTMLInputElement} */ (byId("attached-files"));
  /** @type {Map<HTMLElement, Attached | null>} What is shown in the tray; null while it is on its way. */
  #items = new Map();

  constructor() {
    byId("attach").addEventListener("click", () => this.#files.click());
    this.#files.addEventListener("change", () => {
      this.add(this.#files.files ?? []);
      this.#files.value = "";
    });
    byId("question").addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
      const given = event.clipboardData;
      // Text copied from an office program comes with a picture of itself.
      if (!given?.files.length || given.types.includes("text/plain")) return;
      event.preventDefault();
      this.add(given.files);
    });
    this.#takeDrops(document.documentElement, byId("main"));
  }

  /** False while something is on its way. */
  get isReady() {
    return ![...this.#items.values()].includes(null);
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) this.#add(file);
  }

  /** Take everything out. @returns {Attached[]} */
  take() {
    const taken = [...this.#items.values()].filter((item) => item !== null);
    this.#items.clear();
    this.#show();
    return taken;
  }

  /** Put back what was taken out. @param {Attached[]} attached */
  giveBack(attached) {
    for (const item of attached) this.#items.set(this.#chip(item.name, item.picture), item);
    this.#show();
  }

  /** @param {File} file */
  async #add(file) {
    const bar = el("progress", { max: "1", "aria-label": `Upload of ${file.name}` });
    const waiting = this.#chip(file.name, undefined, bar);
    this.#items.set(waiting, null);
    this.#show();
    try {
      const item = await this.#read(file, bar);
      if (!this.#items.has(waiting)) return;
      const chip = this.#chip(item.name, item.picture);
      waiting.replaceWith(chip);
      this.#items = new Map(
        [...this.#items].map(([node, other]) => (node === waiting ? [chip, item] : [node, other])),
      );
      announce(`${file.name} is attached.`);
    } catch (error) {
      this.#items.delete(waiting);
      notify(`${file.name}: ${error.message}`);
    }
    this.#show();
  }

  /** @param {File} file @param {HTMLProgressElement} bar @returns {Promise<Attached>} */
  async #read(file, bar) {
    const picture = await readPicture(file);
    if (!picture) {
      const { attachments } = await upload(file, (part) => (bar.value = part));
      return { name: file.name, named: attachments };
    }
    const others = [...this.#items.values()].flatMap((item) => item?.picture ?? []);
    const size = [...others, picture].reduce((sum, { data }) => sum + data.length, 0);
    if (others.length >= MOST_PICTURES) throw new Error(`No more than ${MOST_PICTURES} pictures are taken.`);
    if (size > MOST_CHARACTERS) throw new Error("The pictures are too large together.");
    return { name: file.name, picture };
  }

  /** @param {string} name @param {Picture} [picture] @param {HTMLElement} [more] */
  #chip(name, picture, more) {
    const chip = attachmentView(name, picture);
    const remove = () => {
      const next = /** @type {HTMLElement | null} */ (chip.nextElementSibling ?? chip.previousElementSibling);
      this.#items.delete(chip);
      this.#show();
      (next?.querySelector("button") ?? byId("question")).focus();
    };
    if (more) chip.append(more);
    chip.append(button("", remove, { class: "icon cross", "aria-label": `Remove ${name}` }));
    return chip;
  }

  #show() {
    const chips = [...this.#items.keys()];
    for (const gone of [...this.#tray.children].filter((one) => !this.#items.has(one))) gone.remove();
    this.#tray.append(...chips.filter((one) => one.parentNode !== this.#tray));
    this.#tray.hidden = !chips.length;
  }

  /** Take what is dropped anywhere but where something else takes it. @param {HTMLElement} place @param {HTMLElement} shown */
  #takeDrops(place, shown) {
    const over = (/** @type {boolean} */ isOver) => shown.classList.toggle("dropping", isOver);
    place.addEventListener("dragover", (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    place.addEventListener("dragleave", (event) => {
      if (!place.contains(/** @type {Node | null} */ (event.relatedTarget))) over(false);
    });
    place.addEventListener("drop", (event) => {
      over(false);
      if (event.defaultPrevented || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
      byId("question").focus();
    });
  }
}

/** What went with a question. @param {Attached[]} attached */
export const attachedView = (attached) =>
  el(
    "ul",
    { class: "tray", "aria-label": "Attached", hidden: !attached.length },
    ...attached.map(({ name, picture }) => attachmentView(name, picture)),
  );

/** One attachment, as it is shown. @param {string} name @param {Picture} [picture] */
function attachmentView(name, picture) {
  return el(
    "li",
    { class: picture ? "chip shown" : "chip", title: name },
    picture ? el("img", { src: addressOf(picture), alt: name }) : el("span", { class: "name" }, name),
  );
}
