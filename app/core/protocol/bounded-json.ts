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
  if (!isWithinDepth(value, MAX_JSON_DEPTH)) throw new SyntaxError("JSON nests too deeply");
  return value;
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== "object") return true;
  return depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}
