// Turns a room's final captions into fields, and what a person writes there into corrections.

import { Listening } from "./listening.js";
import { languages, say } from "./operate-terms.js";
import { post } from "./server.js";
import { address, languageName, roomOf, stateName } from "./words.js";

const byId = (id) => document.getElementById(id);
const room = roomOf(location.pathname);
const fields = new Map();

document.title = `${room} – correct`;
byId("room").textContent = room;
byId("home").href = address("/").href;

/** A final caption's field; its text is what every screen shows. */
class Field {
  constructor({ id, lang, speaker, committed, flags }) {
    this.id = id;
    this.lang = lang;
    this.node = document.createElement("li");
    const label = this.node.appendChild(document.createElement("label"));
    const of = label.appendChild(document.createElement("span"));
    of.className = "of";
    of.textContent = [speaker, languageName(lang), ...(flags ?? [])].filter(Boolean).join(" · ");
    this.area = label.appendChild(document.createElement("textarea"));
    Object.assign(this.area, { lang, dir: "auto", rows: 1, maxLength: 2000 });
    this.shows(committed);
    this.area.addEventListener("input", () => this.#fit(this.area.value === this.text ? "" : "changed"));
    this.area.addEventListener("keydown", (key) => this.#key(key));
    byId("captions").append(this.node);
    this.choose(byId("language").value);
  }

  /** What is shown everywhere now. */
  shows(text, state = "") {
    this.text = text;
    this.area.value = text;
    this.#fit(state);
  }

  choose(lang) {
    this.node.hidden = Boolean(lang) && lang !== this.lang;
  }

  #fit(state) {
    this.node.dataset.state = state;
    this.area.rows = Math.min(6, 1 + Math.floor(this.area.value.length / 70));
  }

  #key(key) {
    if (key.key === "Escape") return this.shows(this.text);
    if (key.key !== "Enter" || key.shiftKey || key.isComposing) return;
    key.preventDefault();
    if (this.area.value.trim() !== this.text) this.#send(this.area.value);
  }

  async #send(text) {
    const answer = await post(`/v1/rooms/${encodeURIComponent(room)}/corrections`, { id: this.id, text }).catch(() => null);
    if (answer?.ok) return say("");
    say(answer ? `Not corrected: ${(await answer.text()).trim()}.` : "Not corrected: the connection is lost.");
  }
}

function event(event) {
  if (event.type === "hello") {
    const known = [...byId("language").options].map((option) => option.value);
    languages(event.langs);
    for (const lang of event.langs) if (!known.includes(lang)) byId("language").add(new Option(languageName(lang), lang));
  } else if (event.type === "caption" && event.final && event.committed) {
    byId("empty").hidden = true;
    if (!fields.has(event.id)) fields.set(event.id, new Field(event));
  } else if (event.type === "correction") {
    fields.get(event.id)?.shows(event.text, "corrected");
  }
}

function state(name, text) {
  byId("state").dataset.state = name;
  byId("state").textContent = stateName(name);
  if (name !== "connecting") say(name === "live" ? "" : text);
}

byId("language").addEventListener("change", () => fields.forEach((field) => field.choose(byId("language").value)));
new Listening({ room, dial: "reading" }, { event, state });
