// What somebody began to write in a conversation stays in this browser, for them alone, until it is sent or they sign out.
// Nothing of it reaches the server. A text that was sent and stands in the conversation is a draft no more; one that got lost
// on its way comes back.

const KEPT = "snoutos:draft:";
const LATELY = 5; // bubbles that are looked at for what was sent

const words = (text) => text.replace(/\s+/g, " ").trim();

function stands(text) {
  const bubbles = [...document.querySelectorAll(".d-chat .d-bubble")].slice(-LATELY);
  return bubbles.some((bubble) => words(bubble.textContent) === words(text));
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage is off, or holds something else
  }
}

function keep(key, draft) {
  try {
    if (draft.text.trim()) localStorage.setItem(key, JSON.stringify(draft));
    else localStorage.removeItem(key);
  } catch {
    // Storage is off or full: the text is still in its field.
  }
}

for (const area of document.querySelectorAll("textarea[data-draft]")) {
  const key = KEPT + area.dataset.draft;
  const draft = read(key);
  if (draft?.sent && stands(draft.text)) localStorage.removeItem(key);
  else if (draft && !area.value) {
    area.value = draft.text;
    area.dispatchEvent(new Event("input"));
  }
  area.addEventListener("input", () => keep(key, { text: area.value, sent: false }));
  area.form.addEventListener("submit", () => keep(key, { text: area.value, sent: true }));
}
