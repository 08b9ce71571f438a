// Turns what machines say (close codes, language tags, paths) into words for people.

/** What a WebSocket's close code means, and whether trying again may help: at once, slowly or not at all. */
export function closed(code, reason) {
  const because = reason ? `: ${reason}` : "";
  switch (code) {
    case 1000: return { text: "The room said good-bye.", again: "slowly" };
    case 1001: return { text: "The server is stopping or starting anew.", again: "soon" };
    case 1008: return { text: `The server does not allow this${because}.`, again: "never" };
    case 1009: return { text: "A message was too large for the server.", again: "never" };
    case 1011: return { text: `Something went wrong in the server${because}.`, again: "slowly" };
    case 1013: return reason.startsWith("too slow")
      ? { text: "The captions came faster than this connection could take them.", again: "soon" }
      : { text: "The server is full just now.", again: "slowly" };
    default: return { text: "The connection was lost.", again: "soon" };
  }
}

/** How long to wait before the n-th attempt in a row: twice as long each time, with chance so that not all come at once. */
export function backoff(attempt, again) {
  const [first, longest] = again === "slowly" ? [4000, 30000] : [400, 10000];
  return Math.min(longest, first * 2 ** attempt) * (0.75 + Math.random() / 2);
}

/** A language's name in that language: `es` is `Español`. */
export function languageName(tag) {
  let name = tag;
  try {
    name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    // A tag that this browser doesn't know is shown as it is.
  }
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

const rightToLeft = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"]);

/** The direction a language is written in. A first word in another script doesn't turn a line round. */
export const direction = (tag) => (rightToLeft.has(primary(tag)) ? "rtl" : "ltr");

/** `es-MX` is `es`. */
export const primary = (tag) => tag.split("-")[0].toLowerCase();

/** The room that a path such as `/r/kitchen/speak` names. */
export function roomOf(path) {
  const part = path.split("/")[2];
  return part ? decodeURIComponent(part) : "main";
}

/** An address on this server. */
export function address(path, query = {}) {
  const url = new URL(path, location.href);
  url.hash = "";
  url.search = "";
  for (const [key, value] of Object.entries(query)) {
    if (value) url.searchParams.set(key, value);
  }
  return url;
}

/** The address of a room, or of a page in it. */
export const roomAddress = (room, page = "") => address(`/r/${encodeURIComponent(room)}${page}`).href;

/** What a connection's state is called. */
export const stateName = (state) => ({ live: "Live", connecting: "Connecting …" })[state] ?? "Not connected";

const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** What stands between two pieces of text: a space, but none at an edge or in a script that writes none. */
export function between(left, right) {
  if (!left || !right || /\s$/.test(left) || /^\s/.test(right)) return "";
  return unspaced.test(left.slice(-1)) || unspaced.test(right[0]) ? "" : " ";
}
