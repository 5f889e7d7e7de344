// The web: at each node that one goes to or points at, its lines stand out, and are said beneath the picture.
import { fill, status, textOf, words } from "./page";

/** Lines that are said; the table has all. */
const SAID = 4;

export function web(svg: SVGSVGElement): void {
  const ties = [...svg.querySelectorAll<SVGGElement>("g.tie")];
  const nodes = [...svg.querySelectorAll<SVGAElement>("a.node")];
  const said = status();
  svg.closest(".wide")?.after(said);

  const show = (node: Element | null): void => {
    const place = node === null ? null : (node as SVGAElement).dataset["node"];
    const own = ties.filter((tie) => tie.dataset["from"] === place || tie.dataset["to"] === place);
    for (const tie of ties) tie.classList.toggle("here", own.includes(tie));
    const lines = own.slice(0, SAID).map((tie) => `${textOf(tie.querySelector("title"))}.`);
    if (own.length > SAID) lines.push(fill(words.moreTies, own.length - SAID));
    said.textContent = lines.join(" ");
  };
  /** Whoever points elsewhere comes back to where the keyboard is. */
  const back = (): void => show(nodes.find((node) => node === document.activeElement) ?? null);
  for (const node of nodes) {
    node.addEventListener("focus", () => show(node));
    node.addEventListener("blur", () => show(null));
    node.addEventListener("pointerenter", () => show(node));
    node.addEventListener("pointerleave", back);
  }
}
