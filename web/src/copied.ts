// Tables that can be copied as they are shown, for a spreadsheet: cells apart by tabs, rows by lines.
import { element, fill, status, textOf, words } from "./page";

/** What a cell says: in words where a shape stands for them, without the buttons and signs of its column's head. */
function said(cell: HTMLTableCellElement): string {
  const inWords = cell.querySelector(".unseen");
  if (inWords !== null) return textOf(inWords);
  const plain = cell.cloneNode(true) as HTMLElement;
  for (const sign of plain.querySelectorAll("[aria-hidden], button")) sign.remove();
  return textOf(plain);
}

/** What begins like a formula is text to a spreadsheet that it is pasted into. */
function harmless(text: string): string {
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

/** Rows from which on nobody wants to type a table again. */
const LONG = 5;

/** Offers to copy the table of a region, if it is long. */
export function copied(region: HTMLElement): void {
  const table = region.querySelector("table");
  if (table === null || table.rows.length <= LONG) return;
  const answer = status();
  const button = element("button", { type: "button", class: "copy" }, words.copyTable);
  button.addEventListener("click", () => {
    const rows = [...table.rows].filter((row) => !row.hidden && getComputedStyle(row).display !== "none");
    const lines = rows.map((row) => [...row.cells].map((cell) => harmless(said(cell))).join("\t"));
    const listed = rows.filter((row) => row.closest("tbody") !== null && !row.classList.contains("group")).length;
    navigator.clipboard.writeText(lines.join("\n") + "\n").then(
      () => (answer.textContent = fill(words.copied, listed)),
      () => (answer.textContent = words.notCopied),
    );
  });
  region.after(element("div", { class: "tools after" }, button, answer));
}
