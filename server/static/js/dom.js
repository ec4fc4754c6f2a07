// Elements: made of names, attributes and children, never of markup.

/** @typedef {Node | string | null | undefined | false} Child */

/** @typedef {Record<string, any>} Attributes */

/**
 * Make an element. Attributes that begin with `on` are listeners; `true` sets an empty attribute,
 * `false` and null set none.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter(isThere));
  return node;
}

/** @param {Child} child @returns {child is Node | string} */
const isThere = (child) => child != null && child !== false;

/** An element of the page itself. @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** A button. @param {string} text @param {() => void} onclick @param {Attributes} [more] */
export const button = (text, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, text);

/** Words for those who listen to the page. @param {string} text */
export const unseen = (text) => el("span", { class: "visually-hidden" }, text);

// Only HTML that the server has sanitised passes through here; the page's policy lets nothing else be set.
/** @type {{createHTML: (html: string) => any}} */
const policy =
  "trustedTypes" in window
    ? /** @type {any} */ (window.trustedTypes).createPolicy("surefoot", {
        createHTML: (/** @type {string} */ html) => html,
      })
    : { createHTML: (html) => html };

/** @param {HTMLElement} node @param {string} html As `/v1/render` returned it. */
export function setSanitised(node, html) {
  node.innerHTML = policy.createHTML(html);
}
