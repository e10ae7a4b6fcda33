/**
 * Services: authorise, act, present. `makeServices` is called once; what it answers makes the services of one request, bound to the
 * person who asks. What it knows of that person is looked up when first needed and forgotten with the request.
 */
import { makeSessionCookie } from "#server/auth/session-cookie";
import { makeSignInLimits } from "#server/auth/sign-in-limits";
import { makeVersionKeeper } from "#server/jobs/version-keeper";
import type { Services } from "../../app/services.ts";
import { makeAccountServices } from "./account-services.ts";
import { makeExportServices } from "./export-services.ts";
import { makeHomeServices } from "./home-services.ts";
import { makeJoiningServices } from "./joining-services.ts";
import { makeLessonAccess } from "./lesson-access.ts";
import { makeLessonServices } from "./lesson-services.ts";
import { makeOneAtATime } from "./one-at-a-time.ts";
import { makeOperationServices } from "./operation-services.ts";
import { makeOrganisationAccess } from "./organisation-access.ts";
import { makeOrganisationServices } from "./organisation-services.ts";
import type { ServiceDeps, ServiceParts, ServiceRequest } from "./service-parts.ts";
import { makeTeamServices } from "./team-services.ts";
import { makeVersionServices } from "./version-services.ts";
import { makeViewerSession } from "./viewer.ts";

/** Makes the maker of services: call it with each request. */
export function makeServices(deps: ServiceDeps): (request: ServiceRequest) => Services {
  const parts: ServiceParts = {
    ...deps,
    cookie: makeSessionCookie({ secure: deps.secureCookies }),
    limits: makeSignInLimits(deps.stores.rateLimits),
    keeper: makeVersionKeeper(deps),
    oneAtATime: makeOneAtATime(),
  };
  return (request) => {
    const session = makeViewerSession(parts, request);
    const openLesson = makeLessonAccess(parts.stores, session);
    const enter = makeOrganisationAccess(parts.stores, session);
    const lessons = { ...makeLessonServices(parts, session, openLesson), ...makeVersionServices(parts, openLesson) };
    return {
      ...makeAccountServices(parts, session, request),
      ...makeJoiningServices(parts, session),
      organisations: makeOrganisationServices(parts, session, enter),
      operations: makeOperationServices(parts, enter),
      teams: makeTeamServices(parts, session),
      lessons: { ...lessons, ...makeExportServices(lessons, openLesson) },
      home: makeHomeServices(parts, session),
    };
  };
}
