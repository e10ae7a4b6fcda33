/**
 * The demo lessons as their stories: what was planned, what was taught, what was refined, by whom and when. The lessons are those of
 * lessons.json; the changes are its refinements. All people, schools and classes are made up.
 */
import { z } from "zod";
import type { LessonNode } from "#core/model/lesson-node";
import { makeLine, words } from "#core/model/lesson-node";
import { attrText } from "#core/model/lesson-node";
import type { VersionKind } from "#server/stores/contract";
import { addAfter, addPractice, firstStages, makeBlock, moveBefore, readDemoLesson, setMinutes, setWords } from "./lesson-edits.ts";
import demo from "./lessons.json" with { type: "json" };

export type Author = "aisha" | "ben" | "carys" | "gwen";
type Content = { readonly content: LessonNode; readonly facts: Record<string, unknown> };

/** Somebody changes the lesson, or names a version of it. */
export type Act =
  | { readonly at: string; readonly by: Author; readonly write: Content }
  | { readonly at: string; readonly by: Author; readonly name: { readonly kind: VersionKind; readonly title: string; readonly note: string } };
export type LessonStory = { readonly id: string; readonly by: Author; readonly at: string; readonly first: Content; readonly acts: readonly Act[] };

const lessonsSchema = z.array(z.looseObject({ id: z.string() }));

function find(id: string): Content {
  const json = lessonsSchema.parse(demo.lessons).find((lesson) => lesson.id === id);
  if (json === undefined) throw new Error(`lessons.json has no ${id}`);
  // What a colleague observed and what was refined afterwards belongs to the cycle, not to the plan.
  const { sampleObservations: _observations, sampleRefinement: _refinement, ...lesson } = json;
  return readDemoLesson(lesson);
}

/** The four stories. Times are UTC. */
export const demoStories = (): readonly LessonStory[] => [year1(), year3(), year5(), year2()];

function year1(): LessonStory {
  const planned = find("lesson-y1-parts-of-7");
  const refined = addPractice(planned.content, "b20", 5, {
    id: "p9",
    q: "whole ?, parts 4 and 3",
    a: "7",
    why: "unknown moves, layout stays",
  });
  const author = "ben";
  return {
    id: "demo-y1-parts-of-7",
    by: author,
    at: "2026-01-06T15:40Z",
    first: { ...planned, content: firstStages(planned.content, 1) },
    acts: [
      { at: "2026-01-07T15:52Z", by: author, write: { ...planned, content: firstStages(planned.content, 4) } },
      { at: "2026-01-08T16:05Z", by: "carys", write: planned },
      {
        at: "2026-01-08T16:20Z",
        by: "carys",
        name: { kind: "as-planned", title: "As planned, lesson 1", note: "For Ben’s class on Tuesday 13 January." },
      },
      { at: "2026-01-15T15:45Z", by: author, write: { ...planned, content: refined } },
      {
        at: "2026-01-15T15:58Z",
        by: author,
        name: {
          kind: "refined",
          title: "One thing changes at a time",
          note: "A could state the relation aloud but read the diagram by position; two things changed at once. One item now stands between.",
        },
      },
    ],
  };
}

function year3(): LessonStory {
  const lesson = find("lesson-y3-unit-fractions");
  const question = demo.cycles[0]?.focus.researchQuestion ?? "";
  const planned = { ...lesson, content: withResearchQuestion(lesson.content, question) };

  const slower = setMinutes(setMinutes(planned.content, "s2", 11), "s5", 6);
  const taught = addAfter(
    slower,
    "b17",
    makeBlock("b26", "teacher_move", "Not planned: ‘You could cut the big bit and then it’s fair.’ We asked the pair to draw the cut on the board."),
  );

  const strip =
    "A bar whose left half has no line and whose right half is cut in two, as a paper strip; one small piece is shaded. Before you name it, show how many fit.";
  const first = moveBefore(setWords(planned.content, "b14", "text", strip), "b14", "b12");
  const refined = setWords(first, "b17", "plannedMove", "Make it a named strategy on the board: ‘make the parts equal’, credited to the class.");

  return {
    id: "demo-y3-unit-fractions",
    by: "aisha",
    at: "2026-01-08T16:10Z",
    first: { ...planned, content: firstStages(planned.content, 0) },
    acts: [
      { at: "2026-01-12T15:35Z", by: "aisha", write: { ...planned, content: firstStages(planned.content, 3) } },
      { at: "2026-01-13T16:02Z", by: "ben", write: { ...planned, content: firstStages(planned.content, 4) } },
      { at: "2026-01-19T15:50Z", by: "carys", write: planned },
      {
        at: "2026-01-20T16:15Z",
        by: "aisha",
        name: { kind: "as-planned", title: "As planned, lesson 1", note: "For class 3R on Wednesday 21 January, first lesson after break." },
      },
      { at: "2026-01-21T16:30Z", by: "aisha", write: { ...planned, content: taught } },
      {
        at: "2026-01-21T16:38Z",
        by: "aisha",
        name: {
          kind: "as-taught",
          title: "As taught, lesson 1",
          note: "Ping 1 took eleven minutes because we cut the triangles; practice ended at item 6. Hinge: A 13, B 11, C 2, D 2.",
        },
      },
      { at: "2026-01-28T15:48Z", by: "ben", write: { ...planned, content: first } },
      { at: "2026-02-02T16:05Z", by: "carys", write: { ...planned, content: refined } },
      {
        at: "2026-02-03T15:55Z",
        by: "carys",
        name: {
          kind: "refined",
          title: "Size before name",
          note: "The strip was on the table, not in the thinking. Ping 3 now begins with the half-cut bar as a paper strip; ‘make the parts equal’ is a named strategy.",
        },
      },
    ],
  };
}

function year5(): LessonStory {
  const planned = find("lesson-y5-ten-times");
  const taught = setMinutes(setMinutes(planned.content, "s2", 17), "s5", 11);
  const refined = setWords(
    planned.content,
    "b11",
    "text",
    "Partner A moves fingers on the Gattegno chart, partner B moves digit cards on the place-value chart, for 3.6 x 10, 3.6 x 100, 36 / 10, 0.36 x 10 and, last, 3.06 x 10. Say the stem each time.",
  );
  return {
    id: "demo-y5-ten-times",
    by: "carys",
    at: "2026-01-14T12:30Z",
    first: { ...planned, content: firstStages(planned.content, 2) },
    acts: [
      { at: "2026-01-16T15:40Z", by: "carys", write: { ...planned, content: firstStages(planned.content, 5) } },
      { at: "2026-01-20T15:44Z", by: "aisha", write: planned },
      { at: "2026-01-20T15:50Z", by: "carys", name: { kind: "as-planned", title: "As planned, lesson 1", note: "For Thursday 22 January." } },
      { at: "2026-01-22T16:10Z", by: "carys", write: { ...planned, content: taught } },
      {
        at: "2026-01-22T16:12Z",
        by: "carys",
        name: {
          kind: "as-taught",
          title: "As taught, lesson 1",
          note: "The Gattegno chart took three minutes more; nobody reached the two-machine problem before the plenary.",
        },
      },
      { at: "2026-01-29T15:51Z", by: "aisha", write: { ...planned, content: refined } },
      {
        at: "2026-01-29T16:03Z",
        by: "carys",
        name: {
          kind: "refined",
          title: "Zero inside, said by pupils",
          note: "The zero-inside idea appeared only in the teacher-led part; B’s sentence shows that pupils can say it for themselves if asked.",
        },
      },
    ],
  };
}

/** The second school's own small lesson. */
function year2(): LessonStory {
  const lesson = readDemoLesson({
    title: "Double, then one more: near doubles within 20",
    yearGroup: 2,
    durationMinutes: 40,
    stageTemplate: "custom",
    licence: "CC BY 4.0",
    language: "en-GB",
    unit: "Adding within 20",
    positionInUnit: "Lesson 4 of 6",
    curriculumLinks: [
      { framework: "dfe-rtp-2020", code: "2NF-1", role: "main" },
      { framework: "dfe-rtp-2020", code: "2AS-1", role: "uses" },
    ],
    smallStep: "Use a double that is known to add two numbers that are next to each other.",
    keyPoint: "When two numbers are next to each other, their sum is double the smaller one, and one more.",
    stemSentences: ["___ is one more than ___, so the sum is double ___ and one more."],
    sections: [
      {
        id: "s1",
        stage: "do_now",
        title: "Doubles we know",
        minutes: 6,
        purpose: "Retrieve doubles to double 9",
        blocks: [{ id: "b1", type: "task", text: "Two rods of one colour, end to end. Say the double before you measure it." }],
      },
      {
        id: "s2",
        stage: "develop",
        title: "One more",
        minutes: 20,
        purpose: "See the extra one",
        blocks: [
          { id: "b2", type: "task", text: "6 counters above 6 counters. Add one counter to the lower row. What is the sum now?" },
          { id: "b3", type: "teacher_question", text: "What has changed? What has stayed the same?", key: true },
          {
            id: "b4",
            type: "anticipated_response",
            label: "R1",
            response: "14, because you double it and then it is two more.",
            plannedMove: "Point to each row: which one has more? How many more?",
            sequence: 1,
          },
          { id: "b5", type: "stem_sentence", text: "7 is one more than 6, so the sum is double 6 and one more." },
        ],
      },
      {
        id: "s3",
        stage: "practice",
        title: "Near doubles",
        minutes: 14,
        purpose: "Choose the double that helps",
        blocks: [
          {
            id: "b6",
            type: "practice_set",
            items: [
              { q: "6 + 6", a: "12" },
              { q: "6 + 7", a: "13", why: "one more" },
              { q: "7 + 6", a: "13", why: "same sum, other order" },
              { q: "8 + ? = 17", a: "9", why: "unknown moves" },
            ],
          },
        ],
      },
    ],
  });
  return {
    id: "demo-y2-near-doubles",
    by: "gwen",
    at: "2026-01-19T15:30Z",
    first: lesson,
    acts: [
      { at: "2026-01-26T16:01Z", by: "gwen", write: { ...lesson, content: setMinutes(setMinutes(lesson.content, "s2", 22), "s3", 12) } },
      { at: "2026-01-26T16:05Z", by: "gwen", name: { kind: "as-planned", title: "As planned", note: "" } },
    ],
  };
}

function withResearchQuestion(content: LessonNode, text: string): LessonNode {
  return {
    ...content,
    content: (content.content ?? []).map((node) =>
      node.type === "header"
        ? {
            ...node,
            content: (node.content ?? []).map((line) =>
              line.type === "line" && attrText(line, "field") === "researchQuestion" ? makeLine("researchQuestion", words(text)) : line,
            ),
          }
        : node,
    ),
  };
}
