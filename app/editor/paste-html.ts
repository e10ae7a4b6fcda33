/**
 * HTML of Word, Google Docs or a web page as plain lesson lines: paragraphs, lists, bold, italic and safe links stay;
 * styles, classes, comments, pictures and everything else go. HTML of a lesson passes as it is.
 */
import { isSafeHref } from "#core/schema/marks";

const DROPPED = "style, script, meta, link, title, xml, img, svg, object, iframe, template, noscript, button, input, select, textarea";
const BLOCKS = new Set([
  "P",
  "DIV",
  "H1",
  "H2",
  "H3",
  "H4",
  "H5",
  "H6",
  "LI",
  "BLOCKQUOTE",
  "PRE",
  "TR",
  "SECTION",
  "ARTICLE",
  "UL",
  "OL",
  "TABLE",
  "DT",
  "DD",
]);

type OpenLine = { readonly element: HTMLElement };

/** Lines of the same words: `<p data-node="line" data-variant data-indent>` with `strong`, `em` and `a[href]` in them. */
export function cleanHtml(html: string): string {
  // Browsers hold even a document that is never shown to the page's rule against inline styles, and log Word's as a breach of it.
  const source = new DOMParser().parseFromString(html.replace(/<style\b[^>]*>[\s\S]*?<\/style\s*>/gi, ""), "text/html");
  if (source.body.querySelector("[data-pm-slice]") !== null) return html;
  for (const element of source.body.querySelectorAll(DROPPED)) element.remove();
  const target = document.implementation.createHTMLDocument("");
  const writer = new LineWriter(target);
  writer.children(source.body, { bold: false, italic: false, href: null, list: null });
  return [...target.body.children].map((line) => line.outerHTML).join("");
}

/** What the elements around some text make of it. */
type Style = { readonly bold: boolean; readonly italic: boolean; readonly href: string | null; readonly list: ListPlace | null };

/** Walks the source once, in order, and writes flat lines. */
class LineWriter {
  readonly target: Document;
  private line: OpenLine | null = null;

  constructor(target: Document) {
    this.target = target;
  }

  children(node: Node, style: Style): void {
    for (const child of node.childNodes) {
      if (child.nodeType === 3) this.text(child.textContent ?? "", style, node);
      else if (isElement(child)) this.element(child, style);
    }
  }

  private element(element: HTMLElement, style: Style): void {
    if (element.tagName === "BR") return void (this.line = null);
    // Word draws bullets and numbers as text of its own.
    if (/mso-list:\s*ignore/i.test(element.getAttribute("style") ?? "")) return;
    const inner = styleOf(element, style);
    if (!BLOCKS.has(element.tagName)) {
      if ((element.tagName === "TD" || element.tagName === "TH") && this.line !== null && this.line.element.textContent !== "") {
        this.text(" | ", style, element);
      }
      return this.children(element, inner);
    }
    this.line = null;
    const isLine = element.tagName !== "UL" && element.tagName !== "OL" && element.tagName !== "TABLE";
    if (isLine) this.open(inner.list);
    this.children(element, inner);
    this.line = null;
  }

  private open(list: ListPlace | null): OpenLine {
    const element = this.target.createElement("p");
    element.dataset["node"] = "line";
    if (list !== null) {
      element.dataset["variant"] = list.variant;
      if (list.indent > 0) element.dataset["indent"] = String(list.indent);
    }
    this.line = { element };
    return this.line;
  }

  private text(raw: string, style: Style, parent: Node): void {
    const words = isElement(parent) && parent.tagName === "PRE" ? raw : raw.replace(/[ \t\r\n]+/g, " ");
    const line = this.line;
    if (words.trim() === "" && (line === null || line.element.textContent === "")) return;
    const open = line ?? this.open(style.list);
    if (open.element.parentNode === null) this.target.body.append(open.element);
    let inline: Node = this.target.createTextNode(open.element.textContent === "" ? words.trimStart() : words);
    for (const [on, tag] of [
      [style.italic, "em"],
      [style.bold, "strong"],
    ] as const) {
      if (on) inline = wrap(this.target.createElement(tag), inline);
    }
    if (style.href !== null) {
      const link = this.target.createElement("a");
      link.setAttribute("href", style.href);
      inline = wrap(link, inline);
    }
    open.element.append(inline);
  }
}

function wrap(outer: HTMLElement, inner: Node): HTMLElement {
  outer.append(inner);
  return outer;
}

const isElement = (node: Node): node is HTMLElement => node.nodeType === 1;

function styleOf(element: HTMLElement, outer: Style): Style {
  const weight = element.style.fontWeight;
  const slant = element.style.fontStyle;
  const tag = element.tagName;
  const heading = /^H[1-6]$/.test(tag);
  // Google Docs wraps everything in <b style="font-weight:normal">, so the style counts before the tag.
  const bold = weight === "" ? outer.bold || tag === "B" || tag === "STRONG" || heading : /^(bold|bolder|[6-9]\d\d)$/.test(weight);
  const italic = slant === "" ? outer.italic || tag === "I" || tag === "EM" : slant === "italic";
  const href = tag === "A" ? (element.getAttribute("href") ?? "") : "";
  // A place in the other document means nothing here.
  const isLink = href !== "" && !href.startsWith("#") && isSafeHref(href);
  return { bold, italic, href: isLink ? href : outer.href, list: listPlace(element) ?? outer.list };
}

type ListPlace = { readonly variant: "bullet" | "number"; readonly indent: number };

const MAX_INDENT = 4;

function listPlace(element: HTMLElement): ListPlace | null {
  if (element.tagName === "LI") {
    let indent = -1;
    for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) if (/^(UL|OL)$/.test(outer.tagName)) indent += 1;
    return { variant: element.parentElement?.tagName === "OL" ? "number" : "bullet", indent: Math.min(MAX_INDENT, Math.max(0, indent)) };
  }
  // Word: <p style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">1. …
  const level = /mso-list:[^;"]*level(\d+)/i.exec(element.getAttribute("style") ?? "")?.[1];
  if (level === undefined) return null;
  const drawn = [...element.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(span.getAttribute("style") ?? ""))?.textContent ?? "";
  return { variant: /^\s*(\d+|[a-z]|[ivx]+)[.)]/i.test(drawn) ? "number" : "bullet", indent: Math.min(MAX_INDENT, Number(level) - 1) };
}
