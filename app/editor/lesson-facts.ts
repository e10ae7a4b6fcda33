/** The facts of a lesson (year, time, curriculum) for their form. The map itself is the document's. */
import type * as Y from "yjs";
import { linkKey, readLinks, readYearGroup, yearGroupFact, type CurriculumLink } from "#core/model/lesson-facts";
import { FACTS } from "#core/schema/schema";

export type FactsView = {
  readonly yearGroup: string;
  readonly durationMinutes: number;
  readonly stageTemplate: string;
  readonly links: readonly CurriculumLink[];
};

export type FactsInput = {
  readonly yearGroup: string;
  readonly durationMinutes: number;
  readonly links: readonly { readonly framework: string; readonly code: string; readonly role: string }[];
};

/** Framework of a code that somebody types in: the English ready-to-progress criteria. */
export const DEFAULT_FRAMEWORK = "dfe-rtp-2020";

/** What the map says, in a shape for the form. */
export function readFacts(doc: Y.Doc): FactsView {
  const values = doc.getMap(FACTS).toJSON() as Record<string, unknown>;
  const minutes = values["durationMinutes"];
  return {
    yearGroup: readYearGroup(values).join(", "),
    durationMinutes: typeof minutes === "number" ? minutes : 0,
    stageTemplate: typeof values["stageTemplate"] === "string" ? values["stageTemplate"] : "",
    links: readLinks(values),
  };
}

/** Write what changed; entries that did not change are left alone, so that a colleague's change beside it is kept. */
export function writeFacts(doc: Y.Doc, input: FactsInput): void {
  const before = readFacts(doc);
  const map = doc.getMap(FACTS);
  doc.transact(() => {
    if (input.yearGroup !== before.yearGroup) {
      const fact = yearGroupFact(input.yearGroup);
      if (fact === null) map.delete("yearGroup");
      else map.set("yearGroup", fact);
    }
    if (input.durationMinutes !== before.durationMinutes) map.set("durationMinutes", input.durationMinutes);
    const wanted = new Set(input.links.map((link) => linkKey(link.framework, link.code)));
    for (const link of before.links) {
      const key = linkKey(link.framework, link.code);
      if (!wanted.has(key)) map.delete(key);
    }
    const last = Math.max(-1, ...before.links.map((link) => link.order));
    for (const [index, link] of input.links.entries()) {
      const old = before.links.find((candidate) => candidate.framework === link.framework && candidate.code === link.code);
      if (old?.role === link.role) continue;
      const value = { ...old?.more, role: link.role, order: old?.order ?? last + 1 + index };
      map.set(linkKey(link.framework, link.code), JSON.stringify(value));
    }
  });
}
