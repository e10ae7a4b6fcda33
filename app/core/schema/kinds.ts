/**
 * The block kinds of a lesson, as data: which fields each has, what they are called, and what an empty one asks.
 * One table serves the editor, the exports, the import and the print view, so a new kind is one new row.
 * Source: the anatomy of a mastery lesson, section 2.2. Rules SC7 to SC9 in ./SPEC.md.
 */

/** How words in a field look: a teacher's, a pupil's (Andika), said aloud in unison (large Andika), the leading sentence. */
export type Voice = "teacher" | "pupil" | "stem" | "lead" | "aside";

export type FieldSpec = {
  /** Name in the document and in the lesson JSON. Permanent. */
  readonly name: string;
  /** What the teacher sees beside it; empty for the main words of a block, whose label is the block's. */
  readonly label: string;
  /** What an empty field asks. */
  readonly prompt: string;
  readonly voice: Voice;
  /** May hold several lines (paragraphs, lists). Default: Enter makes the next block. */
  readonly multi?: boolean;
};

export type ItemSpec = {
  /** `kind` attribute of the item nodes. */
  readonly kind: string;
  /** Key in the lesson JSON. */
  readonly jsonKey: string;
  /** What one is called, for "Add an option". */
  readonly noun: string;
  readonly fields: readonly FieldSpec[];
};

/** The part of the lesson a kind may stand in. */
export type Place = "stage" | "header";

export type KindSpec = {
  /** `kind` attribute; the lesson JSON's `type`. Permanent. */
  readonly kind: string;
  /** Gutter label. */
  readonly label: string;
  /** One line in the slash menu. */
  readonly hint: string;
  /** More words the slash menu finds it by. */
  readonly keywords: readonly string[];
  readonly place: Place;
  readonly fields: readonly FieldSpec[];
  readonly items?: ItemSpec;
  /** Fields that stand after the items: what we decide, what to notice. Default: none. */
  readonly closing?: readonly string[];
};

const text = (prompt: string, voice: Voice = "teacher", extra: Partial<FieldSpec> = {}): FieldSpec => ({
  name: "text",
  label: "",
  prompt,
  voice,
  ...extra,
});
const field = (name: string, label: string, prompt: string, voice: Voice = "aside"): FieldSpec => ({ name, label, prompt, voice });

export const KINDS: readonly KindSpec[] = [
  {
    kind: "task",
    label: "Task",
    hint: "What pupils do",
    keywords: ["activity", "problem"],
    place: "stage",
    fields: [text("What do pupils do?", "teacher", { multi: true })],
  },
  {
    kind: "talk_task",
    label: "Talk task",
    hint: "What partners do and say",
    keywords: ["pairs", "partner", "speak"],
    place: "stage",
    fields: [text("What does partner A do, and partner B?"), field("stem", "They say", "The words they use", "stem")],
  },
  {
    kind: "teacher_question",
    label: "Question",
    hint: "What you ask; one a stage can be the key question",
    keywords: ["ask", "key question"],
    place: "stage",
    fields: [text("What do you ask?")],
  },
  {
    kind: "teacher_move",
    label: "Teacher",
    hint: "What you do",
    keywords: ["move", "do"],
    place: "stage",
    fields: [text("What do you do?")],
  },
  {
    kind: "anticipated_response",
    label: "Pupils may say",
    hint: "A likely answer, and what you do then",
    keywords: ["anticipated response", "answer", "respond"],
    place: "stage",
    fields: [
      { name: "response", label: "", prompt: "What might a pupil say?", voice: "pupil" },
      field("plannedMove", "Then we", "What will you do then?"),
    ],
  },
  {
    kind: "misconception",
    label: "Misconception",
    hint: "A likely mistaken idea, and how to bring it out",
    keywords: ["mistake", "error"],
    place: "stage",
    fields: [text("What might pupils believe?"), field("probe", "Probe", "How will you find out?")],
  },
  {
    kind: "stem_sentence",
    label: "Stem sentence",
    hint: "A sentence everyone says, with gaps",
    keywords: ["say", "frame"],
    place: "stage",
    fields: [text("The whole is ___.", "stem")],
  },
  {
    kind: "generalisation",
    label: "For all",
    hint: "What is always true",
    keywords: ["generalise", "rule"],
    place: "stage",
    fields: [text("What is always true?", "stem")],
  },
  {
    kind: "representation",
    label: "Picture",
    hint: "A mathematical picture",
    keywords: ["representation", "bar", "number line", "diagram"],
    place: "stage",
    fields: [
      field("alt", "In words", "Describe the picture"),
      field("shows", "Shows", "What does it show?"),
      field("hides", "Hides", "What does it hide?"),
    ],
  },
  {
    kind: "variation_table",
    label: "Variation",
    hint: "What is held still, and what is changed",
    keywords: ["table", "vary", "change"],
    place: "stage",
    fields: [
      field("holdConstant", "Hold still", "What stays the same?", "teacher"),
      field("vary", "Change", "What is changed?", "teacher"),
      field("notice", "Notice", "What should pupils notice?", "teacher"),
    ],
    items: {
      kind: "row",
      jsonKey: "rows",
      noun: "row",
      fields: [{ name: "cell", label: "", prompt: "", voice: "teacher" }],
    },
    closing: ["notice"],
  },
  {
    kind: "practice_set",
    label: "Practice",
    hint: "Questions worth looking across, with answers and why",
    keywords: ["exercise", "questions"],
    place: "stage",
    fields: [],
    items: {
      kind: "practice",
      jsonKey: "items",
      noun: "question",
      fields: [
        { name: "q", label: "", prompt: "Question", voice: "pupil" },
        { name: "a", label: "Answer", prompt: "Answer", voice: "pupil" },
        field("why", "Why this one", "Why is it here?"),
      ],
    },
  },
  {
    kind: "hinge_question",
    label: "Hinge question",
    hint: "Options that each mean something, and what you decide",
    keywords: ["multiple choice", "check"],
    place: "stage",
    fields: [
      { name: "question", label: "", prompt: "What do you ask everyone?", voice: "teacher" },
      field("decision", "Decide", "Who answers what, and what do you do then?", "teacher"),
    ],
    items: {
      kind: "option",
      jsonKey: "options",
      noun: "option",
      fields: [{ name: "text", label: "", prompt: "Answer", voice: "pupil" }, field("means", "Means", "What idea is behind it?")],
    },
    closing: ["decision"],
  },
  {
    kind: "deepening_task",
    label: "Think hard",
    hint: "A problem for everyone that needs today’s idea",
    keywords: ["deepening", "dong nao jin", "challenge"],
    place: "stage",
    fields: [
      text("What is the problem?", "teacher", { multi: true }),
      field("answer", "Answer", "Answer"),
      field("link", "Needs", "Which idea does it need?"),
    ],
  },
  {
    kind: "scaffold",
    label: "Support",
    hint: "A representation or prompt that stays to hand",
    keywords: ["scaffold", "help"],
    place: "stage",
    fields: [text("What stays to hand, and for which need?")],
  },
  {
    kind: "assessment_point",
    label: "Check",
    hint: "Evidence, and what you decide",
    keywords: ["assessment", "exit"],
    place: "stage",
    fields: [text("What shows that they have it?")],
  },
  {
    kind: "point_to_notice",
    label: "Look for",
    hint: "What observers watch for",
    keywords: ["notice", "observe"],
    place: "stage",
    fields: [text("What should observers look for?")],
  },
  {
    kind: "rationale",
    label: "Why",
    hint: "Why it is designed like this",
    keywords: ["reason", "because"],
    place: "stage",
    fields: [text("Why is it like this?", "aside", { multi: true })],
  },
  {
    kind: "vocabulary",
    label: "Word",
    hint: "A word and what it means",
    keywords: ["vocabulary"],
    place: "stage",
    fields: [{ name: "word", label: "", prompt: "Word", voice: "teacher" }, field("meaning", "Means", "What does it mean?")],
  },
  {
    kind: "resource",
    label: "Resource",
    hint: "What you need",
    keywords: ["link", "equipment"],
    place: "stage",
    fields: [text("What is needed?")],
  },
  {
    kind: "free_text",
    label: "Note",
    hint: "Text with lists",
    keywords: ["text", "paragraph", "list"],
    place: "stage",
    fields: [text("Write here", "teacher", { multi: true })],
  },

  // Groups in the header. They are blocks too, so that comments and citations can hang on them.
  {
    kind: "vocabulary_list",
    label: "Words",
    hint: "Words of this lesson",
    keywords: [],
    place: "header",
    fields: [],
    items: {
      kind: "word",
      jsonKey: "vocabulary",
      noun: "word",
      fields: [
        { name: "word", label: "", prompt: "Word", voice: "teacher" },
        field("meaning", "Means", "What it means"),
        field("sayItLike", "Say it like", "How it sounds"),
      ],
    },
  },
  {
    kind: "big_ideas",
    label: "Big ideas",
    hint: "The five big ideas in this lesson",
    keywords: [],
    place: "header",
    fields: [],
    items: {
      kind: "big_idea",
      jsonKey: "bigIdeas",
      noun: "big idea",
      fields: [{ name: "text", label: "", prompt: "How does this lesson use it?", voice: "teacher" }],
    },
  },
  {
    kind: "board_plan",
    label: "Board plan",
    hint: "What stays on the board",
    keywords: [],
    place: "header",
    fields: [],
    items: {
      kind: "zone",
      jsonKey: "boardPlan",
      noun: "part of the board",
      fields: [{ name: "content", label: "", prompt: "What stands here at the end?", voice: "teacher" }],
    },
  },
  {
    kind: "citations",
    label: "Research used",
    hint: "What this lesson rests on",
    keywords: [],
    place: "header",
    fields: [],
    items: {
      kind: "citation",
      jsonKey: "citations",
      noun: "reading",
      fields: [{ name: "whyHere", label: "", prompt: "Why here?", voice: "teacher" }],
    },
  },
  {
    kind: "case_pupils",
    label: "Case pupils",
    hint: "A, B, C: what each typifies",
    keywords: [],
    place: "header",
    fields: [],
    items: {
      kind: "case_pupil",
      jsonKey: "casePupils",
      noun: "case pupil",
      fields: [
        { name: "groupTypified", label: "", prompt: "What does this pupil typify?", voice: "teacher" },
        field("successCriterion", "Secure when", "What would show success?"),
      ],
    },
  },
  {
    kind: "predictions",
    label: "Predictions",
    hint: "What we expect of each",
    keywords: [],
    place: "header",
    fields: [],
    items: {
      kind: "prediction",
      jsonKey: "predictions",
      noun: "prediction",
      fields: [{ name: "expected", label: "", prompt: "What do you expect?", voice: "teacher" }, field("lookFor", "Look for", "What would show it?")],
    },
  },
] as const;

/** Lines of the header, in order. `many`: a list, one line an entry. */
export const HEADER_FIELDS: readonly (FieldSpec & { readonly many?: boolean })[] = [
  { name: "title", label: "", prompt: "What is this lesson called?", voice: "lead" },
  { name: "unit", label: "Unit", prompt: "Which unit is it part of?", voice: "teacher" },
  { name: "positionInUnit", label: "Place in unit", prompt: "Lesson 3 of 8", voice: "teacher" },
  { name: "keyPoint", label: "Key point", prompt: "Say the one thing every pupil should understand.", voice: "lead" },
  { name: "smallStep", label: "Small step", prompt: "What is the one new step?", voice: "teacher" },
  { name: "difficultyPoints", label: "Likely to be hard", prompt: "What is likely to be hard?", voice: "teacher", many: true },
  { name: "researchQuestion", label: "We ask", prompt: "What do we want to find out?", voice: "teacher" },
  { name: "prerequisites", label: "Builds on", prompt: "What do pupils already know?", voice: "teacher", many: true },
  { name: "nextSteps", label: "Leads to", prompt: "What comes next?", voice: "teacher", many: true },
  { name: "stemSentences", label: "Stem sentences", prompt: "A sentence everyone says", voice: "pupil", many: true },
  { name: "generalisation", label: "For all", prompt: "What is always true?", voice: "pupil" },
  { name: "misconceptions", label: "Misconceptions", prompt: "A likely mistaken idea", voice: "teacher", many: true },
  { name: "resources", label: "Resources", prompt: "What is needed?", voice: "teacher", many: true },
  { name: "rationale", label: "Why", prompt: "Why is the lesson designed like this?", voice: "teacher", many: true },
];

/** Lines of a stage head. */
export const STAGE_FIELDS: readonly FieldSpec[] = [
  { name: "title", label: "", prompt: "What is this stage called?", voice: "lead" },
  { name: "purpose", label: "", prompt: "What is it for?", voice: "aside" },
];

const byKind = new Map(KINDS.map((spec) => [spec.kind, spec]));
const byItemKind = new Map(KINDS.flatMap((spec) => (spec.items ? [[spec.items.kind, spec.items] as const] : [])));

/** The spec of a block kind; null for one that a newer version made. */
export const findKind = (kind: string): KindSpec | null => byKind.get(kind) ?? null;
/** The spec of an item kind; null for one that a newer version made. */
export const findItemKind = (kind: string): ItemSpec | null => byItemKind.get(kind) ?? null;

/**
 * Stage templates, in the order in which they are offered: what each is called, what it is for, and its stages with their titles and
 * weights. The weights are minutes in an hour; a lesson of another length gets its share (`shareOut`).
 */
export const STAGE_TEMPLATES = {
  "ping-pong": {
    label: "Ping-pong",
    hint: "Short turns between teacher and pupils in small steps, then practice and a problem to think hard about.",
    stages: [
      ["connect", "Connect", 5],
      ["step_1", "Ping 1", 10],
      ["step_2", "Ping 2", 12],
      ["step_3", "Ping 3", 12],
      ["practice", "Intelligent practice", 12],
      ["dong_nao_jin", "Think hard", 6],
      ["close", "What matters?", 3],
    ],
  },
  "mm-six-part": {
    label: "Six parts",
    hint: "Do now, new learning, talk task, develop learning, independent task, plenary.",
    stages: [
      ["do_now", "Do now", 5],
      ["new_learning", "New learning", 12],
      ["talk_task", "Talk task", 8],
      ["develop", "Develop learning", 15],
      ["independent", "Independent task", 15],
      ["plenary", "Plenary", 5],
    ],
  },
  "structured-problem-solving": {
    label: "Structured problem solving",
    hint: "Pose one problem, solve it alone, compare and discuss, sum up on the board.",
    stages: [
      ["pose", "Pose the problem", 8],
      ["solve", "Solve it your way", 15],
      ["compare_discuss", "Compare and discuss", 25],
      ["summarise", "Summarise", 12],
    ],
  },
} as const;

/** The five big ideas of teaching for mastery (NCETM), by slug. */
export const BIG_IDEAS = {
  coherence: "Coherence",
  "representation-structure": "Representation and structure",
  "mathematical-thinking": "Mathematical thinking",
  fluency: "Fluency",
  variation: "Variation",
} as const;
