/** What roles and kinds are called on the screen: one word for one idea. */
import type { OrganisationRole } from "#core/policy/policy";

export const ROLE_WORDS: Readonly<Record<OrganisationRole, { readonly label: string; readonly about: string }>> = {
  teacher: { label: "Teacher", about: "Designs lessons in their teams." },
  "maths-lead": { label: "Maths lead", about: "Designs lessons, invites colleagues and makes teams." },
  admin: { label: "Administrator", about: "All that a maths lead may do, and looks after people and passwords." },
  head: { label: "Head teacher", about: "Sees who works together. Sees a lesson only when it is shared." },
  "knowledgeable-other": { label: "Knowledgeable other", about: "Reads and comments in their teams, and does not write." },
  "hub-lead": { label: "Hub lead", about: "Sees who works together across schools. Sees a lesson only when it is shared." },
  guest: { label: "Guest", about: "Reads the lessons of their teams." },
};

export const KIND_WORDS = {
  school: { label: "School", about: "One school and its teams." },
  trust: { label: "Trust", about: "Several schools that plan together." },
  hub: { label: "Hub", about: "A maths hub that works with many schools." },
} as const;
