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

export function SaveStatus({
  save,
  onRetry,
  onDownload,
}: {
  readonly save: SaveView;
  readonly onRetry: () => void;
  readonly onDownload: () => void;
}) {
  const spoken = useSpoken(save);
  const drawing = ICONS[save.state];
  return (
    <>
      <output className="save-status" aria-live="off" data-state={save.state}>
        {drawing && <Icon of={drawing} size={16} />}
        <span className="words">{save.words}</span>
      </output>
      {save.state === "kept" && save.retryInMs !== null && <RetryIn key={save.retryInMs} inMs={save.retryInMs} onRetry={onRetry} />}
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
function RetryIn({ inMs, onRetry }: { readonly inMs: number; readonly onRetry: () => void }) {
  const [leftMs, setLeftMs] = useState(inMs);
  useEffect(() => {
    const timer = setInterval(() => setLeftMs((before) => Math.max(0, before - 1_000)), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil(leftMs / 1_000);
  return (
    <button type="button" className="save-retry" onClick={onRetry}>
      {seconds === 0 ? "trying…" : `trying again in ${seconds} s`}
    </button>
  );
}

/** What to say aloud: trouble when it comes, and that it is over. */
function useSpoken(save: SaveView): string {
  const [said, setSaid] = useState("");
  const trouble = save.state !== "saved" && save.state !== "saving";
  if (trouble && said !== save.words) setSaid(save.words);
  else if (save.state === "saved" && said !== "" && said !== "Saved") setSaid("Saved");
  return said;
}
