/** The teams of an organisation, and a form for one more. */
import { Link } from "@remix-run/react";
import { LIMITS } from "#core/limits";
import { Empty } from "../../components/ui/empty.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton, type FormTrouble } from "../../components/ui/form.tsx";

type TeamsProps = {
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly mayCreate: boolean;
  readonly trouble: FormTrouble | undefined;
};

export function Teams({ teams, mayCreate, trouble }: TeamsProps) {
  return (
    <section aria-labelledby="teams">
      <h2 id="teams">Teams</h2>
      {teams.length > 0 ? (
        <ul className="rows">
          {teams.map((team) => (
            <li key={team.id}>
              <Link to={`/teams/${team.id}`}>{team.name}</Link>
            </li>
          ))}
        </ul>
      ) : (
        <Empty>No team yet. A team is the people who plan together.</Empty>
      )}
      {mayCreate && (
        <PostForm name="create-team" trouble={trouble} className="inline-form">
          <TextField name="name" label="Name of a new team" compact maxLength={LIMITS.maxNameLength} autoComplete="off" required />
          <SubmitButton>Make the team</SubmitButton>
        </PostForm>
      )}
    </section>
  );
}
