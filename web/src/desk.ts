// Islands: what pages add where scripts run. Every page says the same without them.
import { Aligned } from "./aligned";
import { copied } from "./copied";
import { Editor } from "./editor";
import { evidence } from "./evidence";
import { Matrix } from "./matrix";
import { timeline } from "./timeline";
import { web } from "./web";

/** Begins an island wherever its element stands; if it fails, the page stays as it was sent, and developers are told. */
function island<E extends Element>(where: string, begin: (found: E) => void): void {
  for (const found of document.querySelectorAll<E>(where)) {
    try {
      begin(found);
    } catch (error) {
      console.error(error);
    }
  }
}

island<HTMLElement>(".aligned", (beside) => new Aligned(beside));
island<SVGSVGElement>("svg.timeline", timeline);
island<SVGSVGElement>("svg.web", web);
island<HTMLFormElement>("form:has(> .editor)", (form) => new Editor(form));
island<SVGSVGElement>("svg.evidence", evidence);
island<HTMLElement>(".wide:has(> table)", copied);
island<HTMLTableElement>(".matrix table", (table) => new Matrix(table.parentElement as HTMLElement, table));
