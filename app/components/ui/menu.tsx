/**
 * A menu under a button (Radix DropdownMenu: arrows, Home, End, typing, Escape). Items are links or buttons.
 * It stands in the page beside its button, not at the end of the body, so that it is inside a landmark.
 */
import { Link } from "@remix-run/react";
import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

export function Menu({
  trigger,
  children,
  align = "end",
}: {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align={align} sideOffset={6} collisionPadding={12}>
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

type ItemProps = { readonly icon?: LucideIcon; readonly children: ReactNode };

export function MenuLink({ to, icon, children }: ItemProps & { readonly to: string }) {
  return (
    <DropdownMenu.Item asChild>
      <Link to={to} className="menu-item">
        {icon && <Icon of={icon} />}
        {children}
      </Link>
    </DropdownMenu.Item>
  );
}

/** A link to a file: the browser fetches it, not the router. */
export function MenuDownload({ href, icon, children }: ItemProps & { readonly href: string }) {
  return (
    <DropdownMenu.Item asChild>
      <a href={href} download className="menu-item">
        {icon && <Icon of={icon} />}
        {children}
      </a>
    </DropdownMenu.Item>
  );
}

export function MenuButton({ onSelect, icon, children }: ItemProps & { readonly onSelect: () => void }) {
  return (
    <DropdownMenu.Item className="menu-item" onSelect={onSelect}>
      {icon && <Icon of={icon} />}
      {children}
    </DropdownMenu.Item>
  );
}

export const MenuRule = () => <DropdownMenu.Separator className="menu-rule" />;
export const MenuLabel = ({ children }: { readonly children: ReactNode }) => (
  <DropdownMenu.Label className="menu-label">{children}</DropdownMenu.Label>
);
