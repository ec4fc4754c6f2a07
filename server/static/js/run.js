// One run: the question, its steps as they unfold, the answer, what was checked, what it cost.

import { api } from "./api.js";
import { el, setSanitised } from "./dom.js";

export class RunView {
  constructor(runId, { onCite, onDecide, onGrow }) {
    this.runId = runId;
    this.ended = false;
    this.evidence = new Map();
    this.#onCite = onCite;
    this.#onDecide = onDecide;
    this.#onGrow = onGrow;
    this.question = el("p", { class: "question" });
    this.#steps = el("ol", { class: "steps" });
    this.#stepsBox = el("details", { class: "work", hidden: true }, el("summary", {}, "Working"), this.#steps);
    this.#approvals = el("div", { class: "approvals" });
    this.#answer = el("div", { class: "answer", "aria-live": "polite" });
    this.#foot = el("p", { class: "foot" });
    this.node = el("article", { class: "run", "aria-label": "Question and answer" },
      this.question, this.#stepsBox, this.#approvals, this.#answer, this.#foot);
  }

  #onCite; #onDecide; #onGrow;
  #steps; #stepsBox; #approvals; #answer; #foot;
  #sentences = new Map();
  #stepNodes = new Map();
  #failed = [];
  #passed = 0;

  take(event) {
    const handler = this[`on_${event.type.replace(".", "_")}`];
    if (handler) handler.call(this, event);
    if (event.evidence) for (const item of event.evidence) this.evidence.set(item.id, item);
    this.#onGrow();
  }

  on_run_queued(event) {
    this.question.textContent = event.text;
    this.#say("Waiting for the answer before this one.");
  }

  on_run_started(event) {
    this.question.textContent = event.text;
    this.#say("Thinking…");
  }

  on_run_resumed() { this.#say("Taken up again after an interruption."); }

  on_context_recalled(event) {
    if (!event.evidence.length) return;
    const ids = event.evidence.map((item) => item.id);
    this.#step("recall", "Remembered", "", ids).classList.add("done");
  }

  on_plan_created(event) { this.#plan(event.plan); }
  on_plan_revised(event) { this.#plan(event.plan); }

  #plan(plan) {
    for (const step of plan.steps) if (!this.#stepNodes.has(step.id)) this.#step(step.id, step.tool, brief(step.args));
    this.#stepsBox.querySelector("summary").textContent = `${this.#stepNodes.size} step${this.#stepNodes.size > 1 ? "s" : ""}`;
  }

  #step(id, tool, args, evidence = []) {
    this.#stepsBox.hidden = false;
    const node = el("li", { class: "step" },
      el("span", { class: "state", "aria-hidden": "true" }),
      el("span", { class: "tool" }, tool),
      el("code", { class: "args" }, args),
      el("span", { class: "time" }),
      el("span", { class: "found" }, ...evidence.map((one) => this.#cite(one))));
    this.#stepNodes.set(id, node);
    this.#steps.append(node);
    return node;
  }

  on_step_started(event) {
    const node = this.#stepNodes.get(event.step_id) ?? this.#step(event.step_id, event.tool, "");
    node.querySelector(".args").textContent = brief(event.args);
    node.classList.add("running");
  }

  on_step_finished(event) {
    const node = this.#stepNodes.get(event.step_id) ?? this.#step(event.step_id, event.tool, "");
    node.classList.remove("running");
    node.classList.add("done");
    node.querySelector(".time").textContent = milliseconds(event.ms);
    node.querySelector(".found").replaceChildren(...event.evidence_ids.map((one) => this.#cite(one)));
  }

  on_step_failed(event) {
    const node = this.#stepNodes.get(event.step_id) ?? this.#step(event.step_id, event.tool, "");
    node.classList.remove("running");
    node.classList.add("failed");
    node.append(el("p", { class: "why" }, event.error));
  }

  on_check_passed() { this.#passed += 1; }

  on_check_skipped(event) {
    if (event.outcome === "not_checked") this.#failed.push(`${event.stage}, could not be checked: ${event.reason}`);
  }

  on_check_failed(event) { this.#failed.push(`${event.stage}: ${event.reason}`); }

  on_approval_requested(event) {
    const args = el("textarea", { rows: 4, spellcheck: "false", "aria-label": "Arguments of the call" });
    args.value = JSON.stringify(event.args, null, 2);
    const untouched = args.value;
    const trouble = el("p", { class: "why", role: "alert" });
    const decide = (decision) => {
      let edited;
      if (decision === "approve" && args.value !== untouched) {
        try {
          edited = JSON.parse(args.value);
        } catch (error) {
          trouble.textContent = `The arguments are not JSON: ${error.message}`;
          return;
        }
        decision = "edit";
      }
      this.#onDecide(event.call_id, decision, edited);
    };
    const node = el("section", { class: "approval", "data-call": event.call_id, "aria-label": "Approval" },
      el("h3", {}, `May it call ${event.tool}?`), el("p", {}, event.reason), args, trouble,
      el("div", { class: "buttons" },
        el("button", { type: "button", class: "primary", onclick: () => decide("approve") }, "Approve"),
        el("button", { type: "button", onclick: () => decide("reject") }, "Reject")));
    this.#approvals.append(node);
  }

  on_approval_resolved(event) {
    this.#approvals.querySelector(`[data-call="${CSS.escape(event.call_id)}"]`)?.remove();
    const word = { approve: "approved", reject: "rejected", edit: "approved with changes" }[event.decision];
    this.#stepNodes.get(event.call_id.split(".").pop())?.querySelector(".time").replaceChildren(word);
  }

  on_answer_delta(event) {
    this.#sentences.set(event.sentence, (this.#sentences.get(event.sentence) ?? "") + event.text);
    this.#draft();
  }

  on_answer_retracted(event) {
    this.#sentences.delete(event.sentence);
    if (event.text) this.#sentences.set(event.sentence, event.text);
    this.#draft();
  }

  async on_answer_completed(event) {
    this.#usage(event.usage);
    const { html } = await api("/v1/render", { method: "POST", body: { text: event.text } }).catch(() => ({}));
    if (html === undefined) return;
    setSanitised(this.#answer, html);
    for (const link of this.#answer.querySelectorAll("a[data-evidence]")) link.replaceWith(this.#cite(link.dataset.evidence));
    this.#onGrow();
  }

  on_run_completed(event) { this.#end(event.reason === "limit" ? "It stopped at a limit." : ""); }
  on_run_failed(event) {
    this.#answer.append(el("p", { class: "why" }, `${event.error} (run ${this.runId})`));
    this.#end("");
  }
  on_run_cancelled() { this.#end("Stopped."); }

  #end(note) {
    this.ended = true;
    this.#approvals.replaceChildren();
    if (!this.#sentences.size && note) this.#say(note);
    const parts = [note, this.#cost];
    if (this.#failed.length) parts.push(`${this.#failed.length} check${this.#failed.length > 1 ? "s" : ""} not passed`);
    else if (this.#passed) parts.push("no check failed");
    this.#foot.replaceChildren(parts.filter(Boolean).join(" · "));
    if (this.#failed.length) {
      this.#foot.append(el("details", {}, el("summary", {}, "What did not pass"),
        el("ul", {}, ...this.#failed.map((one) => el("li", {}, one)))));
    }
  }

  #cost = "";
  #usage(usage) {
    const money = usage.cost_usd ? ` · $${usage.cost_usd.toFixed(4)}` : "";
    const tokens = usage.input_tokens + usage.output_tokens;
    this.#cost = `${usage.seconds.toFixed(1)} s · ${tokens.toLocaleString()} tokens${money}`;
  }

  // Until the whole answer has been rendered by the server, it is shown as text with its citations.
  #draft() {
    const text = [...this.#sentences.keys()].sort((a, b) => a - b).map((one) => this.#sentences.get(one)).join("");
    const paragraph = el("p", { class: "draft" });
    let from = 0;
    for (const match of text.matchAll(/\[(S\d+)\]/g)) {
      paragraph.append(text.slice(from, match.index), this.#cite(match[1]));
      from = match.index + match[0].length;
    }
    paragraph.append(text.slice(from));
    this.#answer.replaceChildren(paragraph);
  }

  #say(words) {
    this.#answer.replaceChildren(el("p", { class: "quiet" }, words));
  }

  #cite(id) {
    return el("button", { type: "button", class: "cite", "aria-label": `Evidence ${id}`, onclick: () => this.#onCite(id) }, id);
  }
}

function brief(args) {
  const { query, sql, code, ...rest } = args ?? {};
  const text = query ?? sql ?? code ?? (Object.keys(rest).length ? JSON.stringify(rest) : "");
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

const milliseconds = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`);
