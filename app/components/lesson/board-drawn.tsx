/** The board plan, drawn small: its parts side by side, each written line a stroke of chalk as long as its words. */

const WIDTH = 172;
const HEIGHT = 76;
const MARGIN = 10;
const STEP = 9;
/** Letters in a full stroke. */
const LETTERS = 26;
const MOST = Math.floor((HEIGHT - 2 * MARGIN) / STEP) + 1;

export function BoardDrawn({ zones }: { readonly zones: readonly (readonly number[])[] }) {
  const part = WIDTH / Math.max(1, zones.length);
  const full = part - 2 * MARGIN;
  const folds = zones.slice(1).map((_, place) => `M${part * (place + 1)} ${MARGIN - 2}V${HEIGHT - MARGIN + 2}`);
  const chalk = zones.flatMap((lines, place) =>
    strokes(lines).map((length, row) => `M${part * place + MARGIN} ${MARGIN + row * STEP}h${(length * full).toFixed(1)}`),
  );
  return (
    <svg className="board-drawn" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <path className="fold" d={folds.join("")} />
      <path d={chalk.join("")} />
    </svg>
  );
}

/** Lines of so many letters as strokes between 0 and 1, the long ones wrapped, as many as the board takes. */
function strokes(lines: readonly number[]): number[] {
  const all = lines.flatMap((letters) => {
    const rows = Math.ceil(letters / LETTERS);
    return Array.from({ length: rows }, (_, row) => (row < rows - 1 ? 1 : Math.max(0.25, (letters - row * LETTERS) / LETTERS)));
  });
  return all.slice(0, MOST);
}
