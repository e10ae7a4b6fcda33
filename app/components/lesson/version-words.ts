/** Versions in the words of teachers. */
import type { VersionKindView } from "./version-list.tsx";

const KIND_WORDS: Readonly<Record<VersionKindView, string>> = {
  draft: "draft",
  "as-planned": "as planned",
  "as-taught": "as taught",
  refined: "refined",
  published: "published",
};

/** Kinds that a person may choose, with a sentence each. */
export const KIND_OPTIONS: readonly { readonly value: VersionKindView; readonly label: string }[] = [
  { value: "draft", label: "Draft: still being made" },
  { value: "as-planned", label: "As planned: before it is taught" },
  { value: "as-taught", label: "As taught: what really happened" },
  { value: "refined", label: "Refined: changed after teaching" },
];

/** What a version is called besides its number: "as planned, lesson 1". */
export function versionLabel(version: { readonly kind: VersionKindView; readonly title: string; readonly automatic: boolean }): string {
  if (version.automatic)
    return version.title === "" ? "kept by itself" : `kept by itself, ${version.title.charAt(0).toLowerCase()}${version.title.slice(1)}`;
  const kind = KIND_WORDS[version.kind];
  // People write "As taught, lesson 1" as the title of a version as taught.
  return version.title.toLowerCase().startsWith(kind) ? version.title : [kind, version.title].filter((words) => words !== "").join(", ");
}

/** "Aisha", "Aisha and Ben", "Aisha, Ben and 2 more": first names, the author first. */
export function whoWords(
  author: { readonly id: string; readonly name: string } | null,
  contributors: readonly { readonly id: string; readonly name: string }[],
): string {
  const people = [...(author === null ? [] : [author]), ...contributors.filter((person) => person.id !== author?.id)];
  const names = people.map((person) => person.name.replace(/^(Dr|Mr|Mrs|Ms|Miss|Mx|Prof) /, "").split(" ")[0] ?? person.name);
  if (names.length <= 1) return names[0] ?? "";
  if (names.length <= 3) return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}
