/**
 * The one place that says whether the words are safe. It never lies: "Saved" means that the server holds them.
 *
 * The visible words change with every key, so they are not announced; what a person must hear (kept on this device, not saved, saved again)
 * is said once by a line of its own.
 */
import { Check, Eye, Smartphone, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { SaveView } from "#editor/collab/save-status";
import { Icon } from "../ui/icon.tsx";

const ICONS = { saved: Check, saving: null, kept: Smartphone, "not-saved": X, "read-only": Eye, gone: X } as const;

export function SaveStatus({ save, onRetry, onDownload }: { readonly save: SaveView; readonly onRetry: () => void; readonly onDownload: () => void }) {
  const spoken = useSpoken(save);
  const drawing = ICONS[save.state];
  return (
    <>
      <span className="save-status" role="status" aria-live="off" data-state={save.state}>
        {drawing && <Icon of={drawing} size={16} />}
        <span className="words">{save.words}</span>
        {save.state === "kept" && <RetryIn save={save} onRetry={onRetry} />}
      </span>
      {(save.state === "not-saved" || save.state === "gone") && (
        <button type="button" className="save-copy" onClick={onDownload}>
          Download a copy
        </button>
      )}
      <span className="sr" aria-live="polite">
        {spoken}
      </span>
    </>
  );
}

/** Counts down to the next try; a press tries now. */
function RetryIn({ save, onRetry }: { readonly save: SaveView; readonly onRetry: () => void }) {
  const [left, setLeft] = useState(save.retryInMs);
  useEffect(() => {
    setLeft(save.retryInMs);
    if (save.retryInMs === null) return undefined;
    const timer = setInterval(() => setLeft((before) => (before === null ? null : Math.max(0, before - 1_000))), 1_000);
    return () => clearInterval(timer);
  }, [save]);
  if (left === null) return null;
  const seconds = Math.ceil(left / 1_000);
  return (
    <button type="button" className="save-retry" onClick={onRetry}>
      {seconds === 0 ? "trying…" : `trying again in ${seconds} s`}
    </button>
  );
}

/** What to say aloud: trouble when it comes, and that it is over. */
function useSpoken(save: SaveView): string {
  const [said, setSaid] = useState<{ readonly words: string; readonly trouble: boolean }>({ words: "", trouble: false });
  const trouble = save.state !== "saved" && save.state !== "saving";
  useEffect(() => {
    setSaid((before) => {
      if (trouble) return { words: save.words, trouble };
      return before.trouble && save.state === "saved" ? { words: "Saved", trouble: false } : before;
    });
  }, [trouble, save.state, save.words]);
  return said.words;
}
