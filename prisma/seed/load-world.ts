/** A world for load tests: many lessons, many people with open sessions, and everybody may edit everything. */
import { lessonFromJson } from "#core/model/lesson-json";
import { copyLessonSeed, readLesson, seedFromContent } from "#core/model/lesson-model";
import { makeId } from "#core/ids";
import { hashPassword } from "#server/auth/passwords";
import { makeToken } from "#server/auth/tokens";
import type { Person } from "#server/stores/contract";
import demo from "./lessons.json" with { type: "json" };
import { makeLesson, makeOrganisation, makePerson, makeSession, makeTeam } from "./world.ts";
import type { WorldParts } from "./world.ts";

export type LoadWorld = {
  /** Names for the socket: `/sync/<name>`. */
  readonly documents: string[];
  /** Everybody with the token of a session that is open; the cookie's name is the caller's to add. */
  readonly people: { readonly id: string; readonly sessionToken: string }[];
};

/**
 * @param options.lessons how many, made in turn from the three demo lessons
 * @param options.bare with a title and nothing else (4 KB instead of 30), where the size of documents is what is measured
 * @param options.people how many designers; at least 1. Nobody knows their password
 */
export async function seedLoadWorld(
  options: WorldParts & { readonly lessons: number; readonly people: number; readonly bare?: boolean },
): Promise<LoadWorld> {
  const { lessons, people, bare = false, ...parts } = options;
  const newId = (): string => makeId(parts.random);
  const passwordHash = await hashPassword(makeToken(parts.random));
  const school = await makeOrganisation(parts, { name: "Load test school" });
  const members: Person[] = [];
  for (let number = 1; number <= people; number += 1) {
    const email = `person${number}@load.bansho.test`;
    members.push(await makePerson(parts, { name: `Person ${number}`, email, passwordHash, roles: [[school, "teacher"]] }));
  }
  const team = await makeTeam(parts, { organisation: school, name: "Load test team", members });

  const models = bare ? [{ title: "Bare lesson", stages: [] }] : demo.lessons;
  const seeds = models.map((json) => ({ title: json.title, state: seedFromContent(lessonFromJson(json, { makeId: newId })) }));
  const documents: string[] = [];
  for (let number = 1; number <= lessons; number += 1) {
    const model = seeds[(number - 1) % seeds.length];
    const createdBy = members[(number - 1) % members.length];
    if (model === undefined || createdBy === undefined) throw new Error("A load world needs at least one person");
    const lesson = readLesson(copyLessonSeed(model.state, { title: `${model.title} (${number})`, makeId: newId }));
    documents.push((await makeLesson(parts, { team, createdBy, lesson })).document);
  }

  const sessions: LoadWorld["people"] = [];
  for (const member of members) sessions.push({ id: member.id, sessionToken: await makeSession(parts, member) });
  return { documents, people: sessions };
}
