// Evidence: what a citation stands on, with its passage marked or its query and rows shown.

import { api } from "./api.js";
import { picture } from "./chart.js";
import { el } from "./dom.js";
import { count, day, inPath } from "./words.js";

/** @typedef {{id: string, source: Record<string, any> & {type: string}, content: string,
 *    trust: string, data: any}} Evidence */

const ROWS_IN_PANEL = 200;
const ROWS_IN_STEP = 10;
const AROUND = 3000;

/** All of a piece of evidence, for the panel. @param {Evidence} item */
export async function evidenceView(item) {
  const { source } = item;
  return el(
    "div",
    { class: "evidence" },
    el("p", { class: "where" }, where(item)),
    picture(item),
    ...(source.type === "document" ? [await passage(item)] : parts(item, ROWS_IN_PANEL)),
    item.trust === "untrusted" && el("p", { class: "quiet" }, "Read as data, never obeyed."),
  );
}

/** What a step found, in brief. @param {Evidence} item */
export function evidenceExcerpt(item) {
  const { source } = item;
  if (source.type === "document") return el("blockquote", { class: "excerpt" }, item.content);
  if (source.type === "table") return table(item, ROWS_IN_STEP);
  return picture(item) ?? code(item.content);
}

/** Where it comes from, in a few words. @param {Evidence} item */
export function where({ source, data }) {
  switch (source.type) {
    case "document":
      return [source.path, source.heading, source.page && `page ${source.page}`].filter(Boolean).join(" › ");
    case "table":
      return `${count(source.row_count, "row")} from ${source.tables.join(", ") || "a query"}`;
    case "memory":
      return `Remembered${source.observed_at ? `, said ${day(source.observed_at)}` : ""}`;
    case "code":
      return data?.title ?? `What the ${source.language} program gave`;
    case "mcp":
      return `${source.tool} on ${source.server}`;
    default:
      return source.tool ?? source.type;
  }
}

/** @param {Evidence} item @param {number} rows */
function parts(item, rows) {
  const { source } = item;
  switch (source.type) {
    case "table":
      return [el("h3", {}, "Query"), code(source.sql), el("h3", {}, "Rows"), table(item, rows)];
    case "code":
      return [el("h3", {}, "Program"), code(source.code), el("h3", {}, "Output"), code(item.content)];
    case "memory":
      return [el("blockquote", {}, item.content)];
    default:
      return [
        el("h3", {}, "Arguments"),
        code(JSON.stringify(source.args, null, 2)),
        el("h3", {}, "Result"),
        code(item.content),
      ];
  }
}

/** @param {string} text */
export const code = (text) => el("pre", { tabindex: "0" }, el("code", {}, text));

/** @param {Evidence} item @param {number} most */
function table(item, most) {
  /** @type {{columns: string[], rows: unknown[][]}} */
  const { columns, rows } = item.data ?? {};
  if (!Array.isArray(columns) || !Array.isArray(rows)) return code(item.content);
  const isNumber = columns.map((_, at) => rows.some((row) => typeof row[at] === "number"));
  const cell = (/** @type {unknown} */ value, /** @type {number} */ at) =>
    el("td", { class: isNumber[at] ? "number" : null }, value === null ? "–" : String(value));
  const shown = rows.slice(0, most);
  const left = item.source.row_count - shown.length;
  return el(
    "div",
    {},
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": `Rows of ${item.id}` },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ...columns.map((name, at) =>
              el("th", { scope: "col", class: isNumber[at] ? "number" : null }, name),
            ),
          ),
        ),
        el("tbody", {}, ...shown.map((row) => el("tr", {}, ...row.map(cell)))),
      ),
    ),
    left > 0 && el("p", { class: "quiet" }, `and ${count(left, "more row")}`),
  );
}

/** The passage in its surroundings, when the document can still be read. @param {Evidence} item */
async function passage(item) {
  const { path, start, end } = item.source;
  try {
    const { text } = await api(`/v1/documents/${inPath(path)}`);
    // Offsets count characters, of which a string of JavaScript may need two for one.
    const letters = Array.from(text);
    const cut = (/** @type {number} */ from, /** @type {number} */ to) =>
      letters.slice(Math.max(0, from), to).join("");
    return el(
      "div",
      { class: "passage" },
      start > AROUND && "… ",
      cut(start - AROUND, start),
      el("mark", {}, cut(start, end)),
      cut(end, end + AROUND),
      end + AROUND < letters.length && " …",
    );
  } catch {
    return el("blockquote", {}, item.content);
  }
}
