/** Home. Signed out: what Bansho is, and the way in. Signed in: one thing to do next, then lessons and teams. */
import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { LessonList } from "../../components/lesson-list/lesson-list.tsx";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";
import { Empty } from "../../components/ui/empty.tsx";
import { guarded } from "../../requests.server.ts";
import { Landing } from "./landing.tsx";

export const meta: MetaFunction = ({ error }) => pageTitle("Bansho", error);

export const loader = guarded(async ({ context }: LoaderFunctionArgs) => {
  const viewer = await context.services.viewer();
  if (viewer === null) return null;
  return { firstName: viewer.name.split(" ")[0] ?? viewer.name, ...(await context.services.home.home()) };
});

export default function Home() {
  const home = useLoaderData<typeof loader>();
  if (home === null) return <Landing />;
  const { next, lessons, teams, firstName } = home;
  return (
    <Page>
      {next ? (
        <section className="nextup" aria-labelledby="next">
          <div>
            <p className="k">Next for you, {firstName}</p>
            <h1 id="next">{next.title}</h1>
            <p>{next.words}</p>
          </div>
          <ButtonLink to={next.href}>{next.label}</ButtonLink>
        </section>
      ) : (
        <header>
          <div>
            <h1>Hello, {firstName}</h1>
            <p>Nothing waits for you.</p>
          </div>
        </header>
      )}
      <div className="two">
        <div>
          <section aria-labelledby="lessons">
            <div className="split">
              <h2 id="lessons">Lessons</h2>
              {lessons.length > 0 && <Link to="/lessons">All lessons</Link>}
            </div>
            {lessons.length > 0 ? (
              <LessonList lessons={lessons} />
            ) : (
              <Empty action={<ButtonLink to="/lessons/new">Start a lesson</ButtonLink>}>
                No lesson yet. What do pupils find hard to see just now? Start with that.
              </Empty>
            )}
          </section>
        </div>
        <aside aria-label="Teams">
          <section aria-labelledby="teams">
            <h2 id="teams">Your teams</h2>
            {teams.length > 0 ? (
              <ul className="rows">
                {teams.map((team) => (
                  <li key={team.id}>
                    <Link to={`/teams/${team.id}`}>{team.name}</Link>
                    <div className="small quiet">{team.organisationName}</div>
                  </li>
                ))}
              </ul>
            ) : (
              <Empty>You are in no team yet. Ask your maths lead to add you to one.</Empty>
            )}
          </section>
        </aside>
      </div>
    </Page>
  );
}

export { PageErrors as ErrorBoundary };
