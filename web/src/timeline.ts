// Who knew when: a window is drawn with the mouse or typed, and the table beneath lists who was told in it.
import { brushX, type D3BrushEvent } from "d3-brush";
import { scaleTime } from "d3-scale";
import { pointer, select } from "d3-selection";
import { element, fill, remember, status, words } from "./page";

const MINUTE = 60_000;

/** A minute of this machine's clock as forms write it. */
function written(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = [String(at.getFullYear()).padStart(4, "0"), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function timeline(svg: SVGSVGElement): void {
  const [axis, form] = [svg.querySelector("line.axis"), document.querySelector<HTMLFormElement>("form.window")];
  const rows = [...document.querySelectorAll<HTMLTableRowElement>("tr[data-at]")];
  const [from, until] = ["from", "until"].map((name) => form?.querySelector<HTMLInputElement>(`[name=${name}]`));
  if (axis === null || form === null || from == null || until == null) return;
  const at = (name: string): number => Number(axis.getAttribute(name));
  const ends = [new Date(Number(svg.dataset["from"])), new Date(Number(svg.dataset["until"]))];
  const x = scaleTime(ends, [at("x1"), at("x2")]).clamp(true);
  const top = Number(svg.dataset["top"]);

  const said = status();
  form.after(said);
  // What the server said of the window, the island says from now on.
  const link = element("a", { href: form.action }, form.dataset["all"] ?? "");
  form.parentElement?.querySelector(".in-window")?.remove();
  svg.querySelector(".window")?.remove();

  const brush = brushX<unknown>().extent([[at("x1"), top], [at("x2"), at("y1")]]);
  const area = select(svg).append<SVGGElement>("g").attr("class", "brush").call(brush);

  /** Lists the rows of the window that stands in the form, both of its minutes whole. */
  const list = (): void => {
    const [first, last] = [Date.parse(from.value), Date.parse(until.value) + MINUTE];
    for (const row of rows) {
      const told = Number(row.dataset["at"]);
      row.hidden = told < first || told >= last;
    }
    const shown = rows.filter((row) => !row.hidden).length;
    if (from.value === "" && until.value === "") said.replaceChildren();
    else said.replaceChildren(fill(words.inWindow, shown, rows.length), " ", link);
  };
  const follow = (): void => {
    const [first, last] = [Date.parse(from.value), Date.parse(until.value) + MINUTE].map((time, end) => x(Number.isNaN(time) ? (ends[end] as Date) : time));
    area.call(brush.move, from.value === "" && until.value === "" ? null : [first ?? 0, last ?? 0]);
  };
  brush.on("end", (event: D3BrushEvent<unknown>) => {
    // Only what a hand did; the form's own changes are listed already.
    if (event.sourceEvent === undefined || event.sourceEvent === null) return;
    const drawn = event.selection as [number, number] | null;
    from.value = drawn === null ? "" : written(x.invert(drawn[0]));
    until.value = drawn === null ? "" : written(x.invert(drawn[1]));
    changed();
  });
  const changed = (): void => {
    remember({ from: from.value, until: until.value });
    list();
  };
  form.addEventListener("change", () => {
    changed();
    follow();
  });

  const lanes = [...svg.querySelectorAll<SVGGElement>("g.lane")];
  const hint = element("p", { class: "hint back" }, words.drag);
  svg.closest(".wide")?.after(hint);
  svg.addEventListener("pointermove", (event) => {
    const height = (at("y1") - top) / Math.max(1, lanes.length);
    const here = lanes[Math.floor((pointer(event, svg)[1] - top) / height)];
    for (const lane of lanes) lane.classList.toggle("here", lane === here);
    hint.textContent = here?.querySelector("title")?.textContent ?? words.drag;
  });
  svg.addEventListener("pointerleave", () => {
    for (const lane of lanes) lane.classList.remove("here");
    hint.textContent = words.drag;
  });
  follow();
  list();
}
