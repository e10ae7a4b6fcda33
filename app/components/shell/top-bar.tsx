/**
 * The bar at the top of every page. Three places: where am I (left), which view (middle), what may I do (right). Each screen may fill them
 * with its own; left to itself it shows the organisation, Home and Lessons, and New lesson. The mark and the account are always there.
 */
import { Link, useLocation } from "@remix-run/react";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { ButtonLink } from "../ui/button.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { Mark } from "./mark.tsx";
import { useShell, type ShellViewer } from "./shell-data.ts";

type TopBarProps = {
  readonly left?: ReactNode;
  /** `null`: nothing in the middle. */
  readonly middle?: ReactNode;
  readonly right?: ReactNode;
  /** On a phone the middle goes into a row of its own, or away when the screen has a dock. */
  readonly middleOnPhone?: "row" | "away";
};

export function TopBar({ left, middle, right, middleOnPhone = "row" }: TopBarProps) {
  const viewer = useShell()?.viewer ?? null;
  return (
    <header className="top">
      <div className="at-left">
        <Link className="mark" to="/">
          <Mark />
          {/* On a phone the drawn mark stands alone; the word stays for screen readers. */}
          <span className="word">Bansho</span>
        </Link>
        {left === undefined ? <WhereAmI viewer={viewer} /> : left}
      </div>
      <div className={middleOnPhone === "away" ? "at-middle not-on-phone" : "at-middle"}>{middle === undefined ? viewer && <MainNav /> : middle}</div>
      <div className="at-right">
        {right === undefined ? viewer ? <NewLesson /> : <ButtonLink to="/login">Sign in</ButtonLink> : right}
        {viewer && <AccountMenu viewer={viewer} />}
      </div>
    </header>
  );
}

/** Crumbs for the left place: where this is, from the widest to the nearest. The last is the page itself. */
export function Crumbs({ before, here }: { readonly before: readonly { readonly label: string; readonly to?: string }[]; readonly here: string }) {
  return (
    <div className="crumb">
      {before.map((step) => (
        <span key={step.label} className="not-on-phone">
          {step.to === undefined ? (
            step.label
          ) : (
            <Link className="before" to={step.to}>
              {step.label}
            </Link>
          )}
        </span>
      ))}
      {before.length > 0 && <span className="slash not-on-phone">/</span>}
      <b>{here}</b>
    </div>
  );
}

function WhereAmI({ viewer }: { readonly viewer: ShellViewer | null }) {
  const first = viewer?.organisations[0];
  if (first === undefined) return null;
  return (
    <div className="crumb">
      <Link to={`/organisations/${first.id}`}>
        <span>{first.name}</span>
      </Link>
    </div>
  );
}

function MainNav() {
  const { pathname } = useLocation();
  const here = (is: boolean) => (is ? { "aria-current": "page" as const } : {});
  return (
    <nav className="views" aria-label="Main">
      <Link to="/" {...here(pathname === "/")}>
        Home
      </Link>
      <Link to="/lessons" {...here(pathname === "/lessons")}>
        Lessons
      </Link>
      <Link className="phone-only" to="/lessons/new" {...here(pathname === "/lessons/new")}>
        New lesson
      </Link>
    </nav>
  );
}

function NewLesson() {
  const { pathname } = useLocation();
  if (pathname === "/lessons/new") return null;
  return (
    <ButtonLink to="/lessons/new" icon={Plus} className="not-on-phone">
      New lesson
    </ButtonLink>
  );
}
