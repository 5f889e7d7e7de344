// The item beside its leak: marks of one kind stand out, and one goes from each to the next.
import { alone, asked, element, fill, remember, status, TabStop, words } from "./page";

type Kind = "read" | "erased" | "against";

export class Aligned {
  private readonly marks: HTMLElement[];
  private readonly said = status();
  private readonly select = element("select", { id: "kind" });
  /** The mark that one went to last. */
  private at: HTMLElement | null = null;

  constructor(beside: HTMLElement) {
    this.marks = [...beside.querySelectorAll<HTMLElement>("mark[data-kind]")];
    if (this.marks.length === 0) return;
    const kinds: [Kind, string][] = [["read", words.readMarks], ["erased", words.erasedMarks], ["against", words.againstMarks]];
    this.select.append(element("option", { value: "" }, `${words.allMarks} (${this.marks.length})`));
    for (const [value, text] of kinds) {
      const count = this.of(value).length;
      this.select.append(element("option", { value, disabled: count === 0 }, `${text} (${count})`));
    }
    this.select.addEventListener("change", () => {
      this.sift();
      remember({ marks: this.select.value });
    });
    const button = (text: string, by: number): HTMLElement => {
      const made = element("button", { type: "button" }, text);
      made.addEventListener("click", () => this.go(by));
      return made;
    };
    const label = element("label", { for: "kind" }, words.jump);
    beside.before(element("div", { class: "tools" }, label, this.select, button(words.before, -1), button(words.next, 1), this.said));
    this.walk();
    this.select.value = asked("marks") ?? "";
    if (this.select.selectedIndex < 0 || this.select.selectedOptions[0]?.disabled === true) this.select.value = "";
    this.sift();
  }

  private of(kind: string): HTMLElement[] {
    return this.marks.filter((mark) => kind === "" || mark.dataset["kind"] === kind);
  }

  private sift(): void {
    const shown = new Set(this.of(this.select.value));
    for (const mark of this.marks) mark.classList.toggle("aside", !shown.has(mark));
    if (this.at !== null && !shown.has(this.at)) this.at = null;
  }

  private walk(): void {
    new TabStop(this.marks);
    for (const mark of this.marks) {
      mark.addEventListener("focus", () => this.tell(mark));
      mark.addEventListener("click", () => mark.focus());
      mark.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === "Escape") this.select.focus();
        if (by === undefined || !alone(event)) return;
        event.preventDefault();
        this.go(by);
      });
    }
  }

  /** Goes to the next mark of this kind from where one is, and from the last to the first. */
  private go(by: number): void {
    const shown = this.of(this.select.value);
    const from = this.at === null ? (by > 0 ? -1 : 0) : shown.indexOf(this.at);
    shown[(from + by + shown.length) % shown.length]?.focus();
  }

  /** Lets the mark stand out, and where the leak shows it: in its text and in its pictures. */
  private point(on: boolean): void {
    if (this.at === null) return;
    this.at.classList.toggle("here", on);
    const shown = `.shown[data-mark="${this.at.dataset["mark"]}"]`;
    for (const part of document.querySelectorAll(shown)) part.classList.toggle("here", on);
  }

  private tell(mark: HTMLElement): void {
    this.point(false);
    this.at = mark;
    this.point(true);
    mark.scrollIntoView({ block: "nearest" });
    const shown = this.of(this.select.value);
    this.said.textContent = fill(words.markAt, shown.indexOf(mark) + 1, shown.length, mark.title);
  }
}
