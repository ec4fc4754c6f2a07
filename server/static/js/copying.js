// Copying: what the page shows, into the clipboard.

import { button } from "./dom.js";
import { notify } from "./notice.js";

const TOLD_MS = 1500;

/** A button that copies a text and says that it did. @param {string} name @param {() => string} text */
export function copyButton(name, text) {
  const node = button("Copy", copy, { class: "small copy", "aria-label": name });
  let timer = 0;
  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      return notify("The browser lets nothing be copied here; select the text instead.");
    }
    node.textContent = "Copied";
    clearTimeout(timer);
    timer = setTimeout(() => (node.textContent = "Copy"), TOLD_MS);
  }
  return node;
}
