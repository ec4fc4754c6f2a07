// The page: one conversation in the middle, the others at its side, evidence and data in a panel.

import { byId, el, notify } from "./dom.js";
import { evidenceView } from "./evidence.js";
import { libraryView } from "./library.js";
import { memoryView } from "./memory.js";
import { RunView } from "./run.js";
import { ThreadSocket } from "./socket.js";
import { startTheme } from "./theme.js";
import { ThreadList } from "./threads.js";

const conversation = byId("conversation");
const question = byId("question");
const panel = byId("panel");
const examples = [
  "Which airline had the most flights?",
  "How much heavier is the average Gentoo than the average Adelie?",
  "What does exit code 3 mean, and how many penguins are female?",
];

let socket = null;
let thread = "";
let runs = new Map();
let returnFocus = null;

const threads = new ThreadList({ onOpen: open, onRemoved: () => open(newId()) });

const newId = () => `t-${crypto.randomUUID()}`;

function open(id) {
  socket?.close();
  runs = new Map();
  thread = id;
  if (location.hash !== `#${id}`) history.pushState(null, "", `#${id}`);
  conversation.replaceChildren(welcome());
  byId("title").textContent = "New conversation";
  document.body.classList.remove("menu-open");
  closePanel();
  showStop();
  socket = new ThreadSocket(id, { onEvent: take, onState: connection });
  threads.refresh(id).then(() => threads.title && (byId("title").textContent = threads.title));
}

function welcome() {
  const ask = (text) => el("button", { type: "button", class: "example", onclick: () => send(text) }, text);
  return el("section", { class: "welcome" },
    el("h2", {}, "Ask, and see what the answer rests on."),
    el("p", { class: "quiet" }, "Every claim is checked against its evidence before you see it."),
    ...examples.map(ask));
}

function take(event) {
  if (!event.run_id) return;
  let run = runs.get(event.run_id);
  if (!run) {
    run = new RunView(event.run_id, { onCite: (id) => cite(id), onDecide: decide, onGrow: follow });
    runs.set(event.run_id, run);
    conversation.querySelector(".welcome")?.remove();
    conversation.append(run.node);
  }
  run.take(event);
  if (event.type === "run.started") threads.refresh().then(() => threads.title && (byId("title").textContent = threads.title));
  showStop();
}

// Stay at the end while the person is there; leave them where they have scrolled to.
let atEnd = true;
conversation.addEventListener("scroll", () => {
  atEnd = conversation.scrollHeight - conversation.scrollTop - conversation.clientHeight < 80;
});
function follow() {
  if (atEnd) conversation.scrollTop = conversation.scrollHeight;
}

const running = () => [...runs.values()].filter((run) => !run.ended);

function showStop() {
  byId("stop").hidden = running().length === 0;
}

function send(text) {
  atEnd = true;
  socket.send({ type: "message", id: crypto.randomUUID(), text });
}

function decide(callId, decision, args) {
  socket.send({ type: "approve", call_id: callId, decision, ...(args ? { args } : {}) });
}

function connection(state, message) {
  const told = { online: "", offline: "Reconnecting…", error: "" }[state];
  byId("connection").textContent = told;
  if (state === "error") notify(message);
}

async function cite(id) {
  for (const run of runs.values()) {
    const item = run.evidence.get(id);
    if (item) return showPanel(`Evidence ${id}`, () => evidenceView(item));
  }
  notify(`${id} is not in this conversation.`);
}

async function showPanel(title, view) {
  if (panel.hidden) returnFocus = document.activeElement;
  byId("panel-title").textContent = title;
  panel.hidden = false;
  const refresh = async () => {
    try {
      byId("panel-body").replaceChildren(await view(refresh));
    } catch (error) {
      byId("panel-body").replaceChildren(el("p", { class: "why" }, error.message));
    }
  };
  await refresh();
  byId("panel-title").focus();
}

function closePanel() {
  if (panel.hidden) return;
  panel.hidden = true;
  returnFocus?.focus();
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (!text) return;
  send(text);
  question.value = "";
  grow();
});
function grow() {
  question.style.height = "auto";
  question.style.height = `${Math.min(question.scrollHeight, 220)}px`;
}
question.addEventListener("input", grow);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("ask").requestSubmit();
  }
});
byId("stop").addEventListener("click", () => {
  for (const run of running()) socket.send({ type: "cancel", run_id: run.runId });
});
byId("new-thread").addEventListener("click", () => {
  open(newId());
  question.focus();
});
byId("menu").addEventListener("click", () => {
  const shown = document.body.classList.toggle("menu-open");
  byId("menu").setAttribute("aria-expanded", String(shown));
});
byId("panel-close").addEventListener("click", closePanel);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closePanel();
});
const panels = { library: ["Documents and tables", libraryView], memory: ["What it remembers", memoryView] };
for (const button of document.querySelectorAll("[data-panel]")) {
  button.addEventListener("click", () => showPanel(...panels[button.dataset.panel]));
}
window.addEventListener("popstate", () => open(location.hash.slice(1) || newId()));

startTheme();
open(location.hash.slice(1) || newId());
