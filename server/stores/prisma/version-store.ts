/** Versions of lessons. Immutable: there is no update. Both bodies are kept deflated. Rule ST7. */
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import { parseId, type LessonId } from "#core/ids";
import type { VersionStore } from "../contract.ts";
import type { Database } from "./client.ts";
import { toBytes, toVersion, VERSION_COLUMNS } from "./rows.ts";
import { isUniqueViolation, withStoreErrors } from "./store-errors.ts";

const compress = promisify(deflate);
const expand = promisify(inflate);

/** Two who save at once both get a number; more than this in a row is no longer chance. */
const MAX_TRIES = 5;

export function makeVersionStore(database: Database): VersionStore {
  const insert = (version: Parameters<VersionStore["createVersion"]>[0], content: Uint8Array<ArrayBuffer>, state: Uint8Array<ArrayBuffer>) =>
    database.$transaction(async (tx) => {
      const last = await tx.version.aggregate({ where: { lessonId: version.lessonId }, _max: { number: true } });
      const { contributorIds, createdAtMs, ...fields } = version;
      const { number } = await tx.version.create({
        data: {
          ...fields,
          number: (last._max.number ?? 0) + 1,
          createdAtMs: BigInt(createdAtMs),
          content,
          state,
          contributors: { create: [...new Set(contributorIds)].map((personId, position) => ({ personId, position })) },
        },
        select: { number: true },
      });
      return number;
    });

  return withStoreErrors<VersionStore>({
    createVersion: async (version, body) => {
      const [content, state] = await Promise.all([compress(body.content), compress(body.state)]);
      for (let tried = 1; ; tried += 1) {
        try {
          return await insert(version, content, state);
        } catch (error) {
          // A taken number is tried again; a taken id stays taken, and is told after the last try.
          if (!isUniqueViolation(error) || tried === MAX_TRIES) throw error;
        }
      }
    },

    listVersions: async (lessonId) => {
      const rows = await database.version.findMany({ where: { lessonId }, orderBy: { number: "desc" }, select: VERSION_COLUMNS });
      return rows.map(toVersion);
    },

    findVersion: async (lessonId, number) => {
      const row = await database.version.findUnique({
        where: { lessonId_number: { lessonId, number } },
        select: { ...VERSION_COLUMNS, content: true },
      });
      return row === null ? null : { ...toVersion(row), content: (await expand(row.content)).toString("utf8") };
    },

    findVersionState: async (lessonId, number) => {
      const row = await database.version.findUnique({ where: { lessonId_number: { lessonId, number } }, select: { state: true } });
      return row === null ? null : toBytes(await expand(row.state));
    },

    latestNumbers: async (lessonIds) => {
      const rows = await database.version.groupBy({ by: ["lessonId"], where: { lessonId: { in: [...lessonIds] } }, _max: { number: true } });
      return new Map(rows.flatMap(({ lessonId, _max }) => (_max.number === null ? [] : [[parseId<LessonId>(lessonId), _max.number]])));
    },

    findLatest: async (lessonId) => {
      const row = await database.version.findFirst({
        where: { lessonId },
        orderBy: { number: "desc" },
        select: { ...VERSION_COLUMNS, content: true },
      });
      return row === null ? null : { ...toVersion(row), content: (await expand(row.content)).toString("utf8") };
    },
  });
}
