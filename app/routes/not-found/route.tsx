/** Every address that is nobody's. */
import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { AppError } from "#core/errors";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { guarded } from "../../requests.server.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("There is nothing at this address", error);

const nothing = async (): Promise<never> => {
  throw new AppError("not-found", { message: "There is nothing at this address." });
};
export const loader = guarded<LoaderFunctionArgs, never>(nothing);
export const action = guarded<LoaderFunctionArgs, never>(nothing);

/** Never shown: the loader always throws. */
export default function NotFound() {
  return null;
}

export { PageErrors as ErrorBoundary };
