// What all islands use: the page's own words, its address, and elements made without markup.

/** What islands say, in the page's language; written in Rust beside everything else that pages say (words/islands.rs). */
export interface Words {
  sortBy: string;
  rising: string;
  falling: string;
  unsorted: string;
  rows: string;
  allRows: string;
  toldRows: string;
  unsignedRows: string;
  rowsShown: string;
  notTold: string;
  cell: string;
  oneIn: string;
  beyond: string;
  saving: string;
  saved: string;
  notSaved: string;
  jump: string;
  before: string;
  next: string;
  allMarks: string;
  readMarks: string;
  erasedMarks: string;
  againstMarks: string;
  markAt: string;
  drag: string;
  inWindow: string;
  copyTable: string;
  copied: string;
  notCopied: string;
  moreTies: string;
}

const main = document.querySelector("main");

export const words = JSON.parse(main?.dataset["words"] ?? "{}") as Words;

/** A sentence with its places (`%`) filled, in order. */
export function fill(sentence: string, ...values: (string | number)[]): string {
  let at = 0;
  return sentence.replace(/%/g, () => String(values[at++] ?? ""));
}

type Content = Node | string;

/** An element with attributes and content; what is false or null is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | boolean | null> = {},
  ...content: Content[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}

/** A line whose changes are read aloud. */
export function status(): HTMLElement {
  return element("p", { role: "status", class: "said" });
}

/** What stands in the address under this name. */
export function asked(name: string): string | null {
  return new URL(location.href).searchParams.get(name);
}

/** Changes what stands in the address, so that it alone restores what is seen. */
export function remember(changes: Record<string, string | null>): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  history.replaceState(history.state, "", address);
}

/** Text of an element as it is read: one space where there is any. */
export function textOf(of: Element | null | undefined): string {
  return (of?.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Whether a key is pressed alone: what the browser does with Control or Alt stays the browser's. */
export function alone(event: KeyboardEvent): boolean {
  return !event.altKey && !event.ctrlKey && !event.metaKey;
}

/** Lets one of several elements be reached by Tab, and says which: the others are reached from it, by arrow keys. */
export class TabStop<E extends HTMLElement | SVGElement> {
  private at: E | null = null;

  constructor(all: Iterable<E>) {
    for (const one of all) {
      one.setAttribute("tabindex", this.at === null ? "0" : "-1");
      this.at ??= one;
      one.addEventListener("focus", () => this.hold(one));
    }
  }

  private hold(one: E): void {
    this.at?.setAttribute("tabindex", "-1");
    one.setAttribute("tabindex", "0");
    this.at = one;
  }
}
