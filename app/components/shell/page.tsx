/** The frame of an ordinary page: top bar and main. `Sheet` is one sheet of paper in the middle, for signing in and the like. */
import type { ReactNode } from "react";
import { TopBar } from "./top-bar.tsx";

type PageProps = {
  readonly children: ReactNode;
  readonly width?: "wide" | "narrow";
  /** For a page that tells scripts whose it is (`data-user-id` on /account). */
  readonly userId?: string;
};

export function Page({ children, width = "wide", userId }: PageProps) {
  return (
    <>
      <TopBar />
      <main id="main" tabIndex={-1} className={width === "narrow" ? "page narrow" : "page"} data-user-id={userId}>
        {children}
      </main>
    </>
  );
}

export function Sheet({ children, after }: { readonly children: ReactNode; readonly after?: ReactNode }) {
  return (
    <>
      <TopBar middle={null} right={null} />
      <main id="main" tabIndex={-1} className="sheet-page">
        <div className="sheet">{children}</div>
        {after !== undefined && <div className="after-sheet">{after}</div>}
      </main>
    </>
  );
}
