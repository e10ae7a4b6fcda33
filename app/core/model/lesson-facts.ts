/**
 * The facts of a lesson: a flat map of primitives (see "Facts" in ../schema/SPEC.md), so that two people who each change one keep both.
 */
import { z } from "zod";
import type { LessonFactValues } from "./lesson-node.ts";

/** One link to a curriculum statement. `more` keeps keys of an import that this version does not know. */
export type CurriculumLink = {
  readonly framework: string;
  readonly code: string;
  readonly role: string;
  readonly order: number;
  readonly more: Readonly<Record<string, unknown>>;
};

const LINK = "link:";
const linkValueSchema = z.looseObject({ role: z.string().catch("main"), order: z.number().catch(0) });

/** Key in the facts map of one curriculum link. */
export const linkKey = (framework: string, code: string): string => `${LINK}${framework}:${code}`;

/** The curriculum links in the order people gave them. A value that cannot be read counts as a main link. */
export function readLinks(facts: LessonFactValues): readonly CurriculumLink[] {
  return Object.entries(facts)
    .flatMap(([key, value]): CurriculumLink[] => {
      if (!key.startsWith(LINK)) return [];
      const [framework = "", ...code] = key.slice(LINK.length).split(":");
      const { role, order, ...more } = linkValueSchema.catch({ role: "main", order: 0 }).parse(parseJson(value));
      return [{ framework, code: code.join(":"), role, order, more }];
    })
    .toSorted((a, b) => a.order - b.order || (a.code < b.code ? -1 : 1));
}

/** The year groups of a lesson as people write them: ["3"], or ["3", "4"] for a mixed class; empty when not given. */
export function readYearGroup(facts: LessonFactValues): readonly string[] {
  const value = facts["yearGroup"];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "string" || value.trim() === "") return [];
  const list = z.array(z.union([z.number(), z.string()])).safeParse(parseJson(value));
  return list.success ? list.data.map(String) : [value.trim()];
}

/** What a person wrote as year group, as the fact: a number, a JSON list for several, their words for anything else, null for none. */
export function yearGroupFact(written: string): number | string | null {
  const parts = written.split(/[\s,/&]+|\band\b/).filter((part) => part !== "" && !/^years?$/i.test(part));
  if (parts.length === 0) return null;
  if (!parts.every((part) => /^\d{1,2}$/.test(part))) return written.trim();
  const years = parts.map(Number);
  return years.length === 1 ? (years[0] ?? null) : JSON.stringify(years);
}

/** JSON in a fact or an attribute; undefined when it is none. */
export function parseJson(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
