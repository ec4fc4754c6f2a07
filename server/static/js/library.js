// The library: documents and tables that answers may rest on, and how new ones come in.

import { api, upload } from "./api.js";
import { confirm } from "./dialog.js";
import { button, el } from "./dom.js";
import { announce, notify } from "./notice.js";
import { count } from "./words.js";

const KINDS = "Markdown, text, HTML, PDF, Word · CSV, Excel, JSON, Parquet, SQLite, DuckDB";

/** @param {() => Promise<void>} refresh */
export async function libraryView(refresh) {
  const [{ documents, uploads }, tables] = await Promise.all([api("/v1/documents"), api("/v1/tables")]);
  return el(
    "div",
    { class: "library" },
    dropZone(refresh),
    ...section(
      "Uploaded here",
      uploads.map((/** @type {string} */ name) => el("li", {}, el("span", {}, name), remove(name, refresh))),
    ),
    ...section("Tables", tables.map(tableItem)),
    ...section(
      "Documents",
      documents.map((/** @type {string} */ path) => el("li", {}, path)),
    ),
  );
}

/** @param {string} title @param {HTMLElement[]} items */
function section(title, items) {
  return [
    el("h3", {}, title),
    items.length ? el("ul", { class: "plain" }, ...items) : el("p", { class: "quiet" }, "None yet."),
  ];
}

/** @param {{name: string, rows: number, columns: {name: string}[]}} table */
function tableItem({ name, rows, columns }) {
  return el(
    "li",
    {},
    el(
      "details",
      {},
      el("summary", {}, el("strong", {}, name), " ", el("span", { class: "quiet" }, count(rows, "row"))),
      el("p", { class: "quiet" }, columns.map((column) => column.name).join(", ")),
    ),
  );
}

/** @param {() => Promise<void>} refresh */
function dropZone(refresh) {
  const input = el("input", { type: "file", multiple: true, id: "files" });
  const bars = el("div", { class: "bars" });
  const take = async (/** @type {FileList | null | undefined} */ files) => {
    const sent = await Promise.all([...(files ?? [])].map((file) => send(file, bars)));
    if (sent.every(Boolean)) refresh();
  };
  const zone = el(
    "label",
    { class: "drop", for: "files" },
    el("strong", {}, "Add documents or tables"),
    el("span", { class: "quiet" }, KINDS),
  );
  input.addEventListener("change", () => take(input.files));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer?.files);
  });
  return el("div", {}, input, zone, bars);
}

/** @param {File} file @param {HTMLElement} bars @returns {Promise<boolean>} Whether it was taken. */
async function send(file, bars) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": `Upload of ${file.name}` });
  const state = el("span", { class: "quiet" }, "Sending…");
  const line = el("p", { class: "upload" }, el("span", {}, file.name), bar, state);
  bars.append(line);
  try {
    await upload(file, (part) => {
      bar.value = part;
      if (part === 1) state.textContent = "Reading…";
    });
    line.remove();
    announce(`${file.name} is added.`);
    return true;
  } catch (error) {
    line.replaceChildren(
      el("span", {}, file.name),
      el("span", { class: "why", role: "alert" }, error.message),
    );
    return false;
  }
}

/** @param {string} name @param {() => Promise<void>} refresh */
function remove(name, refresh) {
  const take = async () => {
    const text = `Nothing of “${name}” is found any more; answers that cite it stay.`;
    if (!(await confirm({ title: "Remove the file?", text, action: "Remove", danger: true }))) return;
    await api(`/v1/documents/${encodeURIComponent(name)}`, { method: "DELETE" }).catch((error) =>
      notify(error.message),
    );
    refresh();
  };
  return button("Remove", take, { class: "small", "aria-label": `Remove ${name}` });
}
