// Requests to this server. A problem becomes an Error with the server's own words.

let key = sessionStorage.getItem("surefoot-key") ?? "";

export async function api(path, { method = "GET", body, form } = {}) {
  const headers = {};
  if (key) headers["Authorization"] = `Bearer ${key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method,
    headers,
    body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  if (response.status === 401 && askForKey()) return api(path, { method, body, form });
  if (!response.ok) throw new Error(await problem(response));
  return response.status === 204 ? null : response.json();
}

async function problem(response) {
  try {
    const told = await response.json();
    return told.detail ?? told.title ?? response.statusText;
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

function askForKey() {
  const given = window.prompt("This server needs an API key.");
  if (!given) return false;
  key = given.trim();
  sessionStorage.setItem("surefoot-key", key);
  return true;
}

// A browser cannot send a header with a WebSocket, so a key is first changed into a ticket for one,
// which goes as a subprotocol: addresses are written to logs, subprotocols are not.
export async function openSocket(path) {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const protocols = ["surefoot"];
  if (key) protocols.push(`ticket.${(await api("/v1/tickets", { method: "POST", body: {} })).ticket}`);
  return new WebSocket(url, protocols);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", "/v1/documents");
    if (key) request.setRequestHeader("Authorization", `Bearer ${key}`);
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => {
      const told = parsed(request.responseText);
      if (request.status < 300) resolve(told);
      else reject(new Error(told.detail ?? told.title ?? request.statusText));
    };
    request.onerror = () => reject(new Error("The connection broke during the upload."));
    request.send(form);
  });
}
