// How many SMS segments a text takes, as it is typed. The same rules as messaging.outbound.queue.segments, which decides.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("\f^{}\\[~]|€");
const MOST = 1600;

export function measure(text) {
  const characters = [...text];
  const plain = characters.every((each) => BASIC.has(each) || EXTENDED.has(each));
  const costs = characters.map((each) => (plain ? (EXTENDED.has(each) ? 2 : 1) : each.codePointAt(0) > 0xffff ? 2 : 1));
  const [alone, part] = plain ? [160, 153] : [70, 67];
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  return { encoding: plain ? "GSM-7" : "UCS-2", units, segments: parts(costs, units, alone, part), characters: characters.length };
}

function parts(costs, units, alone, part) {
  if (!costs.length) return 0;
  if (units <= alone) return 1;
  let count = 1;
  let used = 0;
  for (const cost of costs) {
    if (used + cost > part) {
      count += 1;
      used = 0;
    }
    used += cost;
  }
  return count;
}

function tell(area, output) {
  const { encoding, segments, characters } = measure(area.value.trim());
  const over = characters > MOST;
  output.classList.toggle("d-counter--over", over);
  if (!characters) output.textContent = "Up to 1,600 characters";
  else if (over) output.textContent = `${(characters - MOST).toLocaleString()} characters too many`;
  else output.textContent = `${characters} characters · ${segments} ${segments === 1 ? "segment" : "segments"} · ${encoding}`;
}

for (const area of document.querySelectorAll("textarea[data-count]")) {
  const output = document.getElementById(area.dataset.count);
  if (!output) continue;
  area.addEventListener("input", () => tell(area, output));
  tell(area, output);
}
