/** What has just happened, in the place where it happened; or what to know before going on (amber). Screen readers hear it. */
import type { ReactNode } from "react";

export function Note({ tone = "done", children }: { readonly tone?: "done" | "amber"; readonly children: ReactNode }) {
  return <output className={tone === "amber" ? "note amber" : "note"}>{children}</output>;
}
