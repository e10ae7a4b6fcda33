/**
 * Branded ids. A `PersonId` is not a `LessonId`, though both are strings.
 * Ids are opaque: 1 to 64 letters, digits, `-` or `_`. They never carry meaning and never change.
 */
import { z } from "zod";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type OrganisationId = Branded<"OrganisationId">;
export type PersonId = Branded<"PersonId">;
export type TeamId = Branded<"TeamId">;
export type LessonId = Branded<"LessonId">;
export type VersionId = Branded<"VersionId">;
export type SessionId = Branded<"SessionId">;
export type InvitationId = Branded<"InvitationId">;
/** Permanent id of a stage, a block or an item in a lesson. Never reused, even after the block is gone. */
export type BlockId = Branded<"BlockId">;

/** What every id looks like. */
export const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

const idSchema = z.string().regex(ID_PATTERN);
/** Parse unknown input as an id of the wanted brand; throws a ZodError when it is none. */
export const parseId = <T extends Branded<string>>(value: unknown): T => idSchema.parse(value) as T;
/** True when the value looks like an id. */
export const isId = (value: unknown): value is string => typeof value === "string" && ID_PATTERN.test(value);

/**
 * Where randomness comes from, so that tests can seed it.
 * @returns `count` random bytes
 */
export type RandomBytes = (count: number) => Uint8Array;

const ALPHABET = "0123456789abcdefghijkmnpqrstuvwxyz";

/** A new id of 16 letters and digits (about 81 bits). */
export function makeId<T extends Branded<string>>(random: RandomBytes): T {
  let id = "";
  while (id.length < 16) {
    for (const byte of random(24)) {
      // Rejection keeps every letter equally likely: 7 * 34 = 238.
      if (byte < 238 && id.length < 16) id += ALPHABET[byte % 34] ?? "";
    }
  }
  return id as T;
}
