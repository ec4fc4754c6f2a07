// Checks: what was looked at on the way and how it came out, with time and cost; quiet until asked.

import { el } from "./dom.js";
import { count, duration, money } from "./words.js";

/** @typedef {{stage: string, check: string, outcome: string, reason: string, claim_id: string | null}} Check */

/** @type {Record<string, string>} */
const OUTCOMES = {
  supported: "passed",
  unsupported: "not supported",
  contradicted: "contradicted",
  not_checkable: "nothing to check",
  not_checked: "could not be checked",
};
const GOOD = new Set(["supported", "not_checkable"]);

export class CheckList {
  /** @type {Check[]} */ #checks = [];
  /** @type {Record<string, number>} */ #verdicts = {};
  /** @type {number | null} Share of the claims that can be expected to hold. */ #confidence = null;
  #usage = "";
  #summary = el("summary");
  #body = el("div", { class: "checks" });

  constructor() {
    this.node = el("details", { class: "foot", hidden: true }, this.#summary, this.#body);
    // A run has many checks and few readers of them.
    this.node.addEventListener("toggle", () => this.node.open && this.#fill());
  }

  /** @param {Check} check */
  add(check) {
    this.#checks.push(check);
  }

  /** @param {Record<string, number>} verdicts How many claims got which outcome. @param {number | null} [confidence] */
  judged(verdicts, confidence) {
    this.#verdicts = verdicts;
    this.#confidence = confidence ?? null;
  }

  /** @param {{seconds: number, input_tokens: number, output_tokens: number, cost_usd: number | null}} usage */
  used({ seconds, input_tokens, output_tokens, cost_usd }) {
    const tokens = count(input_tokens + output_tokens, "token");
    this.#usage = [duration(seconds * 1000), tokens, money(cost_usd)].filter(Boolean).join(" · ");
  }

  /** @param {string} note How the run ended, where that is not as usual. */
  end(note) {
    const parts = [note && el("span", {}, note), ...this.#told(), this.#usage && el("span", {}, this.#usage)];
    this.#summary.replaceChildren(...parts.flatMap((part) => (part ? [part, " "] : [])));
    this.node.hidden = false;
    if (this.node.open) this.#fill();
  }

  #told() {
    const { supported = 0, not_checkable: _, ...bad } = this.#verdicts;
    const told = [];
    if (supported) told.push(el("span", { class: "good" }, `${count(supported, "claim")} checked`));
    for (const [outcome, n] of Object.entries(bad)) {
      told.push(el("span", { class: "bad" }, `${count(n, "claim")} ${OUTCOMES[outcome] ?? outcome}`));
    }
    if (this.#confidence !== null)
      told.push(el("span", {}, `${Math.round(this.#confidence * 100)} % likely to hold`));
    const failed = this.#checks.filter((one) => one.stage !== "answer" && !GOOD.has(one.outcome)).length;
    if (failed) told.push(el("span", { class: "bad" }, `${count(failed, "check")} not passed on the way`));
    return told;
  }

  #fill() {
    if (!this.#checks.length) {
      this.#body.replaceChildren(el("p", { class: "quiet" }, "No check was made."));
      return;
    }
    const head = ["Of", "Check", "Outcome"].map((name) => el("th", { scope: "col" }, name));
    this.#body.replaceChildren(
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "group", "aria-label": "Checks" },
        el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...this.#checks.map(row))),
      ),
    );
  }
}

/** @param {Check} check */
function row({ stage, check, outcome, reason, claim_id }) {
  return el(
    "tr",
    {},
    el("td", {}, subject(stage, claim_id)),
    el("td", {}, check.replaceAll("_", " ")),
    el(
      "td",
      {},
      el("span", { class: GOOD.has(outcome) ? "good" : "bad" }, OUTCOMES[outcome] ?? outcome),
      reason && `: ${reason}`,
    ),
  );
}

/** @param {string} stage @param {string | null} claim */
function subject(stage, claim) {
  const sentence = stage === "answer" && /^c(\d+)/.exec(claim ?? "");
  if (sentence) return `Sentence ${Number(sentence[1]) + 1}`;
  return claim ? `${stage} ${claim}` : stage;
}
