/** The shapes a lesson can start with, as cards; each drawn to scale: a segment for each stage, its width its share of the minutes. */
import type { CSSProperties } from "react";
import { STAGE_TEMPLATES } from "#core/schema/kinds";
import type { RadioCard } from "../../components/ui/field.tsx";

/** A card for each template, in the order of the table. */
export const TEMPLATE_CARDS: readonly RadioCard[] = Object.entries(STAGE_TEMPLATES).map(([name, { label, hint, stages }]) => ({
  value: `template:${name}`,
  label,
  about: `${hint} ${stages.length} stages.`,
  drawing: <StageStrip weights={stages.map(([, , minutes]) => minutes)} />,
}));

function StageStrip({ weights }: { readonly weights: readonly number[] }) {
  return (
    <span className="mini-strip" aria-hidden="true">
      {weights.map((each, place) => {
        const width: CSSProperties & { readonly "--m": number } = { "--m": each };
        return <i key={place} style={width} />;
      })}
    </span>
  );
}
