/** A tag: a word or two about a thing, in a small box. Its words carry the meaning, the tint only helps. */
import type { ReactNode } from "react";

export function Tag({ tone, children }: { readonly tone?: "board" | "amber" | "blue"; readonly children: ReactNode }) {
  return <span className={tone === undefined ? "tag" : `tag ${tone}`}>{children}</span>;
}
