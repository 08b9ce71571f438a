// Turns a room into what others need to join it, a QR code and an address, and its captions into files to keep.

import { get } from "./server.js";
import { address, roomAddress } from "./words.js";

/** Fills the elements `qr` and `join-address` with the way into a room; never with a token. */
export function invite(room) {
  const scheme = location.protocol.slice(0, -1);
  const qr = document.getElementById("qr");
  qr.src = address(`/r/${encodeURIComponent(room)}/qr.svg`, { scheme }).href;
  qr.alt = `QR code of ${roomAddress(room)}`;
  document.getElementById("join-address").textContent = roomAddress(room);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  document.getElementById("join-hint").textContent = isHere
    ? "This address works on this machine only. Open the page under the machine's name in the network to invite phones."
    : "";
}

/** Lets the links with data-format fetch the room's captions. Not by their address: that would have to hold the token. */
export function offerFiles(room, { lang, failed }) {
  for (const link of document.querySelectorAll("[data-format]")) {
    const { format } = link.dataset;
    const path = `/v1/rooms/${encodeURIComponent(room)}/captions`;
    link.href = address(path, { format }).href;
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await get(path, { format, lang: lang() }).catch(() => null);
      if (!answer?.ok) return failed("The captions could not be fetched.");
      save(await answer.blob(), `${room}.${lang()}.${format}`);
    });
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replaceAll("/", "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
