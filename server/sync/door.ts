/**
 * What a socket's upgrade request asks for. Parsed once, at the door; pure. Rules SY21, SY22, WP11.
 */
import type { CloseReason } from "#core/protocol/close-codes";
import { parseDocumentName } from "#core/protocol/document-name";
import { SCHEMA_VERSION } from "#core/schema/version";

export type Wish = { readonly document: string; readonly wantsAck: boolean };

const PATH = "/sync/";

/**
 * Read the request's target.
 * @param target path and query as they came, for example `/sync/lesson%2Fabc?ack=1&schema=1`
 * @returns the document and what the client understands, or why it cannot come in
 */
export function parseTarget(target: string): Wish | CloseReason {
  const [path, query] = split(target, "?");
  if (!path.startsWith(PATH)) return "malformed";
  const document = decodeName(path.slice(PATH.length));
  if (document === null || parseDocumentName(document) === null) return "malformed";
  const parameters = new URLSearchParams(query);
  const schema = parameters.get("schema");
  // A client that sends no version is a script or the stock provider: it is served.
  if (schema !== null && !/^[0-9]{1,6}$/.test(schema)) return "malformed";
  if (schema !== null && Number(schema) < SCHEMA_VERSION) return "reload";
  return { document, wantsAck: parameters.get("ack") === "1" };
}

/**
 * May a page of this origin open a socket? Browsers send `Origin` with every socket and pages cannot change it, so another site's page cannot
 * use a person's cookie. A client that sends none is no browser, and holds its cookie itself.
 */
export function isOwnOrigin(origin: string | undefined, publicOrigins: readonly string[]): boolean {
  return origin === undefined || publicOrigins.includes(origin.toLowerCase());
}

function decodeName(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Not percent-encoded text: no document has such a name.
    return null;
  }
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
