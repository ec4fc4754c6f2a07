// An approval: a call that waits for the person, with arguments that can be changed.

import { button, el } from "./dom.js";
import { toolName } from "./words.js";

/** @typedef {{decision: "approve" | "reject" | "edit", args?: Record<string, any>, reason?: string}} Decision */

/** One argument as a field. A text stays a text, a number a number; anything else is JSON. */
class Field {
  /** @type {HTMLInputElement | HTMLTextAreaElement} */ #input;
  #value;

  /** @param {string} name @param {any} value */
  constructor(name, value) {
    this.#value = value;
    this.#input = inputOf(value);
    const label = el("span", {}, name);
    this.node = el(
      "label",
      { class: "field" },
      ...(typeof value === "boolean" ? [this.#input, label] : [label, this.#input]),
    );
  }

  /** What the person wants it to be. Throws where it cannot be that. */
  read() {
    switch (typeof this.#value) {
      case "boolean":
        return /** @type {HTMLInputElement} */ (this.#input).checked;
      case "string":
        return this.#input.value;
      case "number":
        return numberIn(this.#input.value);
      default:
        return JSON.parse(this.#input.value);
    }
  }

  focus() {
    this.#input.focus();
  }
}

/** @param {any} value */
function inputOf(value) {
  switch (typeof value) {
    case "boolean":
      return el("input", { type: "checkbox", checked: value });
    case "number":
      return el("input", { type: "number", step: "any", value });
    default: {
      const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
      const area = el("textarea", {
        rows: Math.min(8, text.split("\n").length),
        spellcheck: typeof value === "string" ? null : "false",
      });
      area.value = text;
      return area;
    }
  }
}

/** @param {string} text */
function numberIn(text) {
  if (text.trim() === "" || !Number.isFinite(Number(text))) throw new Error("a number is wanted");
  return Number(text);
}

export class ApprovalView {
  #args;
  #onDecide;
  /** @type {Map<string, Field>} */ #fields;
  #reason = el("input", {
    type: "text",
    placeholder: "Say why (optional)",
    "aria-label": "Why, for a rejection",
  });
  #trouble = el("p", { class: "why", role: "alert" });
  #buttons;

  /** @param {{tool: string, args: Record<string, any>, reason: string}} call @param {(decision: Decision) => void} onDecide */
  constructor({ tool, args, reason }, onDecide) {
    this.#args = args;
    this.#onDecide = onDecide;
    this.#fields = new Map(Object.entries(args).map(([name, value]) => [name, new Field(name, value)]));
    this.#buttons = [
      button("Approve", () => this.#approve(), { class: "primary" }),
      button("Reject", () => this.#decide({ decision: "reject", reason: this.#reason.value.trim() })),
    ];
    this.node = el(
      "section",
      { class: "approval", "aria-label": `Approval of ${toolName(tool)}` },
      el("h3", {}, "May it ", el("code", {}, tool), "?"),
      reason && el("p", { class: "quiet" }, reason),
      ...[...this.#fields.values()].map((field) => field.node),
      this.#trouble,
      el("div", { class: "buttons" }, ...this.#buttons, this.#reason),
    );
  }

  /** Let the person decide again, where the decision may not have arrived. */
  reopen() {
    for (const one of this.#buttons) one.disabled = false;
  }

  #approve() {
    /** @type {Record<string, any>} */ const args = {};
    for (const [name, field] of this.#fields) {
      try {
        args[name] = field.read();
      } catch (error) {
        this.#trouble.textContent = `${name}: ${error.message}.`;
        return field.focus();
      }
    }
    const isChanged = JSON.stringify(args) !== JSON.stringify(this.#args);
    this.#decide(isChanged ? { decision: "edit", args } : { decision: "approve" });
  }

  /** @param {Decision} decision */
  #decide(decision) {
    this.#trouble.textContent = "";
    for (const one of this.#buttons) one.disabled = true;
    this.#onDecide(decision);
  }
}
