// The sitter page works without this. With it: fresh texts by the event stream (by asking, where there is none), drafts, no second tap.

const POLL_MS = 5000;
const SETTLE_MS = 300;
const PREFIX = "snoutos-draft:";

// Private windows of some browsers refuse storage: then there are no drafts.
function stored(what) {
  try {
    return what(localStorage);
  } catch {
    return null;
  }
}

function forget() {
  stored((shelf) => Object.keys(shelf).filter((key) => key.startsWith(PREFIX)).forEach((key) => shelf.removeItem(key)));
}

// Another person's drafts are none of whoever uses the browser now.
const user = document.body.dataset.user;
stored((shelf) => Object.keys(shelf)
  .filter((key) => key.startsWith(PREFIX) && user && !key.startsWith(`${PREFIX}${user}:`))
  .forEach((key) => shelf.removeItem(key)));
if (document.querySelector("[data-forget]")) forget();
document.querySelector("[data-sign-out]")?.addEventListener("submit", forget);

const form = document.querySelector("[data-draft]");
if (form && user) {
  const key = `${PREFIX}${user}:${form.dataset.draft}`;
  const field = form.elements.body;
  const sent = stored((shelf) => shelf.getItem(`${key}:sent`));
  // What was handed over and not refused is no draft any more.
  if (sent !== null && !("refused" in form.dataset)) stored((shelf) => shelf.getItem(key) === sent && shelf.removeItem(key));
  stored((shelf) => shelf.removeItem(`${key}:sent`));
  if (!field.value) field.value = stored((shelf) => shelf.getItem(key)) ?? "";
  field.addEventListener("input", () => stored((shelf) => (field.value ? shelf.setItem(key, field.value) : shelf.removeItem(key))));
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    stored((shelf) => {
      shelf.setItem(key, field.value);
      shelf.setItem(`${key}:sent`, field.value);
    });
  });
  // The newest text and what answers it are at the end.
  if (!location.hash) form.scrollIntoView({ block: "end" });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
  // Enter begins a new line; with Ctrl it sends.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

const live = document.querySelector("[data-live]");
let last = "";

async function refresh() {
  let answer;
  try {
    answer = await fetch(live.dataset.live, { redirect: "manual" });
  } catch {
    return;
  }
  if (answer.type === "opaqueredirect") {
    // Signed out elsewhere: the page says so, and what was typed stays a draft.
    location.reload();
    return;
  }
  if (!answer.ok) return;
  const html = await answer.text();
  if (html === last) return;
  const isFirst = !last;
  last = html;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  if (isFirst && fresh.content.textContent.trim() === live.textContent.trim()) return;
  const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(fresh.content);
  if (focused) live.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// A hint says only that something changed somewhere; several in a row are one look.
let soon = 0;
function look() {
  if (soon || document.hidden) return;
  soon = setTimeout(() => {
    soon = 0;
    refresh();
  }, SETTLE_MS);
}

let polling = 0;
function poll(on) {
  clearInterval(polling);
  polling = on ? setInterval(look, POLL_MS) : 0;
}

function listen() {
  const stream = new EventSource("/live/");
  stream.addEventListener("resync", look);
  stream.addEventListener("changed", look);
  stream.addEventListener("open", () => poll(false));
  stream.addEventListener("error", () => {
    poll(true);
    // A server without a stream answers 204 or an error, and the browser gives up: look again in a minute.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 60000);
  });
}

if (live) {
  poll(true);
  listen();
  document.addEventListener("visibilitychange", look);
}
