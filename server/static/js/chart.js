// Drawings: shown as pictures from data, in which no script runs and nothing is fetched.

import { el } from "./dom.js";

const LARGEST = 4_000_000;

/** The picture that a piece of evidence is, or null. @param {Evidence} item */
export function picture(item) {
  const source = address(item.data);
  if (source === null) return null;
  return el("figure", { class: "figure" }, el("img", { src: source, alt: item.content }));
}

/** The address of a drawing, or null where the data is none. @param {any} data */
function address(data) {
  if (data === null || typeof data !== "object") return null;
  const { media_type: type, svg, base64 } = data;
  if (type === "image/svg+xml" && typeof svg === "string" && svg.length < LARGEST) {
    return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  }
  if (type === "image/png" && typeof base64 === "string" && base64.length < LARGEST) {
    return `data:image/png;base64,${base64}`;
  }
  return null;
}

/** @typedef {import("./evidence.js").Evidence} Evidence */
