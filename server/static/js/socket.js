// One thread's socket. It comes back by itself and asks for what it missed, so that no event is lost
// or told twice, whatever happens to the connection.

import { openSocket } from "./api.js";

export class ThreadSocket {
  #thread;
  #onEvent;
  #onState;
  #socket = null;
  #last = 0;
  #waits = 250;
  #closed = false;
  #unsent = [];

  constructor(thread, { onEvent, onState }) {
    this.#thread = thread;
    this.#onEvent = onEvent;
    this.#onState = onState;
    this.#open();
  }

  send(frame) {
    if (frame.type === "message") this.#unsent.push(frame);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  close() {
    this.#closed = true;
    this.#socket?.close();
  }

  async #open() {
    let socket;
    try {
      socket = await openSocket(`/v1/threads/${encodeURIComponent(this.#thread)}/ws`);
      // The person may have left for another conversation in the meantime.
      if (this.#closed) return socket.close();
    } catch (error) {
      this.#onState("offline", error.message);
      return this.#again();
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#waits = 250;
      this.#onState("online");
      socket.send(JSON.stringify({ type: "resume", after: this.#last }));
      // A message that was not acknowledged is sent again; its id makes it the same run.
      for (const frame of this.#unsent) socket.send(JSON.stringify(frame));
    };
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#again();
  }

  #again() {
    if (this.#closed) return;
    this.#onState("offline");
    setTimeout(() => this.#closed || this.#open(), this.#waits);
    this.#waits = Math.min(this.#waits * 2, 8000);
  }

  #hear(frame) {
    if (this.#closed) return;
    if (frame.type === "snapshot") {
      // What is behind the cursor is not there; go on from where the server says.
      this.#last = frame.seq;
      this.#onState("error", frame.message);
    } else if (frame.type === "ack") {
      this.#unsent = this.#unsent.filter((one) => one.id !== frame.id);
    } else if (frame.type === "error") {
      this.#unsent = this.#unsent.filter((one) => one.id !== frame.id);
      this.#onState("error", frame.message);
    } else if (frame.seq > this.#last) {
      this.#last = frame.seq;
      this.#onEvent(frame);
    }
  }
}
