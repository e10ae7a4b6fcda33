/**
 * Buttons: main (filled, at most one a screen), plain (edge), bare (text), danger (brick). Labels start with a verb.
 * A link that looks like a button stays a link: `ButtonLink`.
 */
import { Link, type LinkProps } from "@remix-run/react";
import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from "react";
import type { LucideIcon } from "lucide-react";
import { Icon } from "./icon.tsx";

type Look = {
  readonly look?: "main" | "plain" | "bare" | "danger" | "bare-danger";
  readonly big?: boolean;
  /** One of several that is on: a tint and a double edge, never filled. */
  readonly chosen?: boolean;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
};

const LOOKS = { main: "main", plain: "", bare: "bare", danger: "danger", "bare-danger": "bare danger" } as const;

const classOf = ({ look = "plain", big = false, chosen = false }: Omit<Look, "children">, more?: string): string =>
  ["btn", LOOKS[look], big ? "big" : "", chosen ? "chosen" : "", more ?? ""].filter((part) => part !== "").join(" ");

export const Button = forwardRef<HTMLButtonElement, Look & ButtonHTMLAttributes<HTMLButtonElement>>(function Button(
  { look, big, chosen, icon, children, className, type = "button", ...rest },
  ref,
) {
  const looks = { ...(look && { look }), ...(big && { big }), ...(chosen && { chosen }) };
  return (
    <button ref={ref} type={type} className={classOf(looks, className)} {...(chosen === undefined ? {} : { "aria-pressed": chosen })} {...rest}>
      {icon && <Icon of={icon} />}
      {children}
    </button>
  );
});

export const ButtonLink = forwardRef<HTMLAnchorElement, Look & LinkProps>(function ButtonLink(
  { look, big, chosen, icon, children, className, ...rest },
  ref,
) {
  const looks = { ...(look && { look }), ...(big && { big }), ...(chosen && { chosen }) };
  return (
    <Link ref={ref} className={classOf(looks, className)} {...rest}>
      {icon && <Icon of={icon} />}
      {children}
    </Link>
  );
});
