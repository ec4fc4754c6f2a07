// The library: documents and tables that answers may rest on, and how new ones come in.

import { api, upload } from "./api.js";
import { el, notify } from "./dom.js";

export async function libraryView(refresh) {
  const [documents, tables] = await Promise.all([api("/v1/documents"), api("/v1/tables")]);
  const input = el("input", { type: "file", multiple: true, id: "files" });
  const bars = el("div", { class: "bars" });
  input.addEventListener("change", async () => {
    for (const file of input.files) await send(file, bars);
    refresh();
  });
  const uploads = new Set(documents.uploads);
  return el("div", {},
    el("label", { class: "drop", for: "files" }, "Add documents or tables", el("span", { class: "quiet" }, "Markdown, text, HTML, PDF, CSV, JSON, Parquet, SQLite, DuckDB")),
    input, bars,
    el("h3", {}, "Tables"),
    list((tables.tables ?? tables).map((one) => el("li", {}, el("strong", {}, one.name), ` ${one.rows.toLocaleString()} rows`, el("span", { class: "quiet" }, one.columns.map((c) => c.name).join(", "))))),
    el("h3", {}, "Documents"),
    list(documents.documents.map((path) => el("li", {}, path))),
    uploads.size ? el("h3", {}, "Uploaded here") : null,
    list([...uploads].map((name) => el("li", {}, name, " ", remove(name, refresh)))));
}

const list = (items) => (items.length ? el("ul", { class: "plain" }, ...items) : el("p", { class: "quiet" }, "None yet."));

async function send(file, bars) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": `Upload of ${file.name}` });
  const line = el("p", {}, file.name, " ", bar);
  bars.append(line);
  try {
    await upload(file, (done) => (bar.value = done));
    line.remove();
  } catch (error) {
    bar.remove();
    line.append(el("span", { class: "why" }, error.message));
    notify(`${file.name}: ${error.message}`);
  }
}

function remove(name, refresh) {
  const take = async () => {
    await api(`/v1/documents/${encodeURIComponent(name)}`, { method: "DELETE" }).catch((error) => notify(error.message));
    refresh();
  };
  return el("button", { type: "button", class: "small", "aria-label": `Remove ${name}`, onclick: take }, "Remove");
}
