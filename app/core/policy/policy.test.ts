import { describe, expect, it } from "vitest";
import {
  LESSON_ROLES,
  ORGANISATION_ROLES,
  POLICY,
  can,
  canOnLesson,
  lessonPermissions,
  lessonRoles,
  permissionsFor,
  rolesGivenBy,
  teamRoles,
  type Action,
  type LessonAction,
  type LessonRole,
  type OrganisationRole,
  type Role,
} from "./policy.ts";

const ROLES = [...ORGANISATION_ROLES, ...LESSON_ROLES, "team-member", "team-designer"] as const satisfies readonly Role[];

/**
 * The whole table once more, by hand, one column a role in the order of this head. x may, . may not.
 * Written from process.md 4.3 and issue 2, not from policy.ts: when the two differ, somebody decides which is right.
 */
const EXPECTED = `
                              admin maths-lead teacher head knowledgeable-other hub-lead guest designer commenter reader team-member team-designer
organisation.read             x     x          x       x    x                   x        x     .        .         .      .           .
organisation.list-members     x     x          x       x    .                   x        .     .        .         .      .           .
organisation.invite           x     x          .       .    .                   .        .     .        .         .      .           .
organisation.change-role      x     .          .       .    .                   .        .     .        .         .      .           .
organisation.remove-member    x     .          .       .    .                   .        .     .        .         .      .           .
organisation.reset-password   x     .          .       .    .                   .        .     .        .         .      .           .
organisation.create-team      x     x          .       .    .                   .        .     .        .         .      .           .
organisation.operate          x     .          .       .    .                   .        .     .        .         .      .           .
team.read                     x     x          .       .    .                   .        .     .        .         .      x           .
team.change-members           x     x          .       .    .                   .        .     .        .         .      .           .
lesson.create                 .     .          .       .    .                   .        .     .        .         .      .           x
lesson.read                   .     .          .       .    .                   .        .     x        x         x      .           .
lesson.comment                .     .          .       .    .                   .        .     x        x         .      .           .
lesson.write                  .     .          .       .    .                   .        .     x        .         .      .           .
lesson.share                  .     .          .       .    .                   .        .     x        .         .      .           .
lesson.archive                .     .          .       .    .                   .        .     x        .         .      .           .
lesson.copy                   .     .          .       .    .                   .        .     x        x         x      .           .
lesson.read-versions          .     .          .       .    .                   .        .     x        x         .      .           .
lesson.name-version           .     .          .       .    .                   .        .     x        .         .      .           .
lesson.put-back-version       .     .          .       .    .                   .        .     x        .         .      .           .
lesson.export                 .     .          .       .    .                   .        .     x        x         x      .           .
`;

function expectedCells(): ReadonlyMap<string, boolean> {
  const [head = "", ...rows] = EXPECTED.trim().split("\n");
  const roles = head.trim().split(/\s+/);
  return new Map(
    rows.flatMap((row) => {
      const [action = "", ...cells] = row.trim().split(/\s+/);
      expect([action, cells.length]).toEqual([action, roles.length]);
      return roles.map((role, column) => [`${role} ${action}`, cells[column] === "x"] as const);
    }),
  );
}

describe("the table", () => {
  it("[PO1] gives every role exactly what the expectation table says, in every cell", () => {
    const expected = expectedCells();
    const actual = new Map(
      ROLES.flatMap((role) => Object.keys(POLICY).map((action) => [`${role} ${action}`, can([role], action as Action)] as const)),
    );
    expect(actual.size).toBe(ROLES.length * Object.keys(POLICY).length);
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
  });

  it("[PO1] gives nothing to somebody without a role", () => {
    expect(Object.keys(POLICY).filter((action) => can([], action as Action))).toEqual([]);
  });

  it("[PO1] adds several roles up", () => {
    expect(can(["head", "team-member"], "team.read")).toBe(true);
    expect(permissionsFor(["reader", "commenter"], ["lesson.comment", "lesson.write"])).toEqual({ "lesson.comment": true, "lesson.write": false });
  });
});

describe("roles towards a lesson", () => {
  /** What each office is to the lessons of a team it belongs to. */
  const IN_TEAM: Readonly<Record<OrganisationRole, readonly LessonRole[]>> = {
    admin: ["designer"],
    "maths-lead": ["designer"],
    teacher: ["designer"],
    head: [],
    "knowledgeable-other": ["commenter"],
    "hub-lead": [],
    guest: ["reader"],
  };

  it("[PO2] follow from the office for people in the team", () => {
    expect(ORGANISATION_ROLES.map((role) => [role, lessonRoles({ organisationRole: role, inTeam: true, granted: null })])).toEqual(
      Object.entries(IN_TEAM),
    );
  });

  it("[PO2] are none for everybody outside the team, the admin too", () => {
    for (const role of [...ORGANISATION_ROLES, null]) expect(lessonRoles({ organisationRole: role, inTeam: false, granted: null })).toEqual([]);
  });

  it("[PO2] are none for somebody who is still in the team but no longer in the organisation", () => {
    expect(lessonRoles({ organisationRole: null, inTeam: true, granted: null })).toEqual([]);
  });

  it("[PO3] let a head and a hub lead do nothing with any lesson, in the team or not", () => {
    const actions = Object.keys(POLICY).filter((action) => action.startsWith("lesson.")) as Action[];
    for (const role of ["head", "hub-lead"] as const)
      for (const inTeam of [true, false]) {
        const roles = [role, ...lessonRoles({ organisationRole: role, inTeam, granted: null })];
        expect({ role, inTeam, may: actions.filter((action) => can(roles, action)) }).toEqual({ role, inTeam, may: [] });
      }
  });

  it("[PO3] are exactly what was granted for somebody of another organisation", () => {
    for (const granted of LESSON_ROLES) expect(lessonRoles({ organisationRole: null, inTeam: false, granted })).toEqual([granted]);
    const reader = { roles: lessonRoles({ organisationRole: null, inTeam: false, granted: "reader" }), archived: false };
    expect(
      lessonPermissions(reader, ["lesson.read", "lesson.export", "lesson.copy", "lesson.comment", "lesson.write", "lesson.read-versions"]),
    ).toEqual({
      "lesson.read": true,
      "lesson.export": true,
      "lesson.copy": true,
      "lesson.comment": false,
      "lesson.write": false,
      "lesson.read-versions": false,
    });
  });

  it("[PO3] let a head who was invited by name do what was granted", () => {
    expect(lessonRoles({ organisationRole: "head", inTeam: false, granted: "commenter" })).toEqual(["commenter"]);
  });

  it("[PO1] are never fewer because of a grant", () => {
    expect(lessonRoles({ organisationRole: "teacher", inTeam: true, granted: "reader" })).toEqual(["designer", "reader"]);
    expect(lessonRoles({ organisationRole: "teacher", inTeam: true, granted: "designer" })).toEqual(["designer"]);
  });
});

describe("roles towards a team", () => {
  it("[PO4] let only staff in the team make lessons", () => {
    for (const role of ORGANISATION_ROLES)
      for (const inTeam of [true, false]) {
        const expected = inTeam && (role === "admin" || role === "maths-lead" || role === "teacher");
        expect({ role, inTeam, may: can(teamRoles({ organisationRole: role, inTeam }), "lesson.create") }).toEqual({ role, inTeam, may: expected });
      }
  });

  it("[PO4] let every member read the team, and nobody of another organisation", () => {
    expect(ORGANISATION_ROLES.filter((role) => can(teamRoles({ organisationRole: role, inTeam: true }), "team.read"))).toEqual(ORGANISATION_ROLES);
    expect(teamRoles({ organisationRole: null, inTeam: true })).toEqual([]);
  });
});

describe("an archived lesson", () => {
  it("[PO5] can be read, copied, exported and taken out again, and nothing else", () => {
    const actions = (Object.keys(POLICY) as Action[]).filter(
      (action): action is LessonAction => action.startsWith("lesson.") && action !== "lesson.create",
    );
    const allowed = actions.filter((action) => canOnLesson({ roles: ["designer"], archived: true }, action));
    expect(allowed.toSorted()).toEqual(["lesson.archive", "lesson.copy", "lesson.export", "lesson.read", "lesson.read-versions"]);
    expect(actions.filter((action) => canOnLesson({ roles: ["designer"], archived: false }, action))).toEqual(actions);
  });

  it("[PO5] opens nothing for somebody who could not open it before", () => {
    expect(canOnLesson({ roles: [], archived: true }, "lesson.read")).toBe(false);
    expect(canOnLesson({ roles: ["reader"], archived: true }, "lesson.archive")).toBe(false);
  });
});

describe("giving roles", () => {
  it("[PO6] lets an admin give every role, a maths lead those of the classroom, everybody else none", () => {
    expect(rolesGivenBy("admin")).toEqual(ORGANISATION_ROLES);
    expect(rolesGivenBy("maths-lead")).toEqual(["maths-lead", "teacher", "knowledgeable-other", "guest"]);
    for (const role of ["teacher", "head", "knowledgeable-other", "hub-lead", "guest", null] as const) expect(rolesGivenBy(role)).toEqual([]);
  });

  it("[PO6] agrees with who may invite at all", () => {
    expect(ORGANISATION_ROLES.filter((role) => rolesGivenBy(role).length > 0)).toEqual(
      ORGANISATION_ROLES.filter((role) => can([role], "organisation.invite")),
    );
  });
});
