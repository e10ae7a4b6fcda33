/** The shape of a lesson JSON, checked once where it comes in; trouble is one sentence that names the place. */
import { z } from "zod";
import { AppError } from "../errors.ts";
import { ID_PATTERN } from "../ids.ts";
import { findKind, HEADER_FIELDS } from "../schema/kinds.ts";
import type { ItemSpec, KindSpec } from "../schema/kinds.ts";
import { textSchema } from "./json-text.ts";
import { nodeSchema } from "./lesson-node.ts";
import type { LessonNode } from "./lesson-node.ts";

const id = z.string({ error: "should be an id" }).regex(ID_PATTERN, "should be an id: 1 to 64 letters, digits, - or _");
const name = z.string({ error: "should be text" });
const newer = z.array(z.object({ at: z.number().int().min(0), node: nodeSchema }), { error: "should be what a newer version wrote" });
const list = <T extends z.ZodType>(of: T): z.ZodArray<T> => z.array(of, { error: "should be a list" });

/** Keys of an item in the JSON that are attributes of its node. */
export const ITEM_KEYS: ReadonlyMap<string, { readonly label?: string; readonly ref?: string; readonly correct?: string }> = new Map([
  ["option", { label: "id", correct: "correct" }],
  ["zone", { label: "position" }],
  ["citation", { label: "canonId", ref: "blockId" }],
  ["case_pupil", { label: "label" }],
  ["prediction", { label: "casePupil", ref: "sectionId" }],
]);

const fieldShape = (fields: readonly { readonly name: string }[]): Record<string, z.ZodType> =>
  Object.fromEntries(fields.map((field) => [field.name, textSchema.optional()]));

/** One entry of a list of items (an option, a word, a practice question). */
export function itemSchema(spec: ItemSpec): z.ZodType<Record<string, unknown>> {
  const keys = ITEM_KEYS.get(spec.kind) ?? {};
  return z.looseObject(
    {
      ...fieldShape(spec.fields),
      ...(keys.label === undefined ? {} : { [keys.label]: name.optional() }),
      ...(keys.ref === undefined ? {} : { [keys.ref]: z.union([id, z.null()], { error: "should be an id, or null" }).optional() }),
      ...(keys.correct === undefined ? {} : { [keys.correct]: z.boolean({ error: "should be true or false" }).optional() }),
    },
    { error: `should be one ${spec.noun}, with its words` },
  );
}

const cell = z.union([textSchema, z.number()], { error: "should be words or a number" });

function itemsShape(spec: KindSpec): Record<string, z.ZodType> {
  if (spec.items === undefined) return {};
  if (spec.items.kind === "row") return { columns: list(cell).optional(), rows: list(list(cell)).optional() };
  return { [spec.items.jsonKey]: list(itemSchema(spec.items)).optional() };
}

const blockBase = z.looseObject(
  {
    id: id.optional(),
    type: name.min(1, "should name the kind of block"),
    key: z.boolean({ error: "should be true or false" }).optional(),
    label: name.optional(),
    sequence: z.number({ error: "should be a whole number" }).int("should be a whole number").min(0).optional(),
    spec: z.record(z.string(), z.unknown(), { error: "should be the description of a picture" }).optional(),
    newer: newer.optional(),
  },
  { error: "should be a block" },
);

const blockSchema = blockBase.superRefine((block, context) => {
  const spec = findKind(block.type);
  if (spec === null) return;
  const checked = z.looseObject({ ...fieldShape(spec.fields), ...itemsShape(spec) }).safeParse(block);
  for (const issue of checked.error?.issues ?? []) context.addIssue({ code: "custom", path: issue.path, message: issue.message });
});
export type JsonBlock = z.infer<typeof blockBase>;

const sectionSchema = z.looseObject(
  {
    id: id.optional(),
    stage: name.optional(),
    title: textSchema.optional(),
    minutes: z
      .number({ error: "should be the minutes of the stage, 0 to 600" })
      .int("should be whole minutes")
      .min(0, "should be 0 minutes or more")
      .max(600, "should be 600 minutes or less"),
    purpose: textSchema.optional(),
    blocks: list(blockSchema).default([]),
    newer: newer.optional(),
  },
  { error: "should be a stage" },
);
export type JsonSection = z.infer<typeof sectionSchema>;

const linkSchema = z.looseObject({
  framework: name.regex(/^[^:]{1,64}$/, "should be a short name without a colon"),
  code: name.min(1, "should not be empty"),
  role: name,
});

const listOfTexts = z.union([textSchema.transform((text) => [text]), list(textSchema)], { error: "should be a list of texts" });

const lessonSchema = z
  .looseObject(
    {
      yearGroup: z.union([z.number(), z.string(), z.array(z.number())], { error: "should be a year, or a list of years" }).optional(),
      durationMinutes: z
        .number({ error: "should be the minutes of the lesson" })
        .int("should be whole minutes")
        .min(0, "should be 0 minutes or more")
        .optional(),
      stageTemplate: name.optional(),
      licence: name.optional(),
      language: name.optional(),
      curriculumLinks: list(linkSchema).optional(),
      ...Object.fromEntries(HEADER_FIELDS.map((field) => [field.name, (field.many === true ? listOfTexts : textSchema).optional()])),
      ...Object.fromEntries(
        ["vocabulary_list", "citations", "case_pupils", "predictions"].flatMap((kind) => {
          const items = findKind(kind)?.items;
          return items === undefined ? [] : [[items.jsonKey, list(itemSchema(items)).optional()]];
        }),
      ),
      bigIdeas: z.record(z.string(), textSchema, { error: "should be one line for each big idea" }).optional(),
      boardPlan: z.looseObject({ zones: list(z.looseObject({ position: name.optional(), content: textSchema.optional() })).optional() }).optional(),
      sections: list(sectionSchema).default([]),
      newer: newer.optional(),
      newerInHeader: newer.optional(),
      newerFacts: z.record(z.string(), z.unknown(), { error: "should be facts of a newer version" }).optional(),
    },
    { error: "should be an object with the lesson's fields" },
  )
  .superRefine((lesson, context) => {
    const seen = new Set<string>();
    const check = (found: string | undefined, path: (string | number)[]): void => {
      if (found === undefined) return;
      if (seen.has(found)) context.addIssue({ code: "custom", path, message: `repeats the id ${found}` });
      seen.add(found);
    };
    const checkNewer = (found: typeof lesson.newer, path: (string | number)[]): void =>
      found?.forEach(({ node }, index) => {
        for (const inner of idsIn(node)) check(inner, [...path, index, "node"]);
      });
    lesson.sections.forEach((section, s) => {
      check(section.id, ["sections", s, "id"]);
      section.blocks.forEach((block, b) => {
        check(block.id, ["sections", s, "blocks", b, "id"]);
        checkNewer(block.newer, ["sections", s, "blocks", b, "newer"]);
      });
      checkNewer(section.newer, ["sections", s, "newer"]);
    });
    checkNewer(lesson.newer, ["newer"]);
    checkNewer(lesson.newerInHeader, ["newerInHeader"]);
    const links = new Set<string>();
    lesson.curriculumLinks?.forEach((link, index) => {
      const key = `${link.framework}:${link.code}`;
      if (links.has(key)) context.addIssue({ code: "custom", path: ["curriculumLinks", index], message: `repeats ${link.framework} ${link.code}` });
      links.add(key);
    });
  });
export type JsonLesson = z.infer<typeof lessonSchema>;

const idsIn = (node: LessonNode): string[] => {
  const own = node.attrs?.["id"];
  return [...(typeof own === "string" ? [own] : []), ...(node.content ?? []).flatMap(idsIn)];
};

/**
 * Unknown in, a lesson JSON out, keys that we do not know kept.
 * @throws AppError "bad-input" with one sentence that names the first place that is wrong
 */
export function parseLessonJson(input: unknown): JsonLesson {
  const parsed = lessonSchema.safeParse(typeof input === "string" ? parseText(input) : input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = (issue?.path ?? []).map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  throw new AppError("bad-input", {
    message: `This lesson cannot be read: ${place === "" ? "it" : place.replace(/^\./, "")} ${issue?.message ?? "is not as it should be"}.`,
    cause: parsed.error,
  });
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("bad-input", { message: "This lesson cannot be read: it is not JSON.", cause });
  }
}
