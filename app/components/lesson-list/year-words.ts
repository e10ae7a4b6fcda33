/** Year groups: as they are kept ("3"), and as people say them ("Year 3"). */

export const YEAR_GROUPS = ["R", "1", "2", "3", "4", "5", "6"] as const;

/** "3" is Year 3, "R" is Reception, "3,4" is Years 3 and 4; what is in words already stays. */
export function yearWords(yearGroup: string): string {
  const years = yearGroup
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (years.length === 0) return "No year yet";
  if (years.length === 1) {
    const [year = ""] = years;
    if (year === "R") return "Reception";
    return /^\d+$/.test(year) ? `Year ${year}` : year;
  }
  if (!years.every((year) => /^(\d+|R)$/.test(year))) return yearGroup;
  const said = years.map((year) => (year === "R" ? "Reception" : year));
  return `Years ${said.slice(0, -1).join(", ")} and ${said.at(-1) ?? ""}`;
}
