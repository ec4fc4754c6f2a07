// Notices: a line that comes and goes, and words for those who listen to the page.

import { byId, el } from "./dom.js";

const SHOWN_MS = 8000;
let timer = 0;

/** Show a line for a while. @param {string} message */
export function notify(message) {
  const notice = byId("notice");
  notice.textContent = message;
  notice.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (notice.hidden = true), SHOWN_MS);
}

/** Let a screen reader say something once, when it has said what came before. @param {string} words */
export function announce(words) {
  const log = byId("spoken");
  log.append(el("p", {}, words));
  while (log.childElementCount > 20) log.firstElementChild?.remove();
}
