/** Versions as ruled rows: number, label, who and when, one line of why; read it, put it back. */
import { Link } from "@remix-run/react";
import { Empty } from "../ui/empty.tsx";
import { Time } from "../ui/time.tsx";
import { versionLabel, whoWords } from "./version-words.ts";

export type VersionKindView = "draft" | "as-planned" | "as-taught" | "refined" | "published";
type Person = { readonly id: string; readonly name: string };
export type ListedVersion = {
  readonly number: number;
  readonly kind: VersionKindView;
  readonly title: string;
  readonly note: string;
  readonly automatic: boolean;
  readonly author: Person | null;
  readonly contributors: readonly Person[];
  readonly createdAtMs: number;
};

type VersionListProps = {
  readonly lessonId: string;
  /** Newest first. */
  readonly versions: readonly ListedVersion[];
  readonly mayPutBack: boolean;
  readonly narrow?: boolean;
};

export function VersionList({ lessonId, versions, mayPutBack, narrow = false }: VersionListProps) {
  if (versions.length === 0) return <Empty>No version yet. Name one when the lesson is worth coming back to.</Empty>;
  return (
    <ol className={narrow ? "versions narrow" : "versions"}>
      {versions.map((version, index) => (
        <li key={version.number} className={index === 0 ? "newest" : undefined}>
          <Link className="number" to={`/lessons/${lessonId}/versions/${version.number}`}>
            Version {version.number}
          </Link>
          <span className="about">
            {[versionLabel(version), whoWords(version.author, version.contributors)].filter((words) => words !== "").join(", ")},{" "}
            <Time atMs={version.createdAtMs} form="date-time" />
          </span>
          {mayPutBack && (
            <Link className="back" to={`/lessons/${lessonId}/versions?put-back=${version.number}`} aria-label={`Put version ${version.number} back`}>
              Put back
            </Link>
          )}
          {version.note !== "" && <p>{version.note}</p>}
        </li>
      ))}
    </ol>
  );
}
