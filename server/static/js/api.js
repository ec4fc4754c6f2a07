// Requests to this server. A problem becomes an Error with the server's own words.

import { credentials, key, signIn } from "./key.js";

/**
 * Send a request and return what came back.
 * @param {string} path
 * @param {Ask} [request]
 * @returns {Promise<any>}
 */
export async function api(path, request = {}) {
  const response = await send(path, request);
  return response.status === 204 ? null : response.json();
}

/** @typedef {{method?: string, body?: unknown}} Ask */

/** @param {string} path @param {Ask} request @returns {Promise<Response>} */
async function send(path, { method = "GET", body } = {}) {
  const used = key();
  const headers = credentials();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method,
    headers,
    body: body === undefined ? body : JSON.stringify(body),
  });
  if (response.ok) return response;
  const why = await problem(response);
  if (response.status === 401 && (await signIn(used, why))) return send(path, { method, body });
  throw Object.assign(new Error(why), { status: response.status });
}

/** @param {Response} response */
async function problem(response) {
  return told(await response.text()) ?? `${response.status} ${response.statusText}`;
}

/** @param {string} text @returns {string | undefined} */
function told(text) {
  try {
    const { detail, title } = JSON.parse(text);
    return detail ?? title;
  } catch {
    return undefined;
  }
}

/** Fetch a file with the key and hand it to the person. @param {string} path @param {string} name */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await send(path)).blob());
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * Open a WebSocket. It cannot carry a header, so a key is first changed into a ticket, which goes as
 * a subprotocol: addresses are written to logs, subprotocols are not.
 * @param {string} path
 */
export async function openSocket(path) {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const protocols = ["surefoot"];
  if (key()) protocols.push(`ticket.${(await api("/v1/tickets", { method: "POST", body: {} })).ticket}`);
  return new WebSocket(url, protocols);
}

/**
 * Send a file, telling how much of it is on its way.
 * @param {File} file
 * @param {(part: number) => void} onProgress From 0 to 1.
 */
export function upload(file, onProgress) {
  return new Promise((/** @type {(told: any) => void} */ resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", "/v1/documents");
    for (const [name, value] of Object.entries(credentials())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(new Error(told(request.responseText) ?? `${request.status} ${request.statusText}`));
    };
    request.onerror = () => reject(new Error("The connection broke during the upload."));
    request.send(form);
  });
}
