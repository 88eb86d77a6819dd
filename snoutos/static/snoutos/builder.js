// The builder of automations. The form works without this: its buttons load the page again. With it they reshape the form in place,
// and the sentence, the texts and the faults follow what is typed.

const form = document.getElementById("builder");
const inner = document.getElementById("builder-form");
let turn = 0;
let waiting;
let saving = false;

function send(address, extra = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  return fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
}

async function reshape(what, focus) {
  clearTimeout(waiting);
  const mine = ++turn;
  inner.setAttribute("aria-busy", "true");
  try {
    const answer = await send(form.action, { do: what, fragment: "form" });
    // Sent elsewhere means sent to the sign-in.
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const html = await answer.text();
    if (mine !== turn) return;
    const counts = [inner.querySelectorAll(".r-action").length, inner.querySelectorAll(".r-question").length];
    const open = [...inner.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
    inner.innerHTML = html;
    settle(what, focus, counts, open);
  } catch {
    // The server is away or the session over: the page itself says which.
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "do", value: what });
    form.append(input);
    form.noValidate = true;
    form.submit();
  } finally {
    inner.removeAttribute("aria-busy");
  }
}

// Focus goes to what is new, else back to where it was.
function settle(what, focus, [actions, questions], open) {
  for (const one of inner.querySelectorAll("details > summary")) {
    if (open.includes(one.textContent)) one.parentElement.open = true;
  }
  const all = inner.querySelectorAll(".r-action");
  const asked = inner.querySelectorAll(".r-question");
  let target = focus && document.getElementById(focus);
  if (all.length > actions) target = all[all.length - 1].querySelector("textarea, input:not([type=hidden]), select");
  else if (asked.length > questions && what.includes(":c")) {
    const place = what.slice(what.indexOf(":") + 1);
    const mine = [...asked].filter((one) => one.querySelector("select").name.startsWith(`${place}.`));
    target = mine[mine.length - 1]?.querySelector("select");
  }
  (target ?? moved(what))?.focus();
}

// The button that moves the same action on, else another one of it.
function moved(what) {
  const [verb, place] = what.split(":");
  if (verb !== "up" && verb !== "down") return null;
  const at = Number(place) + (verb === "up" ? -1 : 1);
  return inner.querySelector(`button[value="${verb}:${at}"]`) ?? inner.querySelector(`button[value="drop:${at}"]`);
}

async function preview() {
  const mine = ++turn;
  const answer = await send(form.dataset.preview).catch(() => null);
  if (!answer?.ok || answer.redirected || mine !== turn) return;
  const said = await answer.json();
  if (mine !== turn) return;
  document.getElementById("sentence").textContent = said.sentence;
  for (const place of inner.querySelectorAll("[data-act]")) place.innerHTML = said.acts[place.dataset.act] ?? "";
  for (const fault of inner.querySelectorAll("[data-fault]")) tell(fault, said.faults[fault.dataset.fault] ?? "");
  tell(document.getElementById("scene-fault"), said.scene);
}

function tell(fault, sentence) {
  if (fault.textContent !== sentence) fault.textContent = sentence;
  fault.hidden = !sentence;
}

function insert(button) {
  const area = form.elements.namedItem(button.dataset.into);
  const text = `{{ ${button.dataset.insert} }}`;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

if (form && inner) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.insert) insert(button);
    else if (button.name === "do" && button.value !== "save") {
      event.preventDefault();
      reshape(button.value);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.dataset.do) reshape(event.target.dataset.do, event.target.id);
  });
  form.addEventListener("input", (event) => {
    if (event.target.dataset.do) return;
    clearTimeout(waiting);
    waiting = setTimeout(preview, 250);
  });
  form.addEventListener("submit", (event) => {
    if (saving) event.preventDefault();
    saving = true;
  });
  window.addEventListener("pageshow", () => {
    saving = false;
  });
  const wrong = inner.querySelector(".r-fault:not([hidden])");
  wrong?.scrollIntoView({ block: "center" });
}
