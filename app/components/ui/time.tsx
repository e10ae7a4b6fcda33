/** A time, written by the server for London and put right for the reader's own zone once the page is alive. */
import { useState, useSyncExternalStore } from "react";
import { SERVER_ZONE, timeWords, type TimeForm } from "./time-words.ts";

const never = (): (() => void) => () => undefined;
const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Time({ atMs, form = "date" }: { readonly atMs: number; readonly form?: TimeForm }) {
  const zone = useSyncExternalStore(never, zoneHere, () => SERVER_ZONE);
  const [nowMs] = useState(() => Date.now());
  // The words may differ by a minute's passing between server and browser ("today" at midnight): the later one wins without a warning.
  return (
    <time dateTime={new Date(atMs).toISOString()} suppressHydrationWarning>
      {timeWords(atMs, form, { zone, nowMs })}
    </time>
  );
}
