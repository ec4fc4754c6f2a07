// Steps: a run's tool calls as they unfold, each with what it was given and what it found.

import { cite } from "./cite.js";
import { el, unseen } from "./dom.js";
import { code, evidenceExcerpt, where } from "./evidence.js";
import { brief, count, duration, toolName } from "./words.js";

/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {"planned" | "running" | "done" | "failed"} State */

class StepView {
  /** @type {State} */ state = "planned";
  #onCite;
  #word = unseen("");
  #args = el("code", { class: "args" });
  #time = el("span", { class: "time" });
  #found = el("div", { class: "found" });
  #given = el("div", { class: "given" });

  /** @param {string} tool @param {Record<string, any>} args @param {(id: string) => void} onCite */
  constructor(tool, args, onCite) {
    this.#onCite = onCite;
    this.node = el(
      "li",
      { class: "step" },
      el("span", { class: "state" }, this.#word),
      el(
        "details",
        {},
        el("summary", {}, el("span", { class: "tool" }, toolName(tool)), " ", this.#args, " ", this.#time),
        this.#given,
        this.#found,
      ),
    );
    this.is(this.state);
    this.give(args);
  }

  /** @param {State} state */
  is(state) {
    this.state = state;
    this.node.className = `step ${state}`;
    this.#word.textContent = `${state}: `;
  }

  /** @param {Record<string, any>} args */
  give(args) {
    this.#args.textContent = brief(args);
    const { sql, code: program, ...rest } = args ?? {};
    const shown = [sql, program].filter(Boolean).map(code);
    if (Object.keys(rest).length) shown.push(code(JSON.stringify(rest, null, 2)));
    this.#given.replaceChildren(...shown);
  }

  /** @param {string} words */
  note(words) {
    this.#time.textContent = words;
  }

  /** @param {Evidence[]} evidence */
  find(evidence) {
    const pieces = evidence.map((item) =>
      el(
        "div",
        { class: "piece" },
        el("p", { class: "where" }, cite(item.id, this.#onCite), " ", where(item)),
        evidenceExcerpt(item),
      ),
    );
    this.#found.replaceChildren(
      ...(pieces.length ? pieces : [el("p", { class: "quiet" }, "It found nothing.")]),
    );
  }

  /** @param {string} error */
  fail(error) {
    this.node.append(el("p", { class: "why" }, error));
  }
}

/** @typedef {Record<string, any>} StepEvent `step.started`, `step.finished` or `step.failed`. */

export class StepList {
  #onCite;
  #summary = el("span", {}, "Working");
  #dots = el("span", { class: "dots", "aria-hidden": "true" });
  #list = el("ol", { class: "steps" });
  /** @type {Map<string, StepView>} */ #steps = new Map();

  /** @param {(id: string) => void} onCite */
  constructor(onCite) {
    this.#onCite = onCite;
    this.node = el(
      "details",
      { class: "work", hidden: true, open: true },
      el("summary", {}, this.#summary, this.#dots),
      this.#list,
    );
  }

  /** What memory brought in. @param {Evidence[]} evidence */
  recalled(evidence) {
    if (evidence.length) this.finished({ step_id: "recall", tool: "recall", evidence, ms: null });
  }

  /** @param {{steps: {id: string, tool: string, args: Record<string, any>}[]}} plan */
  planned({ steps }) {
    for (const { id, tool, args } of steps) this.#step(id, tool, args);
  }

  /** @param {StepEvent} event */
  started({ step_id, tool, args }) {
    const step = this.#step(step_id, tool, args);
    step.give(args);
    step.is("running");
    this.#count();
  }

  /** @param {StepEvent} event */
  finished({ step_id, tool, evidence, ms }) {
    const step = this.#step(step_id, tool, {});
    step.is("done");
    if (ms !== null) step.note(duration(ms));
    step.find(evidence);
    this.#count();
  }

  /** @param {StepEvent} event */
  failed({ step_id, tool, error }) {
    const step = this.#step(step_id, tool, {});
    step.is("failed");
    step.fail(error);
    this.#count();
  }

  /** Say something beside a step. @param {string} id @param {string} words */
  note(id, words) {
    this.#steps.get(id)?.note(words);
  }

  /** The answer is there: the way to it steps back. */
  close() {
    if (!this.node.contains(document.activeElement)) this.node.open = false;
  }

  focus() {
    this.node.querySelector("summary")?.focus();
  }

  /** @param {string} id @param {string} tool @param {Record<string, any>} args */
  #step(id, tool, args) {
    let step = this.#steps.get(id);
    if (!step) {
      step = new StepView(tool, args, this.#onCite);
      this.#steps.set(id, step);
      this.#list.append(step.node);
      this.node.hidden = false;
      this.#count();
    }
    return step;
  }

  #count() {
    this.#summary.textContent = count(this.#steps.size, "step");
    this.#dots.replaceChildren(...[...this.#steps.values()].map((step) => el("span", { class: step.state })));
  }
}
