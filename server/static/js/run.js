// One run: the question, its steps as they unfold, the answer, what was checked, what it cost.

import { AnswerView } from "./answer.js";
import { ApprovalView } from "./approval.js";
import { attachedView } from "./attachments.js";
import { picture } from "./chart.js";
import { CheckList } from "./checks.js";
import { copyButton } from "./copying.js";
import { button, el } from "./dom.js";
import { announce } from "./notice.js";
import { StepList } from "./steps.js";
import { count, toolName } from "./words.js";

/** @typedef {import("./socket.js").Frame} Frame */
/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {{onCite: (id: string) => void, onGrow: () => void, onAgain: (question: import("./attachments.js").Question) => void,
 *    onDecide: (callId: string, decision: import("./approval.js").Decision) => void}} Listener */

/** @type {Record<string, string>} */
const ATTACHED = /\n\nAttached: (.+)$/;
/** @type {Record<string, string>} */
const DECIDED = { approve: "approved", reject: "rejected", edit: "approved with changes" };

export class RunView {
  ended = false;
  /** Whether it is read out as it unfolds: only what was asked here is. */
  isSpoken = false;
  /** @type {Map<string, Evidence>} */ evidence = new Map();
  /** @type {Map<string, {step: string, view: ApprovalView}>} */ #waiting = new Map();
  /** @type {Listener} */ #listener;
  #question = el("h2", { class: "question" });
  /** @type {string[]} Documents and tables that it is about. */ #named = [];
  #tray = attachedView([]);
  #steps;
  #approvals = el("div", { class: "approvals" });
  #answer;
  #figures = el("div", { class: "figures" });
  #checks = new CheckList();
  #actions = el("div", { class: "after", hidden: true });
  /** What has come of a sentence, which is read out when it is whole. */
  #unspoken = { sentence: 0, text: "" };

  /** @param {string} runId @param {Listener} listener */
  constructor(runId, listener) {
    this.runId = runId;
    this.#listener = listener;
    this.#steps = new StepList(listener.onCite);
    this.#answer = new AnswerView(listener);
    this.node = el(
      "article",
      { class: "run" },
      this.#question,
      this.#tray,
      this.#steps.node,
      this.#approvals,
      this.#answer.node,
      this.#figures,
      this.#checks.node,
      this.#actions,
    );
  }

  /** Show what went with the question. @param {import("./attachments.js").Attached[]} attached */
  shows(attached) {
    const tray = attachedView(attached);
    this.#tray.replaceWith(tray);
    this.#tray = tray;
  }

  /** @param {Frame} event An event of this run; those of an unknown type are passed over. */
  take(event) {
    this.#handlers[event.type]?.(event);
    this.#listener.onGrow();
  }

  /** The connection is back: what was decided meanwhile may not have arrived. */
  reconnected() {
    for (const { view } of this.#waiting.values()) view.reopen();
  }

  /** @type {Record<string, (event: Frame) => void>} */ #handlers = {
    "run.queued": (event) => this.#begin(event, "Waiting for the answer before this one."),
    "run.started": (event) => this.#begin(event, "Thinking…"),
    "run.resumed": () => this.#answer.isEmpty && this.#answer.say("Taken up again after an interruption."),
    "context.recalled": ({ evidence }) => {
      this.#keep(evidence);
      this.#steps.recalled(evidence);
    },
    "plan.created": ({ plan }) => this.#steps.planned(plan),
    "plan.revised": ({ plan }) => this.#steps.planned(plan),
    "step.started": (event) => {
      this.#steps.started(event);
      this.#speak(`${toolName(event.tool)}.`);
    },
    "step.finished": (event) => {
      this.#keep(event.evidence);
      this.#steps.finished(event);
    },
    "step.failed": (event) => {
      this.#steps.failed(event);
      this.#speak(`${toolName(event.tool)} failed.`);
    },
    "check.passed": (event) => this.#checks.add(event),
    "check.failed": (event) => this.#checks.add(event),
    "check.skipped": (event) => this.#checks.add(event),
    "approval.requested": (event) => this.#ask(event),
    "approval.resolved": (event) => this.#decided(event),
    "answer.delta": ({ sentence, text }) => {
      this.#answer.add(sentence, text);
      if (sentence !== this.#unspoken.sentence) this.#speakSentence();
      this.#unspoken = { sentence, text: this.#unspoken.text + text };
    },
    "answer.retracted": ({ sentence, text }) => {
      this.#answer.retract(sentence, text);
      this.#unspoken.text = "";
      this.#speak(text ? `Correction: ${text}` : "The last sentence is withdrawn.");
    },
    "answer.completed": ({ text, earlier = [], verdicts, confidence, usage }) => {
      for (const item of earlier) this.evidence.set(item.id, item); // Its figures stand above.
      this.#answer.complete(text);
      this.#speakSentence();
      this.#checks.judged(verdicts, confidence);
      this.#checks.used(usage);
    },
    "run.completed": ({ reason }) => this.#end(reason === "limit" ? "It stopped at a limit." : ""),
    "run.failed": ({ error }) => {
      this.#answer.fail(`${error} (run ${this.runId})`);
      this.#end("It failed.");
      this.#offerAgain();
    },
    "run.cancelled": () => {
      this.#end("Stopped.");
      this.#offerAgain();
    },
  };

  /** @param {Frame} event @param {string} words */
  #begin({ text, images }, words) {
    this.#question.textContent = text.replace(ATTACHED, "");
    this.#named = ATTACHED.exec(text)?.[1].split(", ") ?? [];
    if (!this.#tray.childElementCount) {
      const pictures = images?.length ? [count(images.length, "picture")] : [];
      this.shows([...pictures, ...this.#named].map((name) => ({ name })));
    }
    this.node.classList.add("going");
    if (this.#answer.isEmpty) this.#answer.say(words);
  }

  /** @param {Evidence[]} evidence */
  #keep(evidence) {
    for (const item of evidence) {
      if (this.evidence.has(item.id)) continue;
      this.evidence.set(item.id, item);
      const drawn = picture(item);
      if (drawn) this.#figures.append(drawn);
    }
  }

  /** @param {Frame} event */
  #ask(event) {
    if (this.#waiting.has(event.call_id)) return;
    const view = new ApprovalView(event, (decision) => this.#listener.onDecide(event.call_id, decision));
    this.#waiting.set(event.call_id, { step: event.step_id, view });
    this.#approvals.append(view.node);
    this.#answer.say("");
    this.#steps.note(event.step_id, "waits for you");
    this.#speak(`It waits for your approval of ${toolName(event.tool)}.`);
  }

  /** @param {Frame} event */
  #decided({ call_id, decision }) {
    const waiting = this.#waiting.get(call_id);
    if (!waiting) return;
    this.#waiting.delete(call_id);
    const hadFocus = waiting.view.node.contains(document.activeElement);
    waiting.view.node.remove();
    this.#steps.note(waiting.step, DECIDED[decision]);
    if (hadFocus) this.#steps.focus();
  }

  /** @param {string} note */
  #end(note) {
    this.ended = true;
    this.node.classList.remove("going");
    this.#waiting.clear();
    this.#approvals.replaceChildren();
    this.#answer.say("");
    this.#steps.close();
    this.#checks.end(note);
    if (!this.#answer.isEmpty) this.#actions.append(copyButton("Copy the answer", () => this.#answer.text));
    this.#actions.hidden = this.#answer.isEmpty;
    if (note) this.#speak(note);
  }

  #offerAgain() {
    const attached = this.#named.map((name) => ({ name, named: [name] }));
    const again = () => this.#listener.onAgain({ text: this.#question.textContent ?? "", attached });
    this.#actions.prepend(button("Ask again", again, { class: "small" }));
    this.#actions.hidden = false;
  }

  #speakSentence() {
    this.#speak(this.#unspoken.text);
    this.#unspoken.text = "";
  }

  /** @param {string} words */
  #speak(words) {
    if (this.isSpoken && words) announce(words.replace(/\[(S\d+)\]/g, ""));
  }
}
