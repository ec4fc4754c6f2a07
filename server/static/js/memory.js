// What is remembered about the person: seen, corrected, forgotten.

import { api } from "./api.js";
import { el, notify } from "./dom.js";

export async function memoryView(refresh) {
  const facts = await api("/v1/memories");
  const shown = (facts.facts ?? facts).filter((fact) => !fact.superseded_at);
  const act = async (work) => {
    await work().catch((error) => notify(error.message));
    refresh();
  };
  return el("div", {},
    el("p", { class: "quiet" }, "Facts you have told it. They come back as evidence, so an answer that uses one cites it."),
    shown.length ? el("ul", { class: "plain" }, ...shown.map((fact) => factView(fact, act))) : el("p", { class: "quiet" }, "Nothing yet."),
    el("div", { class: "buttons" },
      el("a", { class: "button", href: "/v1/memories/export", download: "memories.json" }, "Export"),
      el("button", {
        type: "button",
        onclick: () => window.confirm("Forget everything about you?") && act(() => api("/v1/memories", { method: "DELETE" })),
      }, "Forget everything")));
}

function factView(fact, act) {
  const text = el("input", { value: fact.text, "aria-label": "Fact" });
  const path = `/v1/memories/${encodeURIComponent(fact.memory_id)}`;
  return el("li", { class: "fact" }, text,
    el("button", { type: "button", class: "small", onclick: () => act(() => api(path, { method: "PUT", body: { text: text.value } })) }, "Correct"),
    el("button", { type: "button", class: "small", onclick: () => act(() => api(path, { method: "DELETE" })) }, "Forget"));
}
