// The marks editor: what is ticked is kept at once, and the paragraphs' bits and what the marks prove follow it.
import { element, status, textOf, words } from "./page";

/** Pause after the last change before it is sent, in milliseconds: boxes are ticked in bursts. */
const PAUSE = 250;

/** Another tab changed the draft: nothing more is sent until a person presses a button. */
const CONFLICT = 409;

export class Editor {
  private readonly said = status();
  private readonly proves = element("span", {}, textOf(document.querySelector("h1")));
  private waiting = 0;
  private isSending = false;
  private hasChanged = false;
  /** The button that waits until what is under way has arrived. */
  private pressed: HTMLElement | null = null;

  constructor(private readonly form: HTMLFormElement) {
    this.said.classList.add("live");
    this.said.append(this.proves, " ", element("span", { class: "state" }));
    form.querySelector(".editor")?.after(this.said);
    form.addEventListener("change", () => this.later());
    // Whatever button is pressed sends the form as it always did, once what is under way has arrived; nothing of ours follows.
    form.addEventListener("submit", (event) => {
      clearTimeout(this.waiting);
      if (!this.isSending) return;
      event.preventDefault();
      this.pressed = event.submitter;
    });
  }

  private later(): void {
    this.hasChanged = true;
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.send(), PAUSE);
  }

  /** Sends what "Save" sends. One at a time: an older answer never replaces a newer one. */
  private send(): void {
    if (this.isSending || !this.hasChanged) return;
    [this.isSending, this.hasChanged] = [true, false];
    this.say(words.saving);
    const body = new URLSearchParams([...new FormData(this.form)].map(([name, value]) => [name, String(value)]));
    body.append("do", "save");
    // Unlike `DOMParser`, this reads a page without making markup of a string.
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.responseType = "document";
    request.addEventListener("loadend", () => {
      this.isSending = false;
      const page: Document | null = request.response;
      if (page?.querySelector(".editor") == null) this.say(words.notSaved);
      else if (request.status === CONFLICT) this.stop(textOf(page.querySelector("#marks ~ .error")));
      else this.take(page);
      if (this.pressed === null) this.send();
      else this.form.requestSubmit(this.pressed);
    });
    request.send(body);
  }

  private stop(why: string): void {
    this.hasChanged = false;
    this.say(why);
  }

  /** The next change is made to what is kept now. */
  private take(page: Document): void {
    const [here, there] = [document, page].map((of) => of.querySelector<HTMLInputElement>("input[name=seen]"));
    if (here != null && there != null) here.value = there.value;
    if (!this.hasChanged) this.follow(page);
  }

  private say(how: string): void {
    this.said.lastElementChild?.replaceChildren(how);
  }

  /** Takes over what the answer says of the same marks. */
  private follow(page: Document): void {
    const error = page.querySelector("#marks ~ .error");
    this.say(error === null ? words.saved : textOf(error));
    for (const where of ["h1", ".power", ".chosen"]) this.replace(document.querySelector(where), page.querySelector(where));
    this.proves.textContent = textOf(document.querySelector("h1"));
    const paragraphs = page.querySelectorAll(".paragraph");
    for (const [at, here] of document.querySelectorAll(".paragraph").entries()) {
      const [old, made] = [here.querySelector(".bits"), paragraphs[at]?.querySelector(".bits")];
      if (made == null) old?.remove();
      else if (old === null) here.append(made);
      else this.replace(old, made);
    }
    for (const box of this.form.querySelectorAll<HTMLInputElement>(".editor input[name=keep]")) {
      const made = page.querySelector<HTMLInputElement>(`.editor input[value="${CSS.escape(box.value)}"]`);
      const [here, there] = [box.closest("label"), made?.closest("label")];
      if (made === null || here === null || there == null) continue;
      box.checked = made.checked;
      here.className = there.className;
      this.replace(here.querySelector(".unseen"), there.querySelector(".unseen"));
    }
  }

  private replace(old: Element | null, made: Element | null): void {
    if (old !== null && made !== null && old.textContent !== made.textContent) old.replaceWith(made);
  }
}
