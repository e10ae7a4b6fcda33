/** Bring somebody in by a link: shown once, works once, bound to a role and perhaps a team. */
import { ORGANISATION_ROLES, type OrganisationRole } from "#core/policy/policy";
import { ROLE_WORDS } from "../../components/shell/role-words.ts";
import { CopyField } from "../../components/ui/copy-field.tsx";
import { SelectField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton, type FormTrouble } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { Time } from "../../components/ui/time.tsx";

type InvitationsProps = {
  readonly invitations: readonly {
    readonly id: string;
    readonly role: OrganisationRole;
    readonly teamName: string | null;
    readonly createdAtMs: number;
    readonly expiresAtMs: number;
  }[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  /** The team from whose page somebody came here. */
  readonly preferredTeam: string | null;
  readonly trouble: FormTrouble | undefined;
  readonly made: { readonly link: string; readonly expiresAtMs: number } | undefined;
};

/** The most usual first. */
const ROLES: readonly OrganisationRole[] = ["teacher", ...ORGANISATION_ROLES.filter((role) => role !== "teacher")];

export function Invitations({ invitations, teams, preferredTeam, trouble, made }: InvitationsProps) {
  return (
    <section aria-labelledby="invite">
      <h2 id="invite">Invite a colleague</h2>
      <p className="sub">You get a link to hand on. It works once.</p>
      {made && (
        <div className="made">
          <Note>
            The link is ready. It is good until <Time atMs={made.expiresAtMs} />, and you see it only now.
          </Note>
          <CopyField label="Invitation link" value={made.link} />
        </div>
      )}
      <PostForm name="invite" trouble={trouble}>
        <SelectField name="role" label="As" defaultValue="teacher" options={ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role].label }))} />
        <SelectField
          name="teamId"
          label="Team"
          optional
          defaultValue={preferredTeam ?? teams[0]?.id ?? ""}
          options={[...teams.map((team) => ({ value: team.id, label: team.name })), { value: "", label: "No team yet" }]}
        />
        <SubmitButton>Make a link</SubmitButton>
      </PostForm>
      {invitations.length > 0 && (
        <>
          <h3 className="rows-title">Not used yet</h3>
          <ul className="rows">
            {invitations.map((invitation) => (
              <li key={invitation.id} className="split">
                <div>
                  {ROLE_WORDS[invitation.role].label}
                  {invitation.teamName === null ? "" : `, ${invitation.teamName}`}
                  <div className="small quiet">
                    made <Time atMs={invitation.createdAtMs} />, good until <Time atMs={invitation.expiresAtMs} />
                  </div>
                </div>
                <PostForm name="withdraw" className="">
                  <input type="hidden" name="invitationId" value={invitation.id} />
                  <SubmitButton look="bare" aria-label={`Withdraw the invitation as ${ROLE_WORDS[invitation.role].label}`}>
                    Withdraw
                  </SubmitButton>
                </PostForm>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
