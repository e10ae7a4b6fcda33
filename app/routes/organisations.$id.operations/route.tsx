/** How Bansho runs, for administrators: what is open, whether all is saved, what is kept, the last backup. Reads once; a link reads again. */
import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";
import { Time } from "../../components/ui/time.tsx";
import { guarded, pathParam } from "../../requests.server.ts";
import { Backup } from "./backup.tsx";
import { Health, Storage } from "./figures.tsx";
import { OpenLessons } from "./open-lessons.tsx";

export const meta: MetaFunction<typeof loader> = ({ error }) => pageTitle("How Bansho runs", error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => context.services.operations.read(pathParam(params["id"])));

export default function Operations() {
  const { organisation, readAtMs, openLessons, openLessonsTotal, health, storage, backup } = useLoaderData<typeof loader>();
  return (
    <Page>
      <header>
        <div>
          <h1>How Bansho runs</h1>
          <p>
            <Link to={`/organisations/${organisation.id}`}>{organisation.name}</Link>, <Time atMs={readAtMs} form="when" />
          </p>
        </div>
        <ButtonLink to={`/organisations/${organisation.id}/operations`} replace preventScrollReset>
          Look again
        </ButtonLink>
      </header>
      <div className="two">
        <div>
          <OpenLessons lessons={openLessons} total={openLessonsTotal} organisationName={organisation.name} />
        </div>
        <aside aria-label="The whole server">
          <Health health={health} />
          <Backup backup={backup} />
          <Storage storage={storage} />
        </aside>
      </div>
    </Page>
  );
}

export { PageErrors as ErrorBoundary };
