// Words: how the page names tools, counts, times and places.

/** @type {Record<string, string>} */
const TOOLS = {
  search_documents: "Search documents",
  run_sql: "Query tables",
  run_code: "Run code",
  chart: "Draw a chart",
  recall: "Recall",
  remember: "Remember",
  read_more: "Read more",
};

/** @param {string} name A tool's own name. */
export const toolName = (name) => (Object.hasOwn(TOOLS, name) ? TOOLS[name] : name.replaceAll("_", " "));

/** @param {number} n @param {string} one */
export const count = (n, one) => `${n.toLocaleString()} ${one}${n === 1 ? "" : "s"}`;

/** An id that nobody else makes; `crypto.randomUUID` is not there on every address. */
export const freshId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {number} ms */
export const duration = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`);

/** @param {number | null} usd What it cost, where a price is known. */
export function money(usd) {
  if (usd == null) return "";
  return usd === 0 ? "no cost" : `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

/** @param {string} when RFC 3339. */
export const day = (when) => new Date(when).toLocaleDateString(undefined, { dateStyle: "medium" });

/** The argument that says most, on one line. @param {Record<string, any>} args */
export function brief(args) {
  const values = Object.values(args ?? {});
  const main = args?.query ?? args?.sql ?? args?.code ?? args?.fact ?? args?.spec?.title;
  const text = main ?? (values.length ? values.map((value) => JSON.stringify(value)).join(", ") : "");
  return String(text).replace(/\s+/g, " ").slice(0, 200);
}

/** @param {string} path Of a document: its parts escaped, its slashes kept. */
export const inPath = (path) => path.split("/").map(encodeURIComponent).join("/");
