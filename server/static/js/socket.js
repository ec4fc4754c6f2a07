// One thread's socket. It comes back by itself and asks for what it missed, so that no event is lost
// or told twice, whatever happens to the connection.

import { api, openSocket } from "./api.js";
import { key, signIn } from "./key.js";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;
const PING_MS = 20_000;
const SILENCE_MS = 10_000;
const POST_AGAIN_MS = 2000;

/** @typedef {any} Frame What the server says: it has a `type`, and where it is an event a `seq`. */
/** @typedef {{event: (event: Frame) => void, online: () => void, offline: () => void,
 *    refused: (frame: Frame) => void, gone: (why: string) => void}} Listener */

export class ThreadSocket {
  #thread;
  /** @type {Listener} */ #listener;
  /** @type {WebSocket | null} */ #socket = null;
  #last = 0;
  #wait = FIRST_WAIT_MS;
  #closed = false;
  /** @type {Frame[]} Messages until they are acknowledged, and what could not be sent at once. */
  #unsent = [];
  #timer = 0;
  #heartbeat = 0;
  #isOnline = false;
  #isWaiting = false;
  #isPosting = false;

  /** @param {string} thread @param {Listener} listener */
  constructor(thread, listener) {
    this.#thread = thread;
    this.#listener = listener;
    this.#open();
  }

  /** Send a frame now, or when the connection is back. @param {Frame} frame */
  send(frame) {
    const isOpen = this.#socket?.readyState === WebSocket.OPEN;
    if (frame.type === "message" || !isOpen) this.#unsent.push(frame);
    if (isOpen) this.#deliver([frame]);
  }

  /** Try again at once. */
  retry() {
    if (this.#closed || !this.#isWaiting) return;
    clearTimeout(this.#timer);
    this.#open();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#heartbeat);
    this.#socket?.close();
  }

  async #open() {
    this.#isWaiting = false;
    const used = key();
    try {
      const socket = await openSocket(`/v1/threads/${encodeURIComponent(this.#thread)}/ws`);
      // The person may have left for another conversation in the meantime.
      if (this.#closed) return socket.close();
      this.#socket = socket;
      socket.onopen = () => this.#opened(socket);
      socket.onmessage = ({ data }) => this.#hear(socket, JSON.parse(data));
      socket.onclose = (event) => this.#lost(socket, event, used);
    } catch (error) {
      this.#again(error.status === 401);
    }
  }

  /** @param {WebSocket} socket */
  #opened(socket) {
    socket.send(JSON.stringify({ type: "resume", after: this.#last }));
    // A message that was not acknowledged is sent again; its id makes it the same run.
    this.#deliver(this.#unsent);
    this.#unsent = this.#unsent.filter((frame) => frame.type === "message");
    // A server that is to refuse has opened the socket too; one that answers has let us in.
    socket.send(JSON.stringify({ type: "ping" }));
    this.#listenFor(socket);
  }

  /** Send frames in order. Messages wait behind one with pictures, which is too large for a frame. @param {Frame[]} frames */
  #deliver(frames) {
    for (const frame of frames) {
      if (frame.images && !this.#isPosting) this.#post(frame);
      else if (frame.type !== "message" || !this.#isPosting) this.#socket?.send(JSON.stringify(frame));
    }
  }

  /** Send a message by request, again and again until there is an answer; its id makes it one run. @param {Frame} frame */
  async #post(frame) {
    const { type: _, ...body } = frame;
    const path = `/v1/threads/${encodeURIComponent(this.#thread)}/runs`;
    this.#isPosting = true;
    for (;;) {
      try {
        await api(path, { method: "POST", body });
        break;
      } catch (error) {
        if (error.status && error.status < 500 && error.status !== 429) {
          if (!this.#closed) this.#listener.refused({ id: frame.id, message: error.message });
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, POST_AGAIN_MS));
        if (this.#closed) return;
      }
    }
    this.#isPosting = false;
    this.#unsent = this.#unsent.filter((one) => one !== frame);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#deliver(this.#unsent);
  }

  /** A connection may die without a word, so silence is asked about and then not trusted. @param {WebSocket} socket */
  #listenFor(socket) {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify({ type: "ping" }));
      this.#heartbeat = setTimeout(() => this.#abandon(socket), SILENCE_MS);
    }, PING_MS);
  }

  /** @param {WebSocket} socket */
  #abandon(socket) {
    socket.onclose = null;
    socket.close();
    this.#again();
  }

  /** @param {WebSocket} socket @param {CloseEvent} event @param {string} used The key it was opened with. */
  async #lost(socket, { code, reason }, used) {
    if (socket !== this.#socket || this.#closed) return;
    clearTimeout(this.#heartbeat);
    if (code === 4404 || code === 4403 || code === 4422) {
      this.close();
      return this.#listener.gone(reason);
    }
    this.#again(code === 4401 && !(await signIn(used, reason)));
  }

  /** @param {boolean} [isUnwanted] The person did not want to sign in: wait until asked to try. */
  #again(isUnwanted = false) {
    if (this.#closed) return;
    this.#socket = null;
    this.#isOnline = false;
    this.#isWaiting = true;
    this.#listener.offline();
    if (isUnwanted) return;
    // Many pages that lost the same server do not come back at the same moment.
    this.#timer = setTimeout(() => this.#open(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #cameBack() {
    this.#isOnline = true;
    this.#wait = FIRST_WAIT_MS;
    this.#listener.online();
  }

  /** @param {WebSocket} socket @param {Frame} frame */
  #hear(socket, frame) {
    if (this.#closed || socket !== this.#socket) return;
    this.#listenFor(socket);
    if (!this.#isOnline) this.#cameBack();
    if (frame.type === "ack" || frame.type === "error") {
      // A server that is about to stop is asked again when it is back.
      if (frame.code === "draining") return;
      this.#unsent = this.#unsent.filter((one) => one.id === undefined || one.id !== frame.id);
      if (frame.type === "error") this.#listener.refused(frame);
    } else if (frame.type === "snapshot") {
      // What is behind the cursor is not there; go on from where the server says.
      this.#last = frame.seq;
      this.#listener.refused(frame);
    } else if (frame.seq > this.#last) {
      this.#last = frame.seq;
      this.#listener.event(frame);
    }
  }
}
