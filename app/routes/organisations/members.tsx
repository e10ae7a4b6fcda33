/** People of an organisation, each with what the viewer may do about them. Every row works without script. */
import { ORGANISATION_ROLES, type OrganisationRole } from "#core/policy/policy";
import { placeOf } from "#core/who-place";
import { ROLE_WORDS } from "../../components/shell/role-words.ts";
import { Avatar } from "../../components/ui/avatar.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";
import { CopyField } from "../../components/ui/copy-field.tsx";
import { SelectField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton, type FormTrouble } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { Tag } from "../../components/ui/tag.tsx";
import { Time } from "../../components/ui/time.tsx";

type Member = { readonly id: string; readonly name: string; readonly email: string; readonly role: OrganisationRole };

type MembersProps = {
  readonly members: readonly Member[];
  readonly viewerId: string;
  readonly permissions: Readonly<Record<"organisation.change-role" | "organisation.remove-member" | "organisation.reset-password", boolean>>;
  readonly trouble: FormTrouble | undefined;
  /** A reset link that was just made: shown this once. */
  readonly resetLink: { readonly personId: string; readonly link: string; readonly expiresAtMs: number } | undefined;
};

export function Members({ members, viewerId, permissions, trouble, resetLink }: MembersProps) {
  return (
    <ul className="rows people">
      {members.map((member) => (
        <li key={member.id}>
          <Avatar name={member.name} place={placeOf(member.id)} named />
          <div>
            <span className="p-name">{member.name}</span> {member.id === viewerId && <Tag>you</Tag>}
            <div className="p-more">{member.email}</div>
          </div>
          <div className="p-do">
            {permissions["organisation.change-role"] ? (
              <RoleForm member={member} trouble={trouble} />
            ) : (
              <span className="soft">{ROLE_WORDS[member.role].label}</span>
            )}
            {permissions["organisation.reset-password"] && member.id !== viewerId && (
              <PostForm name="reset-link" className="">
                <input type="hidden" name="personId" value={member.id} />
                <SubmitButton look="bare" aria-label={`Make a password link for ${member.name}`}>
                  Password link
                </SubmitButton>
              </PostForm>
            )}
            {permissions["organisation.remove-member"] && member.id !== viewerId && (
              <ButtonLink look="bare-danger" to={`?remove=${member.id}`} preventScrollReset aria-label={`Remove ${member.name}`}>
                Remove
              </ButtonLink>
            )}
          </div>
          {resetLink?.personId === member.id && (
            <div className="made">
              <Note>
                Give this link to {member.name}: it lets them choose a new password, once, until{" "}
                <Time atMs={resetLink.expiresAtMs} form="date-time" />. You see it only now.
              </Note>
              <CopyField label={`Password link for ${member.name}`} value={resetLink.link} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function RoleForm({ member, trouble }: { readonly member: Member; readonly trouble: FormTrouble | undefined }) {
  return (
    <PostForm name={`change-role-${member.id}`} intent="change-role" trouble={trouble} className="">
      <input type="hidden" name="personId" value={member.id} />
      <SelectField
        name="role"
        label={`Role of ${member.name}`}
        quietLabel
        compact
        key={member.role}
        defaultValue={member.role}
        options={ORGANISATION_ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role].label }))}
      />
      <SubmitButton look="bare" aria-label={`Change the role of ${member.name}`}>
        Change
      </SubmitButton>
    </PostForm>
  );
}
