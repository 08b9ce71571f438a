// Stands in for the server's WebSockets: notes what a page asks and says, and gives it the events that a test wants.

window.langs = ["en", "es"];
window.sockets = [];
let seq = 0;

window.WebSocket = class {
  static OPEN = 1;
  readyState = 0;
  bufferedAmount = 0;
  sent = [];

  constructor(url) {
    this.url = String(url);
    sockets.push(this);
    setTimeout(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.onopen?.();
      this.give({ type: "hello", version: 1, server: "fake", langs, voice_formats: ["s16le;rate=16000"] });
    });
  }

  give(event) {
    seq += 1;
    this.onmessage?.({ data: JSON.stringify({ room: "main", epoch: 1, seq, t: 0, ...event }) });
  }

  send(data) {
    this.sent.push(data);
    if (typeof data === "string" && JSON.parse(data).end) this.give({ type: "bye", reason: "end", resume: "1.1" });
  }

  close() {
    this.readyState = 3;
  }
};

const listeners = () => sockets.filter((s) => s.readyState === 1 && s.url.includes("/v1/listen"));

/** Gives an event to all who listen. */
window.give = (event) => listeners().forEach((socket) => socket.give(event));

/** A caption: `more` may overwrite everything. */
window.caption = (utterance, kind, lang, committed, more = {}) => {
  const { session = "s1" } = more;
  give({ type: "caption", id: `${session}.${utterance}.${lang}`, session, speaker: "", utterance, lang, source_lang: "en",
    kind, committed, tentative: "", final: true, revision: ++seq, start: 0, end: 1, t: 2, ...more });
};

/** A second of a tone, as the voice in a language. */
window.voice = (id, lang) => {
  give({ type: "speech", id, session: "s1", lang, start: 0, end: 1, format: "s16le;rate=16000" });
  const pcm = Int16Array.from({ length: 16000 }, (_, i) => 8000 * Math.sin(i / 5));
  const name = new TextEncoder().encode(id);
  const frame = new Uint8Array(1 + name.length + pcm.byteLength);
  frame.set([name.length, ...name]);
  frame.set(new Uint8Array(pcm.buffer), 1 + name.length);
  listeners().forEach((socket) => socket.onmessage?.({ data: frame.buffer }));
};
