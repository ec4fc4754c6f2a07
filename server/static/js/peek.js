// A peek at evidence: where a citation leads and how it begins, while the pointer or focus is on it.

import { byId, el } from "./dom.js";
import { where } from "./evidence.js";

/** @typedef {import("./evidence.js").Evidence} Evidence */

const SHOWN_AFTER_MS = 250;
const HIDDEN_AFTER_MS = 150;
const LETTERS = 220;
const GAP = 6;

/** Show peeks at the citations in a place. @param {HTMLElement} place @param {(id: string) => Evidence | undefined} find */
export function startPeeks(place, find) {
  const card = byId("peek");
  let timer = 0;
  /** @type {HTMLElement | null} */ let shownFor = null;

  const hide = () => {
    clearTimeout(timer);
    shownFor?.removeAttribute("aria-describedby");
    shownFor = null;
    card.hidden = true;
  };
  /** @param {HTMLElement} citation */
  const show = (citation) => {
    const item = find(citation.textContent ?? "");
    if (!item || !citation.isConnected) return;
    hide();
    shownFor = citation;
    citation.setAttribute("aria-describedby", card.id);
    card.replaceChildren(el("p", { class: "where" }, where(item)), el("p", {}, beginning(item)));
    card.hidden = false;
    put(card, citation.getBoundingClientRect());
  };
  /** @param {Event} event */
  const citationOf = ({ target }) =>
    target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".cite")) : null;
  /** @param {() => void} act @param {number} ms */
  const soon = (act, ms) => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };

  place.addEventListener("pointerover", (event) => {
    const citation = event.pointerType === "touch" ? null : citationOf(event);
    if (citation) soon(() => show(citation), SHOWN_AFTER_MS);
  });
  place.addEventListener("pointerout", (event) => citationOf(event) && soon(hide, HIDDEN_AFTER_MS));
  place.addEventListener("focusin", (event) => {
    const citation = citationOf(event);
    if (citation?.matches(":focus-visible")) show(citation);
  });
  place.addEventListener("focusout", hide);
  place.addEventListener("click", hide);
  place.addEventListener("scroll", hide, { passive: true });
  // The peek itself can be pointed at, and Escape sends it away.
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => soon(hide, HIDDEN_AFTER_MS));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

/** @param {Evidence} item */
function beginning({ source, content }) {
  const text = source.type === "table" ? source.sql : content;
  const short = Array.from(text.replace(/\s+/g, " ").trim());
  return short.length > LETTERS ? `${short.slice(0, LETTERS).join("")}…` : short.join("");
}

/** Put the card above or below a place, within the window. @param {HTMLElement} card @param {DOMRect} at */
function put(card, at) {
  const { width, height } = card.getBoundingClientRect();
  const isAbove = at.top > height + GAP;
  card.style.top = `${isAbove ? at.top - height - GAP : at.bottom + GAP}px`;
  card.style.left = `${Math.max(GAP, Math.min(at.left - GAP, window.innerWidth - width - GAP))}px`;
}
