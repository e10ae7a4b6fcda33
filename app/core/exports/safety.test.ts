// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { DOMSerializer, Node } from "prosemirror-model";
import { describe, expect, test } from "vitest";
import { lessonFromJson } from "../model/lesson-json.ts";
import { makeLine, makeNode } from "../model/lesson-node.ts";
import type { LessonNode } from "../model/lesson-node.ts";
import { lessonSchema } from "../schema/schema.ts";
import { renderLessonHtml } from "./html.ts";
import { renderLessonMarkdown } from "./markdown.ts";

type Json = Record<string, unknown>;
const html = (content: LessonNode, facts: Json = {}): string => renderLessonHtml({ content, facts }, { view: "read" });
const task = (...content: LessonNode[]): LessonNode =>
  makeNode("doc", {}, [makeNode("stage", { id: "s", minutes: 5 }, [makeNode("block", { id: "b", kind: "task" }, [makeLine("text", content)])])]);

describe("[EX1] nothing a person writes becomes markup", () => {
  const BAD = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;
  /** As a browser reads it: nothing that runs, loads or leads elsewhere. */
  const isHarmless = (page: string): void => {
    const document = new DOMParser().parseFromString(page, "text/html");
    const strange = [...document.querySelectorAll("script, img, iframe, object, embed, form, style, link, base, svg *:not(rect, path, text)")];
    expect(strange.map((one) => one.outerHTML)).toEqual([]);
    const all = [...document.querySelectorAll("body *")];
    expect(all.length).toBeGreaterThan(3);
    for (const one of all) {
      for (const { name, value } of one.attributes) {
        expect(name).toMatch(/^(class|id|href|rel|role|style|tabindex|scope|aria-label|data-[a-z]+|viewBox|x|y|d|rx|width|height|fill)$/);
        if (name === "href") expect(value).toMatch(/^(#|\/|https?:|mailto:)/);
        if (name === "style") expect(value).toMatch(/^--m:\d+$/);
      }
    }
  };

  test("in words and marks", () => {
    for (const type of ["strong", "em", "math", "link", "glow", BAD]) {
      const page = html(task({ type: "text", text: BAD, marks: [{ type, attrs: { href: `/${BAD}`, notation: BAD } }] }));
      isHarmless(page);
      expect(page).toContain("&lt;script&gt;");
    }
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "//evil.example",
    "\u0001javascript:x",
  ])("a link to %j is only its words", (href) => {
    const page = html(task({ type: "text", text: "go", marks: [{ type: "link", attrs: { href } }] }));
    expect(page).toContain('data-voice="teacher">go</p>');
    expect(
      renderLessonMarkdown({ content: task({ type: "text", text: "go", marks: [{ type: "link", attrs: { href } }] }), facts: {} }),
    ).not.toContain("](");
  });

  test("in every attribute of every node, and in every fact", () => {
    const attrs = Object.fromEntries(
      ["id", "kind", "label", "stage", "minutes", "role", "ref", "extra", "spec", "field", "variant", "indent", "sequence", "key", "correct"].map(
        (name) => [name, BAD],
      ),
    );
    const line = (extra: Json = {}): LessonNode => ({ type: "line", attrs: { ...attrs, ...extra }, content: [{ type: "text", text: BAD }] });
    const kinds = [
      "task",
      "representation",
      "variation_table",
      "practice_set",
      "hinge_question",
      "anticipated_response",
      "board_plan",
      "citations",
      "case_pupils",
      "predictions",
      "big_ideas",
      "vocabulary_list",
      BAD,
      "constructor",
      "__proto__",
    ];
    const items = ["row", "option", "practice", "zone", "citation", "case_pupil", "prediction", BAD, "constructor", "toString"].map(
      (kind): LessonNode => ({ type: "item", attrs: { ...attrs, kind }, content: [line(), line({ field: "text" })] }),
    );
    const blocks = kinds.map((kind): LessonNode => ({
      type: "block",
      attrs: { ...attrs, kind },
      content: [line({ field: "text" }), line(), ...items],
    }));
    const facts = {
      yearGroup: BAD,
      durationMinutes: BAD,
      stageTemplate: BAD,
      licence: BAD,
      [`link:${BAD}:${BAD}`]: JSON.stringify({ role: BAD, order: 1 }),
      "link:f:c": '{"role":"constructor"}',
    };
    const content: LessonNode = {
      type: "doc",
      content: [
        { type: "header", attrs, content: [line({ field: "title" }), line({ field: "unit" }), ...blocks] },
        { type: "stage", attrs, content: [line({ field: "title" }), ...blocks, { type: BAD, attrs, content: [line()] }] },
      ],
    };
    isHarmless(html(content, facts));
    expect(() => renderLessonMarkdown({ content, facts })).not.toThrow();
  });
});

test("[EX2] blocks and lines carry the same classes and attributes as the editor's", () => {
  const { lessons } = JSON.parse(readFileSync("prisma/seed/lessons.json", "utf8")) as { lessons: unknown[] };
  for (const json of lessons) {
    let next = 0;
    const lesson = lessonFromJson(json, { makeId: () => `i${(next += 1)}` });
    const editor = document.createElement("div");
    editor.append(DOMSerializer.fromSchema(lessonSchema).serializeFragment(Node.fromJSON(lessonSchema, lesson.content).content, { document }));
    const page = new DOMParser().parseFromString(renderLessonHtml(lesson, { view: "read" }), "text/html").body;
    const attrs = (root: Element, selector: string, names: readonly string[]): (string | null)[][] =>
      [...root.querySelectorAll(selector)].filter((one) => one.textContent !== "").map((one) => names.map((name) => one.getAttribute(name)));
    const blocks = ["data-node", "class", "data-kind", "data-key", "data-label"];
    expect(attrs(page, ".stage > .block", blocks)).toEqual(attrs(editor, ".stage > .block", blocks));
    expect(attrs(page, ".stage > .block", blocks).length).toBeGreaterThan(15);
    const lines = ["data-node", "class", "data-field", "data-variant", "data-indent"];
    const inBlocks = ".block:not([data-kind=variation_table]) .line";
    expect(attrs(page, `.stage > ${inBlocks}`, lines)).toEqual(attrs(editor, `.stage > ${inBlocks}`, lines));
    const gutters = (root: Element): (string | null)[] => [...root.querySelectorAll(".stage .gutter")].map((one) => one.textContent);
    expect(gutters(page)).toEqual(gutters(editor));
  }
});
