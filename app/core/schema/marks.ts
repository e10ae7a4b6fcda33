/**
 * The marks of a lesson. Inline mathematics is text with a mark (SC5): `1/4` stays three characters that two people can edit,
 * and is drawn as a fraction by decoration.
 */
import type { MarkSpec } from "prosemirror-model";

/** Links people may make: web, e-mail, or a place in Bansho. Anything else is dropped on the way in. */
export const isSafeHref = (href: string): boolean => /^(https?:\/\/|mailto:|\/(?!\/)|#)/i.test(href);

export const marks = {
  link: {
    attrs: { href: {} },
    inclusive: false,
    parseDOM: [{ tag: "a[href]", getAttrs: (el) => (isSafeHref(el.getAttribute("href") ?? "") ? { href: el.getAttribute("href") } : false) }],
    toDOM: (mark) => [
      "a",
      { href: isSafeHref(String(mark.attrs["href"])) ? String(mark.attrs["href"]) : "#", rel: "noopener noreferrer nofollow" },
      0,
    ],
  },
  strong: {
    parseDOM: [
      { tag: "strong" },
      { tag: "b", getAttrs: (el) => el.style.fontWeight !== "normal" && null },
      { style: "font-weight", getAttrs: (value) => /^(bold|bolder|[6-9]\d\d)$/.test(value) && null },
    ],
    toDOM: () => ["strong", 0],
  },
  em: {
    parseDOM: [{ tag: "em" }, { tag: "i", getAttrs: (el) => el.style.fontStyle !== "normal" && null }, { style: "font-style=italic" }],
    toDOM: () => ["em", 0],
  },
  /** `notation`: "fraction" for text of the shape digits/digits. */
  math: {
    attrs: { notation: { default: "fraction" } },
    inclusive: false,
    parseDOM: [{ tag: "span[data-math]", getAttrs: (el) => ({ notation: el.getAttribute("data-math") ?? "fraction" }) }],
    toDOM: (mark) => ["span", { class: "math", "data-math": String(mark.attrs["notation"]) }, 0],
  },
} as const satisfies Record<string, MarkSpec>;
