/** Tabs that are addresses: links, of which one is here. They work without script and can be bookmarked. */
import { Link } from "@remix-run/react";

export type TabLink = { readonly to: string; readonly label: string; readonly here: boolean };

export function TabLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} {...(tab.here ? { "aria-current": "page" as const } : {})}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
