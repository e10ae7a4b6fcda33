/**
 * Asking the same question again while the answer to it may be on its way: a line for each key.
 *
 * Always true: two runs of one key never overlap, so an older answer is never acted on after a newer one; whoever asks gets a run that begins
 * after they asked. Askers of other keys are not waited for. Rule SY11.
 */
export type AskAgain = (key: string, run: () => Promise<void>) => Promise<void>;

type Line = { current: Promise<void>; next: Promise<void> | null };

/** Makes the lines. `run` must not reject. A key that nobody asks about takes no memory. */
export function makeAskAgain(): AskAgain {
  const lines = new Map<string, Line>();
  const begin = (key: string, run: () => Promise<void>): Promise<void> => {
    const line: Line = { current: Promise.resolve(), next: null };
    lines.set(key, line);
    line.current = run().finally(() => {
      if (line.next === null) lines.delete(key);
    });
    return line.current;
  };
  return (key, run) => {
    const line = lines.get(key);
    if (line === undefined) return begin(key, run);
    // All who ask before it begins share the next run.
    return (line.next ??= line.current.then(() => begin(key, run)));
  };
}
