/** Header fields that are seen while the header is short. The others and the groups open with one button. */
export const HEADER_PREVIEW: ReadonlySet<string> = new Set(["title", "keyPoint", "smallStep", "difficultyPoints", "researchQuestion"]);
