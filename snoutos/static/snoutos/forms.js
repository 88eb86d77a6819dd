// A form marked data-once is sent once: the second click does nothing while the first is on its way.
// The server refuses a second one by itself; this only spares the wait. Ctrl+Enter sends a text.

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

// Coming back by the browser's history brings the page as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches(".d-compose textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector(".d-button--main"));
  }
});
