// Canned replies: “/” at the beginning of a line, or the button, opens the list; typing narrows it, Enter or a click puts the text where
// somebody writes. Without this script each is a link to the page with the text in its field.

const fold = document.querySelector(".d-canned");
const area = document.getElementById("reply-body");

if (fold && area) {
  const search = fold.querySelector("input");
  const said = fold.querySelector("output");
  const links = [...fold.querySelectorAll("a[data-text]")];
  let place = null; // where the text goes, and a “/” that opened the list

  const shown = () => links.filter((link) => !link.parentElement.hidden);

  const narrow = () => {
    const wanted = search.value.trim().toLowerCase();
    for (const link of links) link.parentElement.hidden = !link.textContent.toLowerCase().includes(wanted);
    said.textContent = links.length && !shown().length ? "No canned reply with this name." : "";
  };

  const close = () => {
    fold.open = false;
    area.focus();
  };

  const put = (text) => {
    const [from, to] = place ?? [area.selectionStart, area.selectionEnd];
    area.focus();
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    fold.open = false;
  };

  const pick = async (link) => {
    try {
      const answer = await fetch(link.dataset.text, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { text, missing } = await answer.json();
      if (missing) said.textContent = missing;
      else put(text);
    } catch {
      location.assign(link.href); // signed out, gone, or no network: the page says so
    }
  };

  const begin = () => {
    search.value = "";
    narrow();
    search.focus();
  };

  search.parentElement.hidden = false;
  search.addEventListener("input", narrow);
  area.addEventListener("blur", () => (place = [area.selectionStart, area.selectionEnd]));
  area.addEventListener("keydown", (event) => {
    const before = area.value.slice(0, area.selectionStart);
    if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (before && !before.endsWith("\n")) return;
    event.preventDefault();
    fold.dataset.slash = "1";
    fold.open = true;
    begin(); // now: “toggle” comes later, and who types fast is already writing
  });
  fold.addEventListener("toggle", () => {
    if (!fold.open) delete fold.dataset.slash;
    else if (!fold.contains(document.activeElement) || document.activeElement.tagName === "SUMMARY") begin();
  });
  fold.addEventListener("keydown", (event) => {
    const open = shown();
    const at = open.indexOf(document.activeElement);
    if (event.key === "Escape") {
      if (fold.dataset.slash) put("/"); // who meant the sign itself gets it
      else close();
    } else if (event.key === "ArrowDown") open[Math.min(open.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? open[at - 1] : search).focus();
    else if (event.key === "Enter" && event.target === search) {
      if (open.length) pick(open[0]);
    } else {
      // A letter narrows the list; it is no key of the page.
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) search.focus();
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      pick(link);
    });
  }
}
