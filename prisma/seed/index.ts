/**
 * The demo world: one hub, two schools, eight people, four lessons with their versions. All of it is made up.
 * People and places get new ids each time; lessons keep theirs, since people bookmark them.
 */
import type { LessonId } from "#core/ids";
import type { Person } from "#server/stores/contract";
import { demoStories } from "./demo-lessons.ts";
import { makeLesson, makeOrganisation, makePerson, makeTeam } from "./world.ts";
import type { WorldParts } from "./world.ts";

/** One password for all, printed at start; a demo guards nothing. */
export const DEMO_PASSWORD = "demo-bansho-2026";

/** Who is in the demo, to print at start: `words` says what they are. */
export const DEMO_PEOPLE = [
  { key: "aisha", name: "Aisha Rahman", email: "aisha@demo.bansho.test", words: "teacher at Elm Lane Primary" },
  { key: "ben", name: "Ben Okafor", email: "ben@demo.bansho.test", words: "teacher at Elm Lane Primary" },
  { key: "carys", name: "Carys Webb", email: "carys@demo.bansho.test", words: "maths lead at Elm Lane Primary" },
  { key: "priya", name: "Dr Priya Nair", email: "priya@demo.bansho.test", words: "knowledgeable other: may comment, not write" },
  { key: "esther", name: "Esther Mensah", email: "esther@demo.bansho.test", words: "head of Elm Lane Primary" },
  { key: "farah", name: "Farah Siddiqui", email: "farah@demo.bansho.test", words: "lead of Riverside Maths Hub" },
  { key: "gwen", name: "Gwen Pritchard", email: "gwen@demo.bansho.test", words: "teacher at Millbrook Primary, who sees nothing of Elm Lane" },
  { key: "olu", name: "Olu Adeyemi", email: "olu@demo.bansho.test", words: "reads the Year 3 lesson only" },
] as const;

type Key = (typeof DEMO_PEOPLE)[number]["key"];

/**
 * Fill an empty database with the demo world.
 *
 * @param parts.hashPassword called once; all accounts share the hash
 * @throws AppError "conflict" when one of the accounts is there already
 */
export async function seedDemo(parts: WorldParts & { readonly hashPassword: (password: string) => Promise<string> }): Promise<void> {
  const passwordHash = await parts.hashPassword(DEMO_PASSWORD);
  const hub = await makeOrganisation(parts, { name: "Riverside Maths Hub", kind: "hub" });
  const elmLane = await makeOrganisation(parts, { name: "Elm Lane Primary" });
  const millbrook = await makeOrganisation(parts, { name: "Millbrook Primary" });

  const roles = {
    aisha: [[elmLane, "teacher"]],
    ben: [[elmLane, "teacher"]],
    carys: [[elmLane, "maths-lead"]],
    priya: [
      [elmLane, "knowledgeable-other"],
      [hub, "knowledgeable-other"],
    ],
    esther: [[elmLane, "head"]],
    farah: [[hub, "hub-lead"]],
    gwen: [[millbrook, "teacher"]],
    olu: [],
  } as const satisfies Record<Key, unknown>;

  const people = new Map<Key, Person>();
  for (const { key, name, email } of DEMO_PEOPLE) people.set(key, await makePerson(parts, { name, email, passwordHash, roles: roles[key] }));
  const get = (key: Key): Person => {
    const person = people.get(key);
    if (person === undefined) throw new Error(`The demo has no ${key}`);
    return person;
  };

  const designers = await makeTeam(parts, {
    organisation: elmLane,
    name: "Elm Lane maths study",
    members: [get("aisha"), get("ben"), get("carys"), get("priya")],
  });
  const infants = await makeTeam(parts, { organisation: millbrook, name: "Millbrook Year 2", members: [get("gwen")] });

  for (const story of demoStories()) {
    const lesson = await makeLesson(parts, {
      id: story.id as LessonId,
      team: story.by === "gwen" ? infants : designers,
      createdBy: get(story.by),
      lesson: story.first,
      createdAtMs: whenMs(parts, story.at),
    });
    for (const act of story.acts) {
      if ("write" in act) await lesson.write(get(act.by), whenMs(parts, act.at), act.write);
      else await lesson.nameVersion(get(act.by), whenMs(parts, act.at), act.name);
    }
    if (story.id === "demo-y3-unit-fractions") await lesson.share(get("olu"), "reader");
  }
}

/** The story's own date, but never one that is still to come. */
const whenMs = (parts: WorldParts, at: string): number => Math.min(Date.parse(at), parts.clock.nowMs());
