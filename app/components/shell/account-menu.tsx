/** The face at the right: a menu with script, a link to the account without. Signing out leaves nothing on the device, so it loads a fresh page. */
import { Link } from "@remix-run/react";
import { LogOut, School, UserRound } from "lucide-react";
import { useRef } from "react";
import { placeOf } from "#core/who-place";
import { Avatar } from "../ui/avatar.tsx";
import { useHydrated } from "../ui/hydrated.ts";
import { Menu, MenuButton, MenuLabel, MenuLink, MenuRule } from "../ui/menu.tsx";
import type { ShellViewer } from "./shell-data.ts";
import { SignOutForm } from "./sign-out-form.tsx";

export function AccountMenu({ viewer }: { readonly viewer: ShellViewer }) {
  const alive = useHydrated();
  const signOut = useRef<HTMLFormElement>(null);
  const face = <Avatar name={viewer.name} place={placeOf(viewer.id)} named />;
  const name = `Your account, ${viewer.name}`;
  if (!alive) {
    return (
      <Link className="me" to="/account" aria-label={name}>
        {face}
      </Link>
    );
  }
  return (
    <>
      <SignOutForm formRef={signOut} hidden />
      <Menu
        trigger={
          <button type="button" className="me" aria-label={name}>
            {face}
          </button>
        }
      >
        <MenuLabel>
          <b>{viewer.name}</b>
          {viewer.email}
        </MenuLabel>
        <MenuRule />
        <MenuLink to="/account" icon={UserRound}>
          Your account
        </MenuLink>
        {viewer.organisations.map((organisation) => (
          <MenuLink key={organisation.id} to={`/organisations/${organisation.id}`} icon={School}>
            {organisation.name}
          </MenuLink>
        ))}
        <MenuRule />
        <MenuButton icon={LogOut} onSelect={() => signOut.current?.requestSubmit()}>
          Sign out
        </MenuButton>
      </Menu>
    </>
  );
}
