// A form marked data-once is sent once: the second click does nothing while the first is on its way.
// The server refuses a second one by itself; this only spares the wait.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});

// Whoever signs out leaves nothing they began to write (drafts.js).
document.addEventListener("submit", (event) => {
  if (!new URL(event.target.action).pathname.endsWith("/logout/")) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("snoutos:draft:")) localStorage.removeItem(key);
  } catch {
    // Storage is off: nothing was kept.
  }
});

// Coming back by the browser's history brings the page as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// In a text of several lines Enter begins a new line. Ctrl+Enter presses what Enter would press in a field: the form's first button.
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
  if (!form || !event.target.matches("textarea")) return;
  event.preventDefault();
  form.requestSubmit([...form.elements].find((one) => one.type === "submit"));
});

// The frame hides the page until its scripts have started. A browser that looked earlier for what to focus found nothing it could.
window.addEventListener("load", () => {
  if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
});
