/** What the list of lessons is asked for, in its address: readable, to be bookmarked, and never wrong (what is not known counts as not asked). */
import { YEAR_GROUPS } from "../../components/lesson-list/year-groups.ts";

export type LessonsQuery = {
  readonly text: string;
  /** "" is every year. */
  readonly year: string;
  readonly code: string;
  readonly archived: boolean;
  /** From 1. */
  readonly page: number;
};

export function readQuery(params: URLSearchParams): LessonsQuery {
  const year = params.get("year") ?? "";
  const page = Number(params.get("page") ?? 1);
  return {
    text: (params.get("q") ?? "").trim().slice(0, 200),
    year: (YEAR_GROUPS as readonly string[]).includes(year) ? year : "",
    code: (params.get("code") ?? "").trim().slice(0, 40),
    archived: params.get("archived") === "1",
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The address of this list; only what is asked for is in it. `moved`: the lesson to offer Undo for. */
export function listAddress(query: LessonsQuery, { moved }: { readonly moved?: string } = {}): string {
  const params = new URLSearchParams();
  if (query.text !== "") params.set("q", query.text);
  if (query.year !== "") params.set("year", query.year);
  if (query.code !== "") params.set("code", query.code);
  if (query.archived) params.set("archived", "1");
  if (query.page > 1) params.set("page", String(query.page));
  if (moved !== undefined) params.set("moved", moved);
  const search = params.toString();
  return search === "" ? "/lessons" : `/lessons?${search}`;
}
