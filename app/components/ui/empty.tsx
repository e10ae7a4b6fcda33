/** An empty place is honest: one sentence and one action, where the thing will be. No illustration. */
import type { ReactNode } from "react";

export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {action !== undefined && <div className="actions">{action}</div>}
    </div>
  );
}
