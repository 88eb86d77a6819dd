// The admin theme writes the name of a chosen file into a text field of its own making, which our form does not have: this input is taken.
for (const input of document.querySelectorAll("input[type=file]")) input.hasChangeListener = true;

// Keeps the progress of an import fresh while it runs, and shows its result once it is over.

const POLL_MS = 1500;
const box = document.querySelector("[data-progress]");

async function look() {
  let html = "";
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "text/html" }, redirect: "error" });
    html = answer.ok ? await answer.text() : "";
  } catch {
    // The next look finds out.
  }
  if (html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (fresh.content.querySelector("[data-over]")) {
      location.reload();
      return;
    }
    box.replaceChildren(fresh.content);
  }
  setTimeout(look, POLL_MS);
}

if (box) setTimeout(look, POLL_MS);
