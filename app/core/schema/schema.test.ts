/** What the schema promises to everybody who edits together, held against the schema itself. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HEADER_FIELDS, KINDS, STAGE_FIELDS } from "./kinds.ts";
import { marks } from "./marks.ts";
import { nodes } from "./nodes.ts";
import { lessonSchema } from "./schema.ts";

const contents = Object.values(lessonSchema.nodes).map((type) => type.spec.content ?? "");

test("[SC1] content expressions use * only: no parent needs a child that somebody may delete", () => {
  expect(contents.filter((content) => content !== "").length).toBeGreaterThan(4);
  for (const content of contents) expect(content).toMatch(/^$|^(\w+|\(\w+( \| \w+)*\))\*$/);
  const withoutText = Object.values(lessonSchema.nodes).filter((type) => !type.isText);
  for (const type of withoutText) expect(() => type.create().check(), type.name).not.toThrow();
});

test("[SC2] there is one block with a kind and one line with a field, whatever the kinds", () => {
  expect(Object.keys(nodes)).toEqual(["doc", "header", "stage", "block", "item", "line", "text"]);
  expect(nodes.block.attrs).toHaveProperty("kind");
  expect(nodes.line.attrs).toHaveProperty("field");
  for (const { kind } of KINDS) expect(lessonSchema.nodes.block.create({ kind }).type.name).toBe("block");
});

test("[SC3] attributes are primitives with a default, and none is a person's text", () => {
  const attributes = Object.values(nodes).flatMap((spec) => Object.entries("attrs" in spec ? spec.attrs : {}) as [string, { default?: unknown }][]);
  expect(attributes.length).toBeGreaterThan(15);
  for (const [name, { default: value }] of attributes) {
    expect(value === null || ["string", "number", "boolean"].includes(typeof value), name).toBe(true);
    // Ids, slugs, names of kinds and places, and JSON of fields: nothing that somebody types.
    expect([
      "id",
      "stage",
      "minutes",
      "extra",
      "kind",
      "key",
      "label",
      "sequence",
      "spec",
      "correct",
      "role",
      "ref",
      "field",
      "variant",
      "indent",
    ]).toContain(name);
  }
});

test("[SC5] text is the only thing inside a line", () => {
  expect(nodes.line.content).toBe("text*");
  expect(
    Object.values(lessonSchema.nodes)
      .filter((type) => type.isInline)
      .map((type) => type.name),
  ).toEqual(["text"]);
  expect(Object.keys(marks)).toContain("math");
});

test("[SC7] every name that a released version gave to a kind, a field or an item is still there", () => {
  const released = JSON.parse(readFileSync(new URL("../../../tests/fixtures/documents/names-schema-1.json", import.meta.url), "utf8")) as {
    readonly kinds: Readonly<Record<string, { readonly fields: readonly string[]; readonly item: readonly string[] | null }>>;
    readonly header: readonly string[];
    readonly stage: readonly string[];
  };
  expect(Object.keys(released.kinds).length).toBeGreaterThan(20);
  for (const [kind, names] of Object.entries(released.kinds)) {
    const spec = KINDS.find((each) => each.kind === kind);
    expect(
      spec?.fields.map((field) => field.name),
      kind,
    ).toEqual(expect.arrayContaining([...names.fields]));
    const item = spec?.items === undefined ? [] : [spec.items.kind, spec.items.jsonKey, ...spec.items.fields.map((field) => field.name)];
    expect(item, kind).toEqual(expect.arrayContaining([...(names.item ?? [])]));
  }
  expect(HEADER_FIELDS.map((field) => field.name)).toEqual(expect.arrayContaining([...released.header]));
  expect(STAGE_FIELDS.map((field) => field.name)).toEqual(expect.arrayContaining([...released.stage]));
});

test("[SC9] the schema takes things in any order: one that came out of order by merging is no error", () => {
  const { doc, header, stage, line, block } = lessonSchema.nodes;
  const upsideDown = doc.create(null, [
    stage.create({ id: "s" }, [block.create({ id: "b" }, [line.create()]), line.create({ field: "purpose" }), line.create({ field: "title" })]),
    header.create({ id: "h" }, [line.create({ field: "keyPoint" }), line.create({ field: "title" })]),
  ]);
  expect(() => upsideDown.check()).not.toThrow();
});
