// The page: one conversation in the middle, the others at its side, evidence and data in a panel.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { evidenceView } from "./evidence.js";
import { key, signOut } from "./key.js";
import { libraryView } from "./library.js";
import { memoryView } from "./memory.js";
import { notify } from "./notice.js";
import { Menu, Panel } from "./overlay.js";
import { startPeeks } from "./peek.js";
import { startTheme } from "./theme.js";
import { ThreadList } from "./threads.js";
import { freshId } from "./words.js";

const UNNAMED = "New conversation";
/** @type {Record<string, [string, import("./overlay.js").View]>} */
const PANELS = {
  library: ["Documents and tables", libraryView],
  memory: ["What it remembers", (refresh) => memoryView(refresh, () => threads.changed())],
};

/** @type {Conversation} */
let conversation;

const menu = new Menu();
const panel = new Panel();
const composer = new Composer({
  onAsk: (question) => conversation.send(question),
  onStop: () => conversation.stop(),
});
const threads = new ThreadList({ onOpen: go, onRemoved: () => go(newId()), onTitle: name });

const newId = () => `t-${freshId()}`;
const idInAddress = () => location.hash.slice(1);

/** Go to a conversation, so that Back leads to the one before. @param {string} id */
function go(id) {
  if (id !== idInAddress()) history.pushState(null, "", `#${id}`);
  open(id);
}

/** @param {string} id */
function open(id) {
  conversation?.close();
  menu.close();
  panel.close();
  name("");
  conversation = new Conversation(id, {
    onCite: (item) => panel.show(`Evidence ${item.id}`, () => evidenceView(item)),
    onBegun: () => threads.changed(),
    onRunning: (isRunning) => composer.showStop(isRunning),
    onRefused: (question) => composer.giveBack(question),
    onGone: (why) => {
      notify(why);
      go(newId());
    },
  });
  threads.open(id);
}

/** @param {string} title */
function name(title) {
  byId("title").textContent = title || UNNAMED;
  document.title = title ? `${title} · Surefoot` : "Surefoot";
}

function openFromAddress() {
  if (!location.hash) history.replaceState(null, "", `#${newId()}`);
  open(idInAddress());
}

byId("new-thread").addEventListener("click", () => {
  go(newId());
  composer.focus();
});
byId("sign-out").addEventListener("click", signOut);
byId("skip").addEventListener("click", (/** @type {Event} */ event) => {
  // The address names the conversation, so a place on the page must not get into it.
  event.preventDefault();
  composer.focus();
});
for (const opener of document.querySelectorAll(/** @type {"button"} */ ("[data-panel]"))) {
  opener.addEventListener("click", () => {
    menu.close();
    panel.show(...PANELS[opener.dataset.panel ?? ""]);
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) panel.close() || menu.close();
});
document.addEventListener("visibilitychange", () => document.hidden || threads.refreshSoon());
window.addEventListener("popstate", openFromAddress);
window.addEventListener("surefoot-key", () => (byId("sign-out").hidden = !key()));

startTheme();
startPeeks(byId("conversation"), (id) => conversation.find(id));
byId("sign-out").hidden = !key();
openFromAddress();
