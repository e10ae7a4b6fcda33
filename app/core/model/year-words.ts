/** Year groups as people say them. Alone in its file: pages that show a list need nothing else of the model. */

/**
 * "3" is Year 3, "R" is Reception, several are Years 3 and 4; what is in words already stays.
 *
 * @param yearGroup as lists keep it: years with commas between; "" for none
 * @returns "" for none
 */
export function yearWords(yearGroup: string): string {
  const years = yearGroup
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const said = years.map((year) => (year === "R" ? "Reception" : year));
  const isYear = (year: string): boolean => /^(\d+|R)$/.test(year);
  if (years.length < 2) return years.every((year) => /^\d+$/.test(year)) ? said.map((year) => `Year ${year}`).join("") : said.join("");
  return years.every(isYear) ? `Years ${said.slice(0, -1).join(", ")} and ${said.at(-1) ?? ""}` : yearGroup;
}
