// Dialogs: questions of the page to the person. Escape says no, and focus returns to where it was.

import { button, el } from "./dom.js";

/** @typedef {{title: string, text?: string, label?: string, value?: string, type?: string,
 *    action: string, danger?: boolean, trouble?: string}} Question */

let made = 0;

/** @param {Question} question @returns {Promise<boolean>} */
export async function confirm(question) {
  return (await open(question, null)) !== null;
}

/** Ask for a line of text. @param {Question} question @returns {Promise<string | null>} */
export function ask(question) {
  const input = el("input", {
    type: question.type ?? "text",
    value: question.value ?? "",
    autocomplete: "off",
    required: true,
  });
  return open(question, input);
}

/** @param {Question} question @param {HTMLInputElement | null} input @returns {Promise<string | null>} */
function open({ title, text, label, action, danger, trouble }, input) {
  made += 1;
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": `dialog-${made}` },
    el(
      "form",
      { method: "dialog" },
      el("h2", { id: `dialog-${made}` }, title),
      text && el("p", { class: "quiet" }, text),
      trouble && el("p", { class: "why", role: "alert" }, trouble),
      input && el("label", { class: "field" }, el("span", {}, label), input),
      el(
        "div",
        { class: "buttons" },
        el("button", { type: "submit", class: danger ? "danger" : "primary" }, action),
        button("Cancel", () => dialog.close()),
      ),
    ),
  );
  return new Promise((resolve) => {
    /** @type {string | null} */ let answer = null;
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      answer = input ? input.value.trim() : "";
      if (!input || answer) dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    input?.select();
  });
}
