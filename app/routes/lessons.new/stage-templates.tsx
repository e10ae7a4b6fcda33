/** The shapes a lesson can start with, each drawn to scale: a segment for each stage, its width its minutes. */
import type { CSSProperties } from "react";

export const STAGE_TEMPLATES = [
  {
    name: "ping-pong",
    label: "Ping-pong",
    about: "Short turns between teacher and pupils in small steps, then practice and a problem to think hard about. 7 stages.",
    minutes: [5, 8, 10, 10, 9, 6, 2],
  },
  {
    name: "mm-six-part",
    label: "Six parts",
    about: "Do now, new learning, talk task, develop learning, independent task, plenary.",
    minutes: [5, 10, 8, 10, 12, 5],
  },
  {
    name: "structured-problem-solving",
    label: "One problem",
    about: "Pose it, solve alone, compare and discuss, sum up on the board. 4 stages.",
    minutes: [5, 12, 23, 10],
  },
] as const;

export function StageStrip({ minutes }: { readonly minutes: readonly number[] }) {
  return (
    <span className="mini-strip" aria-hidden="true">
      {minutes.map((each, place) => {
        const width: CSSProperties & { readonly "--m": number } = { "--m": each };
        return <i key={place} style={width} />;
      })}
    </span>
  );
}
