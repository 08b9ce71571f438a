// Turns a room's name into the two ways into it, and shows what is said in the room `main` meanwhile.

import { follow } from "./follow.js";
import { bind, recallLooks, remembered } from "./settings.js";
import { roomAddress } from "./words.js";

const join = document.forms.join;

recallLooks();
bind(join.elements.room, "room");
join.addEventListener("submit", (event) => {
  event.preventDefault();
  const room = join.elements.room.value.trim() || "main";
  location.href = roomAddress(room, event.submitter?.value === "speak" ? "/speak" : "");
});

document.getElementById("open").href = roomAddress("main");
follow("main", { lang: remembered("lang", null), dial: remembered("dial", "balanced") });
