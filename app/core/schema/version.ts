/**
 * The version of the lesson schema. It rises whenever an older client would not understand a document a newer one wrote:
 * a new node or mark type, or a new block kind that must not be edited as free text. Sent in the socket handshake (`?schema=N`);
 * the server closes an older client with 4409 before it can write.
 */
export const SCHEMA_VERSION = 1;
