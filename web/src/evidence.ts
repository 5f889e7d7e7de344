// The evidence plot: wherever one points, how seldom an innocent copy gets so far; at each dot, whose it is.
import { scaleLinear } from "d3-scale";
import { pointer, select } from "d3-selection";
import { alone, fill, status, TabStop, words } from "./page";

const grouped = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 2 });

/** So many powers of ten, as pages write them. */
function power(powers: number): string {
  return powers < 9 ? grouped.format(10 ** powers) : `10${[...String(Math.floor(powers))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

export function evidence(svg: SVGSVGElement): void {
  const [axis, rule] = [svg.querySelector("line.axis"), svg.querySelector("line.rule")];
  if (axis === null || rule === null) return;
  const at = (line: Element, name: string): number => Number(line.getAttribute(name));
  const x = scaleLinear([0, Number(svg.dataset["end"])], [at(axis, "x1"), at(axis, "x2")]).clamp(true);
  const [top, base, line] = [at(rule, "y1"), at(axis, "y1"), x.invert(at(rule, "x1"))];
  const said = status();
  svg.closest(".wide")?.after(said);

  const cross = select(svg).append("g").attr("class", "cross").attr("visibility", "hidden");
  cross.append("line").attr("y1", top).attr("y2", base);
  const label = cross.append("text").attr("y", top + 10);
  const show = (powers: number | null): void => {
    cross.attr("visibility", powers === null ? "hidden" : null);
    if (powers === null) return;
    const left = x(powers) > (x.range()[1] ?? 0) - 120;
    cross.attr("transform", `translate(${x(powers)} 0)`);
    label.attr("dx", left ? -6 : 6).attr("text-anchor", left ? "end" : "start").text(fill(words.oneIn, power(powers)));
  };
  svg.addEventListener("pointermove", (event) => show(x.invert(pointer(event, svg)[0])));
  svg.addEventListener("pointerleave", () => show(null));

  const dots = [...svg.querySelectorAll<SVGGElement>("g.dot")];
  if (dots.length === 0) return;
  svg.setAttribute("role", "group");
  const tell = (dot: SVGGElement): void => {
    const powers = Number(dot.dataset["power"]);
    show(powers);
    said.textContent = `${dot.getAttribute("aria-label")} ${fill(words.beyond, power(powers - line))}`;
  };
  for (const dot of dots) {
    dot.setAttribute("role", "img");
    dot.setAttribute("aria-label", dot.querySelector("title")?.textContent ?? "");
    dot.addEventListener("focus", () => tell(dot));
    dot.addEventListener("blur", () => show(null));
    dot.addEventListener("pointerenter", () => tell(dot));
    dot.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (by === undefined || !alone(event)) return;
      event.preventDefault();
      dots[dots.indexOf(dot) + by]?.focus();
    });
  }
  new TabStop(dots);
}
