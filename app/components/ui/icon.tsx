/** An icon beside words: lucide, 18 px, 1.75 thick, hidden from screen readers because the words say it. */
import type { LucideIcon } from "lucide-react";

export function Icon({ of: Drawing, size = 18 }: { readonly of: LucideIcon; readonly size?: number }) {
  return <Drawing className="ic" width={size} height={size} strokeWidth={1.75} aria-hidden="true" focusable="false" />;
}
