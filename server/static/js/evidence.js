// Evidence: what a citation stands on, with its passage marked or its query and rows shown.

import { api } from "./api.js";
import { el } from "./dom.js";

export async function evidenceView(item) {
  const source = item.source;
  const body = el("div", { class: "evidence" }, el("p", { class: "quiet" }, where(item)));
  if (source.type === "table") body.append(el("h3", {}, "Query"), code(source.sql), el("h3", {}, "Rows"), table(item));
  else if (source.type === "code") body.append(el("h3", {}, "Program"), code(source.code), el("h3", {}, "Output"), code(item.content));
  else if (source.type === "document") body.append(await passage(item));
  else body.append(el("blockquote", {}, item.content));
  if (item.trust === "untrusted") body.append(el("p", { class: "quiet" }, "This is data from outside and was not obeyed."));
  return body;
}

function where(item) {
  const source = item.source;
  switch (source.type) {
    case "document": return [source.path, source.heading, source.page && `page ${source.page}`].filter(Boolean).join(" › ");
    case "table": return `${source.row_count} row${source.row_count === 1 ? "" : "s"} from ${source.tables.join(", ") || "a query"}`;
    case "memory": return `Remembered${source.observed_at ? `, said ${new Date(source.observed_at).toLocaleString()}` : ""}`;
    case "code": return source.language;
    default: return source.tool ?? source.type;
  }
}

const code = (text) => el("pre", {}, el("code", {}, text));

function table(item) {
  const { columns, rows } = item.data ?? {};
  if (!columns) return code(item.content);
  const cell = (value) => el("td", {}, value === null ? "–" : String(value));
  return el("div", { class: "scroll", tabindex: "0" }, el("table", {},
    el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.slice(0, 200).map((row) => el("tr", {}, ...row.map(cell))))));
}

// The passage in its surroundings, when the document can still be read.
async function passage(item) {
  const { path, start, end } = item.source;
  try {
    const { text } = await api(`/v1/documents/${path.split("/").map(encodeURIComponent).join("/")}`);
    const from = Math.max(0, start - 400);
    return el("div", { class: "passage" },
      from > 0 ? "… " : "", text.slice(from, start), el("mark", {}, text.slice(start, end)),
      text.slice(end, end + 400), end + 400 < text.length ? " …" : "");
  } catch {
    return el("blockquote", {}, item.content);
  }
}
