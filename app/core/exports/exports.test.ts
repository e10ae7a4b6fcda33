import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lessonFromJson } from "../model/lesson-json.ts";
import { attrText, makeLine, makeNode, mapNodes, words } from "../model/lesson-node.ts";
import type { LessonNode } from "../model/lesson-node.ts";
import { markFractions } from "../model/fractions.ts";
import { renderLessonHtml } from "./html.ts";
import { renderLessonJson } from "./json.ts";
import { renderLessonMarkdown } from "./markdown.ts";

type Json = Record<string, unknown>;
const lessons = (JSON.parse(readFileSync(new URL("../../../prisma/seed/lessons.json", import.meta.url), "utf8")) as { lessons: Json[] }).lessons;
const read = (json: unknown): { content: LessonNode; facts: Record<string, unknown> } => {
  let next = 0;
  const lesson = lessonFromJson(json, { makeId: () => `i${(next += 1)}` });
  return { ...lesson, content: markFractions(lesson.content) };
};
const year3 = read(lessons[1]);
const html = (content: LessonNode, facts: Json = {}): string => renderLessonHtml({ content, facts }, { view: "read" });
const stage = (...blocks: LessonNode[]): LessonNode => makeNode("doc", {}, [makeNode("stage", { id: "s", minutes: 5 }, blocks)]);
const task = (...content: LessonNode[]): LessonNode => stage(makeNode("block", { id: "b", kind: "task" }, [makeLine("text", content)]));

describe("the three lessons", () => {
  test.each(lessons.map((lesson) => [String(lesson["id"]), lesson] as const))("%s looks as it did", async (id, lesson) => {
    await expect(
      renderLessonHtml(read(lesson), { view: "read" }).replaceAll(/(<(?:section|div|p|h\d|ul|ol|li|table|tr|footer|header|figure|nav)\b)/g, "\n$1"),
    ).toMatchFileSnapshot(`../../../tests/fixtures/exports/${id}.html`);
    await expect(renderLessonMarkdown(read(lesson))).toMatchFileSnapshot(`../../../tests/fixtures/exports/${id}.md`);
  });

  test("show every word that is in them", () => {
    for (const lesson of lessons) {
      const shown = renderLessonHtml(read(lesson), { view: "read" })
        .replaceAll(/<b>([^<]*)<\/b><b>([^<]*)<\/b>/g, "$1/$2")
        .replaceAll(/<[^>]+>/g, "");
      const texts: string[] = [];
      const walk = (node: LessonNode): void => {
        if (node.type === "text") texts.push(node.text ?? "");
        node.content?.forEach(walk);
      };
      walk(read(lesson).content);
      expect(texts.length).toBeGreaterThan(100);
      const signs: Record<string, string> = { "&amp;": "&", "&#39;": "'", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
      const plain = shown.replaceAll(/&(?:amp|#39|lt|gt|quot);/g, (sign) => signs[sign] ?? sign);
      const squeeze = (text: string): string => text.toLowerCase().replaceAll(/_{3,}|\s|[-–—,:]/g, "");
      for (const text of texts) expect(squeeze(plain)).toContain(squeeze(text));
    }
  });

  test("as JSON are what was imported", () => {
    expect(JSON.parse(renderLessonJson(lessonFromJson(lessons[1], { makeId: () => "i" }), String(lessons[1]?.["id"])))).toEqual(lessons[1]);
  });
});

describe("the parts of a lesson", () => {
  const page = renderLessonHtml(year3, { view: "read" });

  test("facts, curriculum and the strip drawn to scale", () => {
    expect(page).toContain(
      '<p class="facts"><span>Year 3</span> <span>50 minutes</span> <span>Fractions 1: unit fractions, lesson 3 of 8</span> <span>Ping-pong</span></p>',
    );
    expect(page).toContain('<span class="code">3F-1 <em>main</em></span>');
    expect(page).toContain('<a href="#stage-s2" style="--m:8" aria-label="Ping 1 - equal, though it looks different, 8 minutes">');
  });

  test("the variation table is a table, and yes and no are words as well as signs", () => {
    expect(page).toMatch(/<table class="variation"><thead><tr><th scope="col">item<\/th>/);
    expect(page).toContain('<td><span class="yes">yes</span> <span class="remark">same size, not the same shape</span></td>');
    expect(page).toContain('<td><span class="no">no</span></td>');
  });

  test("responses carry their R-number, and the right option says so", () => {
    expect(page).toMatch(/data-kind="anticipated_response" data-label="R1"/);
    expect(page).toMatch(/data-kind="option" data-name="B" data-correct="true">.*?\(correct\)/);
  });

  test("gaps and fractions are drawn and said", () => {
    expect(page).toContain('split into <span class="gap" role="img" aria-label="blank"></span> equal parts');
    expect(page).toContain(
      '<span class="math" data-math="fraction"><span class="frac" role="img" aria-label="1 over 4"><b>1</b><b>4</b></span></span>',
    );
  });

  test("headings go down by one from the level that is asked for", () => {
    const lower = renderLessonHtml(year3, { view: "version", headings: 2 });
    expect(lower).toMatch(/<h2 class="line" data-node="line" data-field="title"/);
    expect(lower).toMatch(/<h3 class="line" data-node="line" data-field="title"/);
    expect(lower).not.toContain("<h1");
  });

  test("lists are lists", () => {
    const lines = [
      makeLine("text", words("one"), { variant: "bullet" }),
      makeLine("text", words("two"), { variant: "bullet", indent: 1 }),
      makeLine("text", words("then"), { variant: "number" }),
      makeLine("text", words("plain")),
    ];
    expect(html(stage(makeNode("block", { kind: "free_text" }, lines)))).toMatch(
      /<ul class="lines"><li [^>]*>one<\/li><li [^>]*data-indent="1"[^>]*>two<\/li><\/ul><ol class="lines"><li [^>]*>then<\/li><\/ol><p [^>]*>plain<\/p>/,
    );
  });

  test("an empty block says that nothing is written yet; an empty lesson is a page too", () => {
    expect(html(task())).toContain("Nothing written yet.");
    expect(html(makeNode("doc", {}))).toContain("Untitled lesson");
  });
});

describe("what a newer version wrote", () => {
  test("[EX3] is shown with its words", () => {
    const sketch: LessonNode = { type: "sketch", content: [{ type: "text", text: "a <line>" }] };
    const proof = makeNode("block", { kind: "proof" }, [makeLine("text", words("because"))]);
    const page = html({ type: "doc", content: [...(stage(sketch, proof).content ?? []), sketch] });
    expect(page.match(/Made with a newer version of Bansho/g)).toHaveLength(3);
    expect(page.match(/a &lt;line&gt;/g)).toHaveLength(2);
    expect(page).toContain("because");
    expect(renderLessonMarkdown({ content: stage(sketch, proof), facts: {} })).toContain("> because");
  });
});

/** Nodes that stand where none of ours does, or that two people made at once. */
const STRAY: Readonly<Record<string, LessonNode>> = {
  "a node of a newer version": { type: "sketch", content: words("QUOKKA") },
  "a block of a newer version": makeNode("block", { id: "zb", kind: "later" }, [makeLine("text", words("QUOKKA"))]),
  "a block of ours": makeNode("block", { id: "zb", kind: "task" }, [makeLine("text", words("QUOKKA"))]),
  "an item of a newer version": makeNode("item", { id: "zi", kind: "later" }, [makeLine("text", words("QUOKKA"))]),
  "a field of another node": makeLine("later", words("QUOKKA")),
  "a second title": makeLine("title", words("QUOKKA")),
  "a second purpose": makeLine("purpose", words("QUOKKA")),
};

test.each(Object.entries(STRAY))("[EX3] [EX4] %s is shown once, with its words, wherever it stands", (_name, stray) => {
  const containers: LessonNode[] = [];
  mapNodes(year3.content, (node) => {
    if (!["line", "text"].includes(node.type)) containers.push(node);
    return node;
  });
  expect(containers.length).toBeGreaterThan(80);
  for (const [at, container] of containers.entries()) {
    let count = -1;
    const content = mapNodes(year3.content, (node) => {
      if (["line", "text"].includes(node.type)) return node;
      count += 1;
      return count === at ? { ...node, content: [...(node.content ?? []), stray] } : node;
    });
    const place = `in ${container.type} ${attrText(container, "kind")}`;
    expect(renderLessonHtml({ content, facts: year3.facts }, { view: "read" }).split("QUOKKA"), `HTML ${place}`).toHaveLength(2);
    expect(renderLessonMarkdown({ content, facts: year3.facts }).split("QUOKKA"), `Markdown ${place}`).toHaveLength(2);
  }
});

test("[EX4] in Markdown a person's stars, brackets and tags mean themselves", () => {
  const markdown = renderLessonMarkdown({ content: task({ type: "text", text: "2 * 3 * 4 [x](y) <b> # _a_" }), facts: {} });
  expect(markdown).toContain(String.raw`2 \* 3 \* 4 \[x\](y) \<b\> # \_a\_`);
});
