// The review (J K A E R D ?), the inbox (N) and a conversation (R A S E) by keyboard. Never while somebody types, never with a modifier.

const page = document.querySelector("[data-keys]");
const dialog = document.getElementById("keys");

function showKeys() {
  if (dialog && !dialog.open) dialog.showModal();
}

function press(target) {
  if (target.matches("select, textarea")) {
    target.focus();
    return;
  }
  if (target.tagName !== "SUMMARY") {
    target.click();
    return;
  }
  const fold = target.parentElement;
  fold.open = true;
  const field = fold.querySelector("textarea, input:checked, input:not([type=hidden])");
  field.focus();
  field.select?.();
}

function move(step) {
  const links = [...page.querySelectorAll(".d-queue a")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]");
}

// In a conversation Escape leaves the field only while it is empty: who goes on typing must not press keys of the page.
function leaves(target) {
  return typing(target) && page.contains(target) && !(page.dataset.keys === "conversation" && target.value);
}

document.addEventListener("keydown", (event) => {
  if (!page || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && leaves(event.target)) event.target.blur();
  if (typing(event.target) || dialog?.open) return;
  const key = event.key.toLowerCase();
  if (key === "?") showKeys();
  else if (page.dataset.keys === "queue" && (key === "j" || key === "k")) move(key === "j" ? 1 : -1);
  else {
    const target = page.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    press(target);
  }
  event.preventDefault();
});

const opener = document.querySelector(".d-keys-open");
if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", showKeys);
}
