// Turns a room's name into the two ways into it, and shows what is said in the room `main` meanwhile.

import { follow } from "./follow.js";
import { invite } from "./share.js";
import { bind, recallLooks, remembered } from "./settings.js";
import { address, roomAddress } from "./words.js";

const join = document.forms.join;

recallLooks();
bind(join.elements.room, "room");
join.addEventListener("submit", (event) => {
  event.preventDefault();
  const room = join.elements.room.value.trim() || "main";
  const way = event.submitter?.value;
  location.href = way === "talk" ? address(`/c/${encodeURIComponent(room)}`).href
    : roomAddress(room, way === "speak" ? "/speak" : "");
});
const inviteHere = () => invite(join.elements.room.value.trim() || "main");
join.elements.room.addEventListener("change", inviteHere);
inviteHere();

document.getElementById("open").href = roomAddress("main");
follow("main", { lang: remembered("lang", null), dial: remembered("dial", "balanced") });
