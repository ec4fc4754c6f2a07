// A citation: a button that opens its evidence.

import { el } from "./dom.js";

/** @param {string} id @param {(id: string) => void} onCite */
export function cite(id, onCite) {
  return el(
    "button",
    { type: "button", class: "cite", "aria-label": `Evidence ${id}`, onclick: () => onCite(id) },
    id,
  );
}

/** The text with each `[S1]` as a citation. @param {string} text @param {(id: string) => void} onCite */
export function withCitations(text, onCite) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(/\[(S\d+)\]/g)) {
    parts.push(text.slice(from, match.index), cite(match[1], onCite));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}
