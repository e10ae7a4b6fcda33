/** The lesson as a file, for when it cannot be saved. */

/** Give the browser a JSON file to keep. */
export function downloadCopy(lessonId: string, copy: unknown): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(copy, null, 1)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${lessonId}.bansho.json`;
  link.click();
  // The browser has taken the file by the next turn.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
