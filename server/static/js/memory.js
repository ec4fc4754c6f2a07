// What is remembered about the person: seen, corrected, forgotten.

import { api, download } from "./api.js";
import { ask, confirm } from "./dialog.js";
import { button, el } from "./dom.js";
import { notify } from "./notice.js";
import { day } from "./words.js";

/** @typedef {{memory_id: string, text: string, observed_at: string, superseded_at: string | null, kind?: string,
 *    valid_from?: string | null, valid_to?: string | null, was_wrong?: boolean}} Fact */

/** @typedef {(path: string, request: import("./api.js").Ask) => Promise<void>} Act Changes something and shows what is left. */

/** @param {() => Promise<void>} refresh @param {() => void} onForgotten Told when conversations may be gone. */
export async function memoryView(refresh, onForgotten) {
  /** @type {Fact[]} */
  const facts = await api("/v1/memories?history=true");
  const [current, former] = [facts.filter(isCurrent), facts.filter((fact) => !isCurrent(fact))];
  /** @type {Act} */
  const act = (path, request) => api(path, request).then(refresh, (error) => notify(error.message));
  return el(
    "div",
    { class: "memory" },
    el("p", { class: "quiet" }, "What you have told it. An answer that uses a fact cites it."),
    current.length
      ? el("ul", { class: "plain" }, ...current.map((fact) => factItem(fact, act)))
      : el("p", { class: "quiet" }, "Nothing yet."),
    former.length > 0 &&
      el(
        "details",
        {},
        el("summary", {}, `Earlier (${former.length})`),
        el("ul", { class: "plain" }, ...former.map((fact) => factItem(fact, act))),
      ),
    el(
      "div",
      { class: "buttons" },
      button("Export", () =>
        download("/v1/memories/export", "memories.json").catch((error) => notify(error.message)),
      ),
      button("Forget everything", () => forgetAll(act).then(onForgotten)),
    ),
  );
}

/** @param {Fact} fact */
const isCurrent = (fact) => !fact.superseded_at;

/** @param {Fact} fact @param {Act} act */
function factItem(fact, act) {
  const path = `/v1/memories/${encodeURIComponent(fact.memory_id)}`;
  const correct = async () => {
    const text = await ask({
      title: "Correct what it remembers",
      label: "Fact",
      value: fact.text,
      action: "Correct",
    });
    if (text && text !== fact.text) act(path, { method: "PUT", body: { text } });
  };
  const forget = async () => {
    const text = `“${fact.text}” is erased, wherever it was said.`;
    const sure = { title: "Forget it?", text, action: "Forget", danger: true };
    if (await confirm(sure)) act(path, { method: "DELETE" });
  };
  return el(
    "li",
    { class: "fact" },
    el("span", {}, fact.text, el("span", { class: "quiet" }, about(fact))),
    isCurrent(fact) && button("Correct", correct, { class: "small", "aria-label": `Correct: ${fact.text}` }),
    button("Forget", forget, { class: "small", "aria-label": `Forget: ${fact.text}` }),
  );
}

/** What sort of thing it is, and from when until when it holds. @param {Fact} fact */
function about({ kind, observed_at, valid_from, valid_to, superseded_at, was_wrong }) {
  const ended = valid_to ?? superseded_at;
  return [
    kind && kind !== "fact" && kind,
    `said ${day(observed_at)}`,
    valid_from && `from ${day(valid_from)}`,
    was_wrong ? "corrected" : ended && `until ${day(ended)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Act} act */
async function forgetAll(act) {
  const text =
    "All that is kept about you is erased for good: what it remembers, your conversations and their answers.";
  if (await confirm({ title: "Forget everything?", text, action: "Forget everything", danger: true })) {
    await act("/v1/memories", { method: "DELETE" });
  }
}
