// Turns what a page wants of the server into requests and WebSockets that carry its token, where nobody else sees it.

import { address } from "./words.js";

/**
 * The token that opened this page, kept for this tab. It comes behind the `#`, which browsers send nobody, and leaves the
 * address at once, so that it isn't shared with it.
 */
const token = (() => {
  const url = new URL(location.href);
  const behind = new URLSearchParams(url.hash.slice(1));
  const given = behind.get("token") ?? url.searchParams.get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    behind.delete("token");
    url.searchParams.delete("token");
    url.hash = behind.toString();
    history.replaceState(history.state, "", url);
  }
  return sessionStorage.getItem("token");
})();

/** As a subprotocol may be spelled (RFC 9110 §5.6.2). */
const spelled = (text) => encodeURIComponent(text).replace(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);

/** Opens a WebSocket on this server. */
export function connect(path, query) {
  const url = address(path, query);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return token ? new WebSocket(url, ["sottovoce.v1", `bearer.${spelled(token)}`]) : new WebSocket(url);
}

const bearer = token ? { Authorization: `Bearer ${token}` } : {};

/** Asks this server for something. */
export function get(path, query) {
  return fetch(address(path, query), { headers: bearer });
}

/** Tells this server something. */
export function post(path, what, method = "POST") {
  const headers = { ...bearer, "Content-Type": "application/json" };
  return fetch(address(path), { method, headers, body: JSON.stringify(what) });
}

/** Why a connection isn't let in, if so: a browser hides the answer to a WebSocket that was refused. */
export async function refusal(room = "main") {
  const answer = await get(`/v1/rooms/${encodeURIComponent(room)}/captions`).catch(() => null);
  return [401, 403].includes(answer?.status) ? `The server does not allow this: ${await answer.text()}.` : null;
}
