/** For somebody who is not signed in: what this is in a few words, the way in, and a lesson drawn to scale. */
import { TopBar } from "../../components/shell/top-bar.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";

export function Landing() {
  return (
    <>
      <TopBar middle={null} right={null} />
      <main id="main" tabIndex={-1} className="landing">
        <div>
          <h1>Design mathematics lessons together</h1>
          <p className="lead">
            Bansho is where a team plans one lesson with care, sees what pupils make of it, and refines it. You write in the same plan at the same
            time, and nothing you write is lost.
          </p>
          <div className="actions">
            <ButtonLink to="/login" look="main" big>
              Sign in
            </ButtonLink>
          </div>
          <p className="small quiet">No account yet? A maths lead or administrator at your school can send you a link.</p>
        </div>
        <figure>
          <DrawnLesson />
          <figcaption>One lesson of 50 minutes, drawn to scale, and the board at its end.</figcaption>
        </figure>
      </main>
    </>
  );
}

/** A board with the lesson strip above it. Drawn from the tokens, so that it holds in the dark. */
function DrawnLesson() {
  const stages = [5, 8, 10, 10, 9, 6, 2];
  const scale = 488 / 50;
  const starts = stages.map((_, place) => stages.slice(0, place).reduce((sum, minutes) => sum + minutes, 0));
  return (
    <svg viewBox="0 0 500 330" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="landing-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="7" height="7" fill="var(--rep-fill)" />
          <path d="M0 0v7" stroke="var(--rep-hatch)" strokeWidth="2" />
        </pattern>
      </defs>
      {stages.map((minutes, place) => (
        <g key={starts[place]}>
          <rect
            x={6 + (starts[place] ?? 0) * scale}
            y="6"
            width={minutes * scale - 3}
            height="10"
            rx="2"
            fill={place === 3 ? "var(--board)" : "var(--line-firm)"}
          />
          <text x={6 + (starts[place] ?? 0) * scale} y="36" fontSize="14" fontWeight={place === 3 ? 650 : 400} fill="var(--ink-soft)">
            {minutes}
          </text>
        </g>
      ))}
      <rect x="6" y="54" width="488" height="270" rx="6" fill="var(--slate)" />
      <g stroke="var(--chalk)" fill="none" strokeWidth="1.75" strokeLinecap="round">
        <path d="M168 74v230M332 74v230" opacity=".45" />
        <path d="M26 84h112M26 102h74" opacity=".8" />
        <path d="M26 126h52v30H26zM92 126h52v30H92zM26 172h52v30H26zM92 172h52v30H92z" />
        <path d="M39 126v30M52 126v30M65 126v30M92 141h52M118 126v30M26 172l52 30M78 172l-52 30M101 172v30M129 172v30" />
        <path d="M188 84h120M188 102h58" opacity=".8" />
        <path d="M352 84h122M352 102h96M352 120h108" opacity=".8" />
        <path d="M352 222h122M352 240h88" opacity=".8" />
      </g>
      <g stroke="var(--rep-line)" strokeWidth="1.75" fill="var(--rep-ground)">
        <path d="M188 130h124v34H188zM188 190h124v34H188zM188 250h124v34H188z" />
        <path d="M188 130h31v34h-31zM188 190h62v34h-62zM281 250h31v34h-31z" fill="url(#landing-hatch)" />
        <path d="M250 250v34" />
      </g>
      <g stroke="var(--rep-line)" strokeWidth="1.75" fill="var(--rep-ground)">
        <path d="M352 150h122v44H352z" />
        <path d="M352 150h30.500v44H352z" fill="url(#landing-hatch)" />
        <path d="M382.500 150v44M413 150v44M443.500 150v44" fill="none" />
      </g>
    </svg>
  );
}
