// Elements: made of names, attributes and children, never of markup.

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export const byId = (id) => document.getElementById(id);

// Only HTML that the server has sanitised passes through here; the page's policy lets nothing else be set.
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("surefoot", { createHTML: (html) => html })
  : { createHTML: (html) => html };

export function setSanitised(node, html) {
  node.innerHTML = policy.createHTML(html);
}

export function notify(message) {
  const notice = byId("notice");
  notice.textContent = message;
  notice.hidden = false;
  clearTimeout(notify.timer);
  notify.timer = setTimeout(() => (notice.hidden = true), 8000);
}
