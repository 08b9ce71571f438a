// Turns what a person says terms are called into the room's terms, and these into a list that each can be taken back from.

import { get, post } from "./server.js";
import { languageName, roomOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const form = byId("term");
const path = `/v1/rooms/${encodeURIComponent(roomOf(location.pathname))}/terms`;

/** The languages of the room, from which and into which. */
export function languages(langs) {
  for (const [name, first] of [["from", 0], ["to", 1]]) {
    const select = form.elements[name];
    if (select.options.length) continue;
    for (const lang of langs) select.add(new Option(languageName(lang), lang));
    select.selectedIndex = Math.min(first, langs.length - 1);
  }
  show();
}

/** Tells the operator what went wrong; nothing, when all is well. */
export function say(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

async function tell(term, method) {
  const answer = await post(path, term, method).catch(() => null);
  if (!answer?.ok) return say(answer ? `Not taken: ${(await answer.text()).trim()}` : "Not taken: the connection is lost.");
  say("");
  await show();
  return true;
}

async function show() {
  const answer = await get(path).catch(() => null);
  if (!answer?.ok) return;
  const rows = (await answer.json()).map((term) => {
    const row = document.createElement("li");
    row.textContent = `${languageName(term.from)} “${term.source}” → ${languageName(term.to)} “${term.target}” `;
    const back = row.appendChild(document.createElement("button"));
    back.type = "button";
    back.textContent = "Take back";
    back.setAttribute("aria-label", `Take back ${term.source}`);
    back.addEventListener("click", () => tell(term, "DELETE"));
    return row;
  });
  byId("terms").replaceChildren(...rows);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await tell(Object.fromEntries(new FormData(form))))) return;
  for (const name of ["source", "target"]) form.elements[name].value = "";
  form.elements.source.focus();
});
