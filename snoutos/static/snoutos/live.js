// Keeps the parts of a page marked data-live fresh: by the event stream where there is one, by polling where there is none.
// A hint says only that a conversation changed; what changed is fetched from the page's own server.

const POLL_MS = 5000;
const SETTLE_MS = 120;

const regions = [...document.querySelectorAll("[data-live]")];
const waiting = new Map();
let polling = 0;

// The messages scroll in a box that is turned around: 0 is its end, and what is above is negative.
const scroller = (box) => box.closest(".d-scroll");

function remember(box) {
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  return {
    open: [...box.querySelectorAll("details[open][id]")].map((each) => each.id),
    ticks: new Map([...box.querySelectorAll("details[open][id] [type=checkbox]")].map((each) => [each.value, each.checked])),
    focus: focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.getAttribute("href") && `[href="${CSS.escape(focused.getAttribute("href"))}"]`),
    playing: [...box.querySelectorAll("audio[id]")].filter((each) => !each.paused && !each.ended),
    top: scroller(box)?.scrollTop,
    height: scroller(box)?.scrollHeight,
  };
}

function restore(box, was) {
  for (const id of was.open) document.getElementById(id)?.setAttribute("open", "");
  // What came while somebody was choosing is theirs to choose.
  for (const each of box.querySelectorAll("details[open][id] [type=checkbox]")) each.checked = was.ticks.get(each.value) === true;
  // A voicemail that is taken out and put back at once plays on.
  for (const each of was.playing) document.getElementById(each.id)?.replaceWith(each);
  if (was.focus) box.querySelector(was.focus)?.focus({ preventScroll: true });
  const outer = scroller(box);
  // Whoever reads further up stays where they are; at the end, the newest text stays in sight.
  if (outer && was.top < -80) outer.scrollTop = was.top - (outer.scrollHeight - was.height);
}

// The forms inside carry a token that differs each time.
const plain = (html) => html.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");

async function refresh(box) {
  let answer;
  try {
    answer = await fetch(box.dataset.live, { headers: { Accept: "text/html" }, redirect: "error" });
  } catch {
    return;
  }
  if (!answer.ok) return;
  const html = await answer.text();
  if (box.shown === plain(html)) return;
  box.shown = plain(html);
  const was = remember(box);
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  box.replaceChildren(fresh.content);
  restore(box, was);
  document.dispatchEvent(new CustomEvent("snoutos:refreshed", { detail: box }));
}

function soon(box) {
  if (waiting.has(box)) return;
  waiting.set(box, setTimeout(() => {
    waiting.delete(box);
    refresh(box);
  }, SETTLE_MS));
}

const all = () => regions.forEach(soon);

function changed(thread) {
  for (const box of regions) {
    if (box.dataset.liveThread === "*" || box.dataset.liveThread === thread) soon(box);
  }
}

function poll(on) {
  clearInterval(polling);
  polling = on ? setInterval(() => document.hidden || all(), POLL_MS) : 0;
}

function listen() {
  const stream = new EventSource("/live/");
  stream.addEventListener("resync", all);
  stream.addEventListener("changed", (event) => {
    try {
      changed(JSON.parse(event.data).thread);
    } catch {
      all();
    }
  });
  stream.onopen = () => poll(false);
  stream.onerror = () => {
    poll(true);
    // A server without a stream answers 204 or an error, and the browser gives up: look again in a minute.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 60000);
  };
}

if (regions.length) {
  poll(true);
  listen();
  document.addEventListener("visibilitychange", () => document.hidden || all());
}
