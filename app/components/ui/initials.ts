/** Two letters for a face. */

const TITLES = new Set(["dr", "mr", "mrs", "ms", "miss", "mx", "prof", "professor", "sir", "dame", "revd"]);

/** First letters of the first and last name, without titles: "Dr Priya Nair" is PN. One name gives one letter; none gives "?". */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const named = words.filter((word) => !TITLES.has(word.toLowerCase().replace(/\.$/, "")));
  const used = named.length > 0 ? named : words;
  const letter = (word: string | undefined): string => /\p{L}/u.exec(word ?? "")?.[0]?.toLocaleUpperCase("en-GB") ?? "";
  return letter(used[0]) + (used.length > 1 ? letter(used.at(-1)) : "") || "?";
}
