// The welcome: what may be asked here, told by what there is.

import { api } from "./api.js";
import { button, el } from "./dom.js";
import { count } from "./words.js";

// Questions to the example workspace, for whoever has it.
const EXAMPLE_TABLES = ["airlines", "flights", "penguins"];
const EXAMPLES = [
  "How much heavier is the average Gentoo than the average Adelie?",
  "What does exit code 3 mean, and how many penguins are female?",
  "Which airline had the most flights?",
];

/** @param {(text: string) => void} onAsk */
export function welcome(onAsk) {
  const offers = el("div", { class: "offers" });
  fill(offers, onAsk);
  return el(
    "section",
    { class: "welcome" },
    el("h2", {}, "Ask, and see what the answer rests on."),
    el(
      "p",
      { class: "quiet" },
      "Each step is shown, each claim is checked against its evidence before you read it.",
    ),
    offers,
  );
}

/** @param {HTMLElement} offers @param {(text: string) => void} onAsk */
async function fill(offers, onAsk) {
  const [{ documents }, tables] = await Promise.all([api("/v1/documents"), api("/v1/tables")]).catch(() => [
    { documents: [] },
    [],
  ]);
  const names = new Set(tables.map((/** @type {{name: string}} */ table) => table.name));
  if (EXAMPLE_TABLES.every((name) => names.has(name))) {
    offers.append(...EXAMPLES.map((text) => button(text, () => onAsk(text), { class: "example" })));
  }
  const has = `It reads ${count(documents.length, "document")} and ${count(tables.length, "table")}.`;
  const add = documents.length + tables.length ? "" : " Add some under “Documents and tables”.";
  offers.append(el("p", { class: "quiet" }, has + add));
}
