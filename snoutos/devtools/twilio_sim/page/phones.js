// The phones page. People's texts are data: they reach the page through textContent only.
"use strict";

const POLL_MS = 1000;
const FAULTS = [
  ["Sending", [
    ["rate429", "Too many requests (429)"],
    ["error", "Refused with a code"],
    ["fail_before", "500, not sent"],
    ["reset_before", "Connection breaks, not sent"],
    ["fail_after", "500, yet sent"],
    ["hang_after", "No answer, yet sent"],
    ["reset_after", "Connection breaks, yet sent"],
    ["no_sid", "Answer without an id, yet sent"],
    ["unavailable", "Provider down (503)"],
  ]],
  ["Delivery", [
    ["undelivered", "Not delivered"],
    ["silent", "Never confirmed"],
  ]],
  ["Status callbacks", [
    ["callback_lost", "Lost"],
    ["callback_doubled", "Doubled"],
    ["callback_reordered", "Out of order"],
    ["callback_delayed", "5 s late"],
  ]],
  ["Incoming webhooks", [
    ["webhook_doubled", "Doubled"],
    ["webhook_lost", "Lost"],
  ]],
];
const CHOICES = [["Off", 0], ["Next", 1], ["Next 3", 3], ["1 in 10", 0.1], ["Half", 0.5], ["All", { probability: 1 }]];
const PROGRESS = {
  accepted: "On its way", queued: "On its way", sending: "On its way", scheduled: "Scheduled",
  sent: "Sent", delivered: "Delivered", read: "Read",
};

const $ = (id) => document.getElementById(id);
const phones = new Map(); // e164 -> view
let numbers = [];
let version = -1;

function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

async function call(path, data) {
  const options = data === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || "The simulator refused.");
  return answer;
}

function pretty(e164) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : e164;
}

function businessName(e164) {
  const number = numbers.find((one) => one.e164 === e164);
  return number && number.name ? number.name : pretty(e164);
}

class PhoneView {
  constructor(phone) {
    this.phone = phone;
    this.texts = [];
    this.calls = [];
    this.current = "";
    this.seen = new Map(); // business number -> texts already looked at
    this.drawn = "";
    this.root = $("phone-template").content.firstElementChild.cloneNode(true);
    for (const name of ["threads", "thread", "compose", "to", "body", "send", "photo", "call", "ring"]) {
      this[name] = this.root.querySelector(`.${name}`);
    }
    this.compose.addEventListener("submit", (event) => { event.preventDefault(); this.submit([]); });
    this.photo.addEventListener("click", () => this.submit(["photo"]));
    this.call.addEventListener("click", () => this.callNumber());
    this.to.addEventListener("change", () => this.open(this.to.value));
    this.body.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit([]); }
    });
    this.body.addEventListener("input", () => this.sized());
    this.describe(phone);
    this.sized();
  }

  describe(phone) {
    this.root.dataset.role = phone.role;
    this.root.setAttribute("aria-label", `Phone of ${phone.name || phone.e164}`);
    this.root.querySelector(".name").textContent = phone.name || pretty(phone.e164);
    this.root.querySelector(".number").textContent = pretty(phone.e164);
    this.root.querySelector(".avatar").textContent = [...(phone.name || "?")][0];
    this.root.querySelector(".role").textContent = phone.role || "phone";
  }

  sized() {
    this.body.style.height = "auto";
    const height = this.body.scrollHeight; // 0 while not on the page
    if (height) this.body.style.height = `${height + 2}px`;
    this.send.disabled = !this.body.value.trim();
  }

  other(text) { return text.direction === "inbound" ? text.to : text.from; }

  async submit(media) {
    const body = this.body.value;
    const to = this.to.value;
    if (!to || (!body.trim() && !media.length)) return;
    this.body.value = "";
    this.sized();
    this.open(to);
    try {
      await call("texts", { from: this.phone.e164, to, body, media });
    } catch (error) {
      if (!this.body.value) this.body.value = body;
      this.sized();
      this.thread.append(element("p", "note mine bad", error.message));
    }
    refresh();
  }

  async callNumber() {
    const to = this.to.value;
    if (!to) return;
    this.open(to);
    this.call.disabled = true;
    try {
      const speaks = this.ring.value === "voicemail";
      const other = speaks ? "no-answer" : this.ring.value;
      await call("phone-calls", { from: this.phone.e164, to, other, says: speaks ? 8 : 0 });
    } catch (error) {
      this.thread.append(element("p", "note mine bad", error.message));
    }
    this.call.disabled = false;
    refresh();
  }

  open(number) {
    this.current = number;
    this.to.value = number;
    this.draw();
  }

  async load() {
    const here = `phones/${encodeURIComponent(this.phone.e164)}`;
    [this.texts, this.calls] = await Promise.all([call(`${here}/texts`), call(`${here}/calls`)]);
    const newest = this.texts[this.texts.length - 1];
    const fresh = newest && newest.direction !== "inbound" && !this.known(newest);
    if (newest && (!this.current || (fresh && !this.body.value))) this.current = this.other(newest);
    if (!this.current && numbers.length) this.current = numbers[0].e164;
    this.draw();
  }

  known(text) { return this.texts.indexOf(text) < (this.total || 0); }

  draw() {
    this.total = this.texts.length;
    this.drawChoices();
    const threads = [...new Set(this.texts.map((text) => this.other(text)))];
    const count = (number) => this.texts.filter((text) => this.other(text) === number).length;
    this.seen.set(this.current, count(this.current));
    this.threads.replaceChildren(...threads.map((number) => {
      const tab = element("button", "tab", businessName(number));
      tab.type = "button";
      tab.setAttribute("aria-pressed", String(number === this.current));
      if (number !== this.current && count(number) > (this.seen.get(number) || 0)) tab.classList.add("unread");
      tab.addEventListener("click", () => this.open(number));
      return tab;
    }));
    const calls = this.calls.filter((one) => one.to === this.current);
    const entries = [...this.texts.filter((text) => this.other(text) === this.current), ...calls];
    this.drawThread(entries.sort((a, b) => a.at.localeCompare(b.at)));
  }

  drawChoices() {
    const options = numbers.map((one) => `${one.e164} ${one.name}`).join("|");
    if (this.to.dataset.options !== options) {
      this.to.dataset.options = options;
      this.to.replaceChildren(...numbers.map((one) => {
        const option = element("option", "", one.name ? `To ${one.name} · ${pretty(one.e164)}` : `To ${pretty(one.e164)}`);
        option.value = one.e164;
        return option;
      }));
    }
    this.to.value = this.current;
  }

  drawThread(texts) {
    const state = JSON.stringify([this.current, texts]);
    if (state === this.drawn) return;
    this.drawn = state;
    const atEnd = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 60;
    const nodes = [];
    let day = "";
    for (const text of texts) {
      const at = new Date(text.at);
      if (at.toDateString() !== day) {
        day = at.toDateString();
        nodes.push(element("p", "day", at.toLocaleDateString([], { weekday: "long", month: "short", day: "numeric" })));
      }
      nodes.push(...this.bubble(text, at));
    }
    if (!texts.length) {
      nodes.push(element("p", "nothing", numbers.length ? "No texts with this number yet." : "No business numbers yet."));
    }
    const animate = nodes.length && this.thread.childElementCount;
    this.thread.replaceChildren(...nodes);
    nodes.slice(0, -2).forEach((node) => { node.style.animation = "none"; });
    if (!animate) nodes.forEach((node) => { node.style.animation = "none"; });
    if (atEnd || !animate) this.thread.scrollTop = this.thread.scrollHeight;
  }

  // What the person on the phone heard, in the place of the texts.
  callNote(one, at) {
    const time = at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    const rang = one.rang ? `${one.rang} rang: ${one.taken}` : "";
    const said = one.heard.length ? `“${one.heard.join(" ")}”` : rang ? "" : one.status;
    const left = one.recording ? `left a voicemail of ${one.said_seconds} s` : "";
    const notes = [time, rang, said, left].filter(Boolean).join(" · ");
    return [element("div", "bubble mine", "Called"), element("p", "note mine", notes)];
  }

  bubble(text, at) {
    if (text.heard) return this.callNote(text, at);
    const mine = text.direction === "inbound";
    const node = element("div", `bubble${mine ? " mine" : ""}${text.by_provider ? " auto" : ""}`, text.body);
    for (const media of text.media) node.append(element("span", "media", `Photo · ${media.content_type}`));
    const time = at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    const note = element("p", `note${mine ? " mine" : ""}`);
    if (mine) this.noteMine(note, text, time); else this.noteTheirs(note, node, text, time);
    return [node, note];
  }

  noteMine(note, text, time) {
    const ok = /^2\d\d$/.test(text.answer);
    if (text.answer && !ok) {
      note.classList.add("bad");
      note.textContent = `${time} · ${answerInWords(text.answer)}`;
      return;
    }
    note.textContent = time;
    note.append(element("span", `ticks${ok ? " done" : ""}`, ok ? "✓✓" : "✓"));
  }

  noteTheirs(note, node, text, time) {
    if (text.by_provider) { note.textContent = `${time} · from the carrier`; return; }
    if (text.status in PROGRESS) {
      note.textContent = `${time} · ${PROGRESS[text.status]}`;
      if (text.status === "delivered" || text.status === "read") note.append(element("span", "ticks done", "✓✓"));
      else if (text.status === "sent") note.append(element("span", "ticks", "✓"));
      else node.classList.add("pending");
      return;
    }
    node.classList.add("lost");
    note.classList.add("bad");
    note.textContent = `${time} · Never arrived${text.error_code ? ` (${text.error_code})` : ""}`;
  }
}

function answerInWords(answer) {
  return {
    "no webhook": "The number has no webhook", lost: "Webhook lost", ct: "SnoutOS could not be reached",
    rt: "SnoutOS did not answer in time",
  }[answer] || `SnoutOS answered ${answer}`;
}

function drawPhones(list) {
  for (const phone of list) {
    if (!phones.has(phone.e164)) {
      const view = new PhoneView(phone);
      phones.set(phone.e164, view);
      $("phones").append(view.root);
    }
    phones.get(phone.e164).describe(phone);
  }
  for (const [e164, view] of phones) {
    if (!list.some((phone) => phone.e164 === e164)) { view.root.remove(); phones.delete(e164); }
  }
  $("empty").hidden = list.length > 0;
}

function inForce(fault) { return Boolean(fault.count || fault.probability); }

function faultInWords(fault) {
  if (fault.count) return fault.count === 1 ? "Next" : `Next ${fault.count}`;
  return fault.probability ? `${Math.round(fault.probability * 100)} %` : "Off";
}

function drawFaults(state) {
  const on = Object.values(state.faults).filter(inForce).length + (state.latency ? 1 : 0);
  $("fault-count").hidden = !on;
  $("fault-count").textContent = on;
  if (document.activeElement !== $("latency")) $("latency").value = state.latency;
  $("latency-shown").textContent = `${state.latency} s`;
  for (const row of document.querySelectorAll(".fault")) {
    const fault = state.faults[row.dataset.name];
    row.classList.toggle("on", inForce(fault));
    row.querySelector(".now").textContent = inForce(fault) ? faultInWords(fault) : "";
  }
  $("activity").replaceChildren(...state.recent.slice().reverse().map((one) => {
    const item = element("li");
    const good = one.answer >= 200 && one.answer < 300;
    item.append(element("span", "", `${new Date(one.at * 1000).toLocaleTimeString()} ${one.what}`));
    item.append(element("span", good ? "" : "bad", String(one.answer)));
    return item;
  }));
}

async function setFault(change) {
  try { await call("faults", change); } finally { refresh(true); }
}

function buildFaults() {
  for (const [title, rows] of FAULTS) {
    $("fault-rows").append(element("h3", "", title));
    for (const [name, label] of rows) {
      const row = element("div", "fault");
      row.dataset.name = name;
      const select = element("select");
      select.setAttribute("aria-label", label);
      select.append(element("option", "", "Set…"));
      CHOICES.forEach(([words], index) => {
        const option = element("option", "", words);
        option.value = index;
        select.append(option);
      });
      select.addEventListener("change", () => {
        setFault({ [name]: CHOICES[select.value][1] });
        select.selectedIndex = 0;
      });
      row.append(element("span", "what", label), element("span", "now"), select);
      $("fault-rows").append(row);
    }
  }
}

let refreshing = null;
function refresh(force = false) {
  if (force) version = -1;
  refreshing = refreshing || load().finally(() => { refreshing = null; });
  return refreshing;
}

async function load() {
  try {
    const state = await call("state");
    $("link").className = "link up";
    $("link").textContent = "Live";
    drawFaults(state);
    if (state.version === version) return;
    version = state.version;
    numbers = state.numbers;
    drawPhones(state.phones);
    await Promise.all([...phones.values()].map((view) => view.load()));
  } catch {
    version = -1;
    $("link").className = "link down";
    $("link").textContent = "No connection";
  }
}

function togglePanel(open) {
  $("panel").hidden = !open;
  document.body.classList.toggle("panel-open", open);
  $("toggle-panel").setAttribute("aria-expanded", String(open));
}

$("toggle-panel").addEventListener("click", () => togglePanel($("panel").hidden));
$("close-panel").addEventListener("click", () => togglePanel(false));
$("clear-faults").addEventListener("click", () => setFault({ clear: true }));
$("latency").addEventListener("change", (event) => {
  event.target.blur();
  setFault({ latency: Number(event.target.value) });
});
$("add-phone").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  await call("phones", Object.fromEntries(new FormData(form)));
  form.reset();
  refresh(true);
});

buildFaults();
if (location.hash === "#faults") togglePanel(true);
refresh();
setInterval(() => refresh(), POLL_MS);
