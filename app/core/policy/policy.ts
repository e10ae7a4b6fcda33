/**
 * Who may do what: one table of roles x actions, used to show and to enforce.
 *
 * Always true: a role that is not in a row may not. Nothing outside this file decides a permission.
 * Left to others: finding out the facts that roles follow from (membership, team, grant, archived); they come from the store.
 * Rules PO1 to PO8 in ./SPEC.md.
 */

/** What a person is in an organisation; kept with the membership. */
export const ORGANISATION_ROLES = ["admin", "maths-lead", "teacher", "head", "knowledgeable-other", "hub-lead", "guest"] as const;
export type OrganisationRole = (typeof ORGANISATION_ROLES)[number];

/** What a person is to one lesson: from the team, or granted by name. */
export const LESSON_ROLES = ["designer", "commenter", "reader"] as const;
export type LessonRole = (typeof LESSON_ROLES)[number];

/** What a person is to one team. `team-member`: in it, whatever else they are. `team-designer`: in it, and staff. */
export type TeamRole = "team-member" | "team-designer";

export type Role = OrganisationRole | LessonRole | TeamRole;

const ADMINS = ["admin"] as const;
const STAFF: readonly OrganisationRole[] = ["admin", "maths-lead", "teacher"];

export const POLICY = {
  // the organisation
  "organisation.read": ["admin", "maths-lead", "teacher", "head", "knowledgeable-other", "hub-lead", "guest"],
  "organisation.list-members": ["admin", "maths-lead", "teacher", "head", "hub-lead"],
  "organisation.invite": [...ADMINS, "maths-lead"],
  "organisation.change-role": ADMINS,
  "organisation.remove-member": ADMINS,
  "organisation.reset-password": ADMINS,
  "organisation.create-team": [...ADMINS, "maths-lead"],
  "organisation.operate": ADMINS,
  // a team
  "team.read": ["admin", "maths-lead", "team-member"],
  "team.change-members": [...ADMINS, "maths-lead"],
  // a lesson
  "lesson.create": ["team-designer"],
  "lesson.read": LESSON_ROLES,
  "lesson.comment": ["designer", "commenter"],
  "lesson.write": ["designer"],
  "lesson.share": ["designer"],
  "lesson.archive": ["designer"],
  "lesson.copy": LESSON_ROLES,
  "lesson.read-versions": ["designer", "commenter"],
  "lesson.name-version": ["designer"],
  "lesson.put-back-version": ["designer"],
  "lesson.export": LESSON_ROLES,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof POLICY;

/** May somebody who holds these roles do this? Rule PO1. No role, no permission. */
export function can(roles: Iterable<Role>, action: Action): boolean {
  const allowed: readonly Role[] = POLICY[action];
  for (const role of roles) if (allowed.includes(role)) return true;
  return false;
}

/** The facts about one person that decide what they are to one team. */
export type TeamStanding = {
  /** Their role in the team's organisation; null when they are not in it. */
  readonly organisationRole: OrganisationRole | null;
  readonly inTeam: boolean;
};

/** The roles somebody holds towards one team: their office, and what membership makes of it. Rule PO4. Whoever is not in the organisation holds none. */
export function teamRoles(standing: TeamStanding): readonly Role[] {
  const { organisationRole, inTeam } = standing;
  if (organisationRole === null) return [];
  if (!inTeam) return [organisationRole];
  return STAFF.includes(organisationRole) ? [organisationRole, "team-member", "team-designer"] : [organisationRole, "team-member"];
}

/** The facts about one person that decide what they are to one lesson. */
export type LessonStanding = {
  /** Their role in the lesson's organisation; null when they are not in it. */
  readonly organisationRole: OrganisationRole | null;
  /** Are they in the lesson's team? */
  readonly inTeam: boolean;
  /** Granted by name for this lesson; null when nothing was. */
  readonly granted: LessonRole | null;
};

/**
 * The roles somebody holds towards one lesson. Rules PO2, PO3.
 * Staff in the team design; a knowledgeable other in the team comments; everybody else holds only what was granted by name.
 * A head or a hub lead gets nothing from the office itself (process.md 4.3).
 */
export function lessonRoles(standing: LessonStanding): readonly LessonRole[] {
  const roles: LessonRole[] = [];
  if (standing.inTeam && standing.organisationRole !== null) {
    if (STAFF.includes(standing.organisationRole)) roles.push("designer");
    else if (standing.organisationRole === "knowledgeable-other") roles.push("commenter");
    else if (standing.organisationRole === "guest") roles.push("reader");
  }
  if (standing.granted !== null && !roles.includes(standing.granted)) roles.push(standing.granted);
  return roles;
}

/** What is done to a lesson that exists. */
export type LessonAction = Exclude<Extract<Action, `lesson.${string}`>, "lesson.create">;

/** What an archived lesson still allows to those who may: it is read-only until it is taken out again. Rule PO5. */
const WHILE_ARCHIVED: readonly LessonAction[] = ["lesson.read", "lesson.archive", "lesson.copy", "lesson.read-versions", "lesson.export"];

/** May somebody with these roles do this to a lesson, archived as it is or not? Rules PO1, PO5. */
export function canOnLesson(lesson: { readonly roles: Iterable<LessonRole>; readonly archived: boolean }, action: LessonAction): boolean {
  return (!lesson.archived || WHILE_ARCHIVED.includes(action)) && can(lesson.roles, action);
}

const GIVES: Readonly<Partial<Record<OrganisationRole, readonly OrganisationRole[]>>> = {
  admin: ORGANISATION_ROLES,
  "maths-lead": ["maths-lead", "teacher", "knowledgeable-other", "guest"],
};

/** The roles that somebody with this role may give when inviting, strongest first; none for most. Rule PO6. */
export function rolesGivenBy(giver: OrganisationRole | null): readonly OrganisationRole[] {
  return giver === null ? [] : (GIVES[giver] ?? []);
}

/** Permissions as plain booleans, to send to a page. */
export type Permissions<A extends Action = Action> = Readonly<Record<A, boolean>>;

/** The answers of `can` for several actions at once. */
export function permissionsFor<A extends Action>(roles: Iterable<Role>, actions: readonly A[]): Permissions<A> {
  const held = [...roles];
  return fromActions(actions, (action) => can(held, action));
}

/** The answers of `canOnLesson` for several actions at once. */
export function lessonPermissions<A extends LessonAction>(
  lesson: { readonly roles: Iterable<LessonRole>; readonly archived: boolean },
  actions: readonly A[],
): Permissions<A> {
  const held = { roles: [...lesson.roles], archived: lesson.archived };
  return fromActions(actions, (action) => canOnLesson(held, action));
}

const fromActions = <A extends Action>(actions: readonly A[], answer: (action: A) => boolean): Permissions<A> =>
  Object.fromEntries(actions.map((action) => [action, answer(action)])) as Record<A, boolean>;
