// The key: asked for when the server wants one, kept for this tab only.

import { ask } from "./dialog.js";

const PLACE = "surefoot-key";
/** @type {Promise<boolean> | null} */
let asking = null;

/** @returns {string} */
export const key = () => sessionStorage.getItem(PLACE) ?? "";

/** @returns {Record<string, string>} */
export const credentials = () => (key() ? { Authorization: `Bearer ${key()}` } : {});

/**
 * Ask for a key, once however many requests want one.
 * @param {string} refused The key that did not do, or "".
 * @param {string} why In the server's words.
 * @returns {Promise<boolean>} Whether there is another key now.
 */
export function signIn(refused, why) {
  if (key() !== refused) return Promise.resolve(true);
  asking ??= askForKey(refused ? why : "").finally(() => (asking = null));
  return asking;
}

/** @param {string} why */
async function askForKey(why) {
  const given = await ask({
    title: "Sign in",
    text: "This server asks for an API key. `surefoot serve key NAME` makes one.",
    label: "API key",
    type: "password",
    action: "Sign in",
    trouble: why,
  });
  if (!given) return false;
  sessionStorage.setItem(PLACE, given);
  window.dispatchEvent(new Event("surefoot-key"));
  return true;
}

/** Forget the key and begin anew. */
export function signOut() {
  sessionStorage.removeItem(PLACE);
  location.reload();
}
