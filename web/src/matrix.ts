// Who was told what: a table that the arrow keys walk through, that says whose row and which item's column one is in, and
// whose rows are sorted and sifted.
import { alone, asked, element, fill, remember, status, TabStop, textOf, words } from "./page";

type Order = "up" | "down";
interface Sorting {
  column: number;
  order: Order;
}

/** Which rows are listed, by what their cells say. */
const SIFTS: Record<string, (marks: string[]) => boolean> = {
  told: (marks) => marks.some((mark) => mark !== ""),
  unsigned: (marks) => marks.includes("○"),
};

function markOf(cell: HTMLTableCellElement): string {
  return textOf(cell.querySelector("[aria-hidden]"));
}

export class Matrix {
  private readonly bodies: { body: HTMLTableSectionElement; rows: HTMLTableRowElement[] }[];
  private readonly heads: HTMLTableCellElement[];
  private readonly said = status();
  private readonly sifted = element("span", { role: "status" });
  private sorting: Sorting | null = null;
  private here: HTMLTableCellElement | null = null;

  constructor(private readonly region: HTMLElement, private readonly table: HTMLTableElement) {
    this.bodies = [...table.tBodies].map((body) => ({ body, rows: [...body.rows] }));
    this.heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    for (const [column, head] of this.heads.entries()) this.addSort(head, column);
    this.addSift();
    this.walk();
    this.restore();
  }

  /** Rows of people, as the page sent them. */
  private get people(): HTMLTableRowElement[] {
    return this.bodies.flatMap(({ rows }) => rows.filter((row) => !row.classList.contains("group")));
  }

  private cells(row: HTMLTableRowElement): HTMLTableCellElement[] {
    return [...row.cells].slice(2);
  }

  // Where one is.

  private walk(): void {
    this.table.setAttribute("role", "grid");
    this.region.removeAttribute("tabindex");
    new TabStop(this.people.flatMap((row) => this.cells(row)));
    this.table.addEventListener("keydown", (event) => this.key(event));
    for (const [kind, out] of [["pointerover", "pointerleave"], ["focusin", "focusout"]] as const) {
      this.table.addEventListener(kind, (event) => this.enter(event.target));
      this.table.addEventListener(out, () => this.show(null));
    }
  }

  private enter(target: EventTarget | null): void {
    const cell = target instanceof Element ? target.closest("td") : null;
    const row = cell?.closest("tr") ?? null;
    this.show(cell !== null && row?.closest("tbody") != null && cell.cellIndex > 1 ? cell : null);
  }

  private show(cell: HTMLTableCellElement | null): void {
    this.mark(false);
    this.here = cell;
    this.mark(true);
    if (cell === null) return;
    const [row, head] = [cell.closest("tr"), this.heads[cell.cellIndex]];
    const told = textOf(cell.querySelector(".unseen")) || words.notTold;
    this.said.textContent = fill(words.cell, textOf(row?.querySelector("th")), textOf(head?.querySelector("a")), told);
  }

  private mark(on: boolean): void {
    if (this.here === null) return;
    this.here.closest("tr")?.classList.toggle("here", on);
    this.heads[this.here.cellIndex]?.classList.toggle("here", on);
  }

  private key(event: KeyboardEvent): void {
    const cell = event.target;
    if (!(cell instanceof HTMLTableCellElement) || !alone(event)) return;
    const rows = [...this.table.rows].filter((row) => !row.hidden && row.closest("tbody") !== null && !row.classList.contains("group"));
    const row = rows.findIndex((row) => row === cell.parentElement);
    const inRow = this.cells(rows[row] as HTMLTableRowElement);
    const column = inRow.indexOf(cell);
    const last = { row: rows.length - 1, column: inRow.length - 1 };
    const to = {
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      Home: [row, 0],
      End: [row, last.column],
      PageDown: [last.row, column],
      PageUp: [0, column],
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const target = rows[Math.max(0, Math.min(last.row, to[0] ?? 0))];
    if (target === undefined) return;
    this.cells(target)[Math.max(0, Math.min(last.column, to[1] ?? 0))]?.focus();
  }

  // Sorting: rising, falling, and as the page sent it, which is by unit.

  private addSort(head: HTMLTableCellElement, column: number): void {
    const name = textOf(head.querySelector("a") ?? head);
    const button = element("button", { type: "button", class: "sort", "aria-label": fill(words.sortBy, name) });
    button.append(element("span", { class: "order", "aria-hidden": "true" }, "↕"));
    button.addEventListener("click", () => this.press(column));
    head.append(button);
  }

  private press(column: number): void {
    const orders: (Order | null)[] = column === 0 ? ["up", "down", null] : ["down", "up", null];
    const now = this.sorting?.column === column ? orders.indexOf(this.sorting.order) : -1;
    const order = orders[now + 1] ?? null;
    this.sort(order === null ? null : { column, order });
    remember({ sort: order === null ? null : `${column}.${order}` });
  }

  private sort(sorting: Sorting | null): void {
    this.sorting = sorting;
    for (const { body, rows } of this.bodies) body.append(...rows);
    if (sorting !== null) this.bodies[0]?.body.append(...sorted(this.people, sorting));
    this.table.classList.toggle("sorted", sorting !== null);
    for (const [column, head] of this.heads.entries()) {
      const order = sorting?.column === column ? sorting.order : null;
      if (order === null) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", order === "up" ? "ascending" : "descending");
      const sign = head.querySelector(".order");
      if (sign !== null) sign.textContent = order === null ? "↕" : order === "up" ? "↑" : "↓";
    }
    const head = sorting === null ? undefined : this.heads[sorting.column];
    const sentence = sorting?.order === "down" ? words.falling : words.rising;
    this.said.textContent = head === undefined ? words.unsorted : fill(sentence, textOf(head.querySelector("a") ?? head.firstChild as Element));
  }

  // Sifting: which rows are listed.

  private addSift(): void {
    const select = element("select", { id: "sift" });
    const choices: [string, string][] = [["", words.allRows], ["told", words.toldRows], ["unsigned", words.unsignedRows]];
    for (const [value, text] of choices) select.append(element("option", { value }, text));
    select.addEventListener("change", () => {
      this.sift(select.value);
      remember({ sift: select.value });
    });
    const tools = element("div", { class: "tools" }, element("label", { for: "sift" }, words.rows), select, this.sifted, this.said);
    (document.querySelector(".legend") ?? this.region.previousElementSibling)?.after(tools);
  }

  private sift(name: string): void {
    const keep = SIFTS[name] ?? (() => true);
    for (const row of this.people) row.hidden = !keep(this.cells(row).map(markOf));
    for (const { rows } of this.bodies) {
      for (const row of rows) if (row.classList.contains("group")) row.hidden = rows.every((other) => other === row || other.hidden);
    }
    const shown = this.people.filter((row) => !row.hidden).length;
    this.sifted.textContent = name === "" ? "" : fill(words.rowsShown, shown, this.people.length);
  }

  private restore(): void {
    const [column, order] = (asked("sort") ?? "").split(".");
    if (this.heads[Number(column)] !== undefined && (order === "up" || order === "down")) this.sort({ column: Number(column), order });
    const sift = asked("sift") ?? "";
    const select = document.querySelector<HTMLSelectElement>("#sift");
    if (!(sift in SIFTS) || select === null) return;
    select.value = sift;
    this.sift(sift);
  }
}

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

/** Rows by one column: names as they are read, counts by size, marks by how much they say. */
function sorted(rows: HTMLTableRowElement[], { column, order }: Sorting): HTMLTableRowElement[] {
  const sign = order === "up" ? 1 : -1;
  const size = (row: HTMLTableRowElement): number => {
    const cell = row.cells[column];
    if (cell === undefined) return 0;
    return column === 1 ? Number(textOf(cell).replace(/\D/g, "")) : ["", "○", "●"].indexOf(markOf(cell));
  };
  const compare = (a: HTMLTableRowElement, b: HTMLTableRowElement): number =>
    column === 0 ? collator.compare(textOf(a.cells[0]), textOf(b.cells[0])) : size(a) - size(b);
  return [...rows].sort((a, b) => sign * compare(a, b));
}
