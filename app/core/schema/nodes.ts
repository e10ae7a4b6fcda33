/**
 * The node types of a lesson. Few and general on purpose (SC2): retyping a node destroys what somebody types in it at that
 * moment, changing an attribute does not. So every block is one `block` with a `kind`, every line of text one `line`.
 *
 * Always true: content is `*` (SC1); attributes are primitives, never a person's text (SC3); stages, blocks and items have a
 * permanent id (SC4); there are no inline atoms (SC5).
 */
import type { Attrs, DOMOutputSpec, NodeSpec } from "prosemirror-model";
import { findKind } from "./kinds.ts";

/** A line's place in a list. A flat list: indent is a number, so indenting never moves a node. */
export type LineVariant = "plain" | "bullet" | "number";

const str = (element: HTMLElement, name: string, fallback = ""): string => element.getAttribute(name) ?? fallback;
const num = (element: HTMLElement, name: string): number => Number.parseInt(element.getAttribute(name) ?? "0", 10) || 0;
const orNull = (element: HTMLElement, name: string): string | null => element.getAttribute(name);

/** Drops empty attributes, so that the DOM stays readable. */
function dom(attrs: Record<string, string | number | boolean | null | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attrs).flatMap(([key, value]) =>
      value === null || value === undefined || value === "" || value === false ? [] : [[key, String(value)]],
    ),
  );
}

/** What stands in the gutter beside a block. */
export function blockLabel(attrs: Attrs): string {
  if (attrs["kind"] === "teacher_question" && attrs["key"] === true) return "Key question";
  return findKind(String(attrs["kind"]))?.label ?? "Made with a newer version";
}

export const nodes = {
  doc: { content: "(header | stage)*" },

  /** The aim and key point of the lesson: lines named for header fields, and header groups. */
  header: {
    content: "(line | block)*",
    attrs: { id: { default: null } },
    defining: true,
    isolating: true,
    parseDOM: [{ tag: "header[data-node=header]", getAttrs: (el) => ({ id: orNull(el, "data-id") }) }],
    toDOM: (node) => ["header", dom({ class: "lesson-header", "data-node": "header", "data-id": node.attrs["id"] }), 0],
  },

  /**
   * One timed stage: a `title` and a `purpose` line, then blocks. `stage` is the template's slug; `minutes` 0 to 600. `extra` keeps
   * keys of an imported lesson JSON that this version does not know, as JSON.
   */
  stage: {
    content: "(line | block)*",
    attrs: { id: { default: null }, stage: { default: "" }, minutes: { default: 0 }, extra: { default: "" } },
    defining: true,
    isolating: true,
    parseDOM: [
      {
        tag: "section[data-node=stage]",
        getAttrs: (el) => ({
          id: orNull(el, "data-id"),
          stage: str(el, "data-stage"),
          minutes: num(el, "data-minutes"),
          extra: str(el, "data-extra"),
        }),
      },
    ],
    toDOM: (node) => [
      "section",
      dom({
        class: "stage",
        "data-node": "stage",
        "data-id": node.attrs["id"],
        "data-stage": node.attrs["stage"],
        "data-minutes": node.attrs["minutes"],
        "data-extra": node.attrs["extra"],
      }),
      0,
    ],
  },

  /**
   * A typed block (./kinds.ts). `spec` is the JSON of a representation; `label` R1, R2 …; `key` marks the key question;
   * `sequence` the order for sharing (0: none). `extra` keeps fields of newer versions as JSON, untouched.
   */
  block: {
    content: "(line | item)*",
    attrs: {
      id: { default: null },
      kind: { default: "free_text" },
      key: { default: false },
      label: { default: "" },
      sequence: { default: 0 },
      spec: { default: "" },
      extra: { default: "" },
    },
    defining: true,
    isolating: true,
    draggable: false,
    selectable: true,
    parseDOM: [
      {
        tag: "div[data-node=block]",
        getAttrs: (el) => ({
          id: orNull(el, "data-id"),
          kind: str(el, "data-kind", "free_text"),
          key: el.hasAttribute("data-key"),
          label: str(el, "data-label"),
          sequence: num(el, "data-sequence"),
          spec: str(el, "data-spec"),
          extra: str(el, "data-extra"),
        }),
        contentElement: "div.block-body",
      },
    ],
    toDOM: (node): DOMOutputSpec => [
      "div",
      dom({
        class: "block",
        "data-node": "block",
        "data-id": node.attrs["id"],
        "data-kind": node.attrs["kind"],
        "data-key": node.attrs["key"],
        "data-label": node.attrs["label"],
        "data-sequence": node.attrs["sequence"] === 0 ? null : node.attrs["sequence"],
        "data-spec": node.attrs["spec"],
        "data-extra": node.attrs["extra"],
      }),
      ["div", { class: "gutter", contenteditable: "false" }, blockLabel(node.attrs)],
      ["div", { class: "block-body" }, 0],
    ],
  },

  /** One of several alike inside a block: a row, a practice question, an option, a word. `label`: A, B …, or a slug. `role` "head" is a table's head row. `ref`: id of the block or stage it is about. */
  item: {
    content: "line*",
    attrs: {
      id: { default: null },
      kind: { default: "row" },
      label: { default: "" },
      correct: { default: false },
      role: { default: "" },
      ref: { default: "" },
      extra: { default: "" },
    },
    defining: true,
    isolating: true,
    parseDOM: [
      {
        tag: "div[data-node=item]",
        getAttrs: (el) => ({
          id: orNull(el, "data-id"),
          kind: str(el, "data-kind", "row"),
          label: str(el, "data-label"),
          correct: el.hasAttribute("data-correct"),
          role: str(el, "data-role"),
          ref: str(el, "data-ref"),
          extra: str(el, "data-extra"),
        }),
      },
    ],
    toDOM: (node) => [
      "div",
      dom({
        class: "item",
        "data-node": "item",
        "data-id": node.attrs["id"],
        "data-kind": node.attrs["kind"],
        "data-label": node.attrs["label"],
        "data-correct": node.attrs["correct"],
        "data-role": node.attrs["role"],
        "data-ref": node.attrs["ref"],
        "data-extra": node.attrs["extra"],
      }),
      0,
    ],
  },

  /** A line of text. `field` says which field of its parent it belongs to; several lines of one field are its paragraphs or entries. */
  line: {
    content: "text*",
    marks: "_",
    attrs: { field: { default: "text" }, variant: { default: "plain" }, indent: { default: 0 } },
    parseDOM: [
      {
        tag: "p[data-node=line]",
        getAttrs: (el) => ({ field: str(el, "data-field", "text"), variant: str(el, "data-variant", "plain"), indent: num(el, "data-indent") }),
      },
      { tag: "p" },
      { tag: "h1, h2, h3, h4, h5, h6" },
      { tag: "ol > li", attrs: { variant: "number" } },
      { tag: "li", attrs: { variant: "bullet" } },
    ],
    toDOM: (node) => [
      "p",
      dom({
        class: "line",
        "data-node": "line",
        "data-field": node.attrs["field"],
        "data-variant": node.attrs["variant"] === "plain" ? null : node.attrs["variant"],
        "data-indent": node.attrs["indent"] === 0 ? null : node.attrs["indent"],
      }),
      0,
    ],
  },

  text: {},
} as const satisfies Record<string, NodeSpec>;
