/**
 * JSON from strangers: parsed, and no deeper than anything we write, so that code that walks it later cannot run out of stack.
 */

/** How deep a value from the wire may nest. */
export const MAX_JSON_DEPTH = 64;

/**
 * Parse JSON text.
 * @throws SyntaxError when it is no JSON or nests deeper than `MAX_JSON_DEPTH`
 */
export function parseBoundedJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (mayBeDeep(text) && !isWithinDepth(value, MAX_JSON_DEPTH)) throw new SyntaxError("JSON nests too deeply");
  return value;
}

/** Fewer brackets than levels cannot nest too deeply: what people send is spared the walk. */
function mayBeDeep(text: string): boolean {
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET) opened += 1;
  }
  return opened > MAX_JSON_DEPTH;
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

function isWithinDepth(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== "object") return true;
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}
