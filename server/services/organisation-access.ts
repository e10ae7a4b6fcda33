/** The way to one organisation: nobody gets in without the policy's yes. Rules PO1, PO10. */
import { AppError } from "#core/errors";
import { isId, type OrganisationId } from "#core/ids";
import { can, type Action, type OrganisationRole } from "#core/policy/policy";
import type { Organisation, Stores } from "#server/stores/contract";
import { roleIn, type SignedIn, type ViewerSession } from "./viewer.ts";

export type OpenOrganisation = { readonly viewer: SignedIn; readonly organisation: Organisation; readonly role: OrganisationRole };

/** Opens an organisation for one action. Throws AppError "not-signed-in", "not-found" or "forbidden". */
export type OrganisationAccess = (id: string, action: Action) => Promise<OpenOrganisation>;

/** Makes the way for one request. */
export function makeOrganisationAccess(stores: Pick<Stores, "people">, session: ViewerSession): OrganisationAccess {
  return async (id, action) => {
    const viewer = await session.require();
    const organisation = isId(id) ? await stores.people.findOrganisation(id as OrganisationId) : null;
    if (organisation === null) throw new AppError("not-found", { message: "There is no such organisation." });
    const role = roleIn(viewer, organisation.id);
    if (role === null || !can([role], action))
      throw new AppError("forbidden", { message: "This is for other roles in the organisation than yours." });
    return { viewer, organisation, role };
  };
}
