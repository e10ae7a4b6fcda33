/** Building DOM by hand, for the parts of the editor that React must not touch. */

/** An element with attributes and children; strings become text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Paths on a grid of 18, drawn with a line of 1.75, as everywhere in Bansho. */
const ICONS = {
  plus: "M9 4v10M4 9h10",
  grip: "M6.5 4.5h.01M11.500 4.5h.01M6.500 9h.01M11.500 9h.01M6.500 13.500h.01M11.500 13.500h.01",
  up: "M4.500 11L9 6.500l4.500 4.500",
  down: "M4.500 7L9 11.500 13.500 7",
  left: "M11 4.500L6.500 9l4.500 4.500",
  right: "M7 4.500L11.500 9 7 13.500",
  tick: "M4 9.500l3.500 3.500L14 5.500",
  cross: "M5 5l8 8M13 5l-8 8",
  pencil: "M3 15l1-4 8-8 3 3-8 8z",
  copy: "M6.500 6.500h8v8h-8zM3.500 11.500v-8h8",
  bin: "M3.500 5h11M7 5V3.500h4V5M5 5l.7 9.500h6.600L13 5",
  star: "M9 3l1.800 3.900 4.200.5-3.100 2.900.8 4.200L9 12.400l-3.700 2.100.8-4.200L3 7.400l4.200-.5z",
  bold: "M5.500 3.500h4.200a2.600 2.600 0 010 5.200H5.500zM5.500 8.700h4.900a2.900 2.900 0 010 5.800H5.500z",
  italic: "M8 3.500h5M5 14.500h5M10.700 3.500l-3.400 11",
  link: "M7.500 10.500l3-3M8 5.500l1.500-1.500a3 3 0 014.200 4.200L12.200 9.700M10 12.500L8.500 14a3 3 0 01-4.200-4.200l1.500-1.500",
  bullets: "M7 5h8M7 9h8M7 13h8M3.500 5h.01M3.500 9h.01M3.500 13h.01",
  numbers: "M8 5h7M8 9h7M8 13h7M3 4l1-.5V7M2.800 11.200c.4-.8 1.900-.7 1.900.3 0 .7-1.900 1.500-1.900 2.500h2",
  fraction: "M4 9h10M9 2.500v3.500M7.500 12.500c.3-1.200 3-1 3 .4 0 1-3 1.500-3 2.600h3",
  stage: "M3 4h12M3 8h12v6H3z",
} as const;

export type IconName = keyof typeof ICONS;

/** A line icon, hidden from screen readers: words stand beside it, or the button has a name. */
export function icon(name: IconName): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "ic");
  svg.setAttribute("viewBox", "0 0 18 18");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Put a floating box under (or over) a rectangle of the window, inside its frame and the window. */
export function placeNear(box: HTMLElement, rect: { readonly left: number; readonly top: number; readonly bottom: number }, above = false): void {
  const frame = box.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0, width: window.innerWidth };
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(8, Math.min(rect.left, window.innerWidth - width - 8));
  const fitsBelow = rect.bottom + height + 8 < window.innerHeight;
  const top = above
    ? rect.top - height - 8 > 0
      ? rect.top - height - 8
      : rect.bottom + 8
    : fitsBelow || rect.top < height
      ? rect.bottom + 6
      : rect.top - height - 6;
  box.style.left = `${left - frame.left}px`;
  box.style.top = `${top - frame.top}px`;
}
