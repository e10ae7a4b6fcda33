/** A lesson as a page to read: for the read, version and print views. No script, no Yjs. */

/**
 * @param html what `renderLessonHtml` (#core/exports/html) made on the server; it has escaped every word of a person (EX1)
 */
export function LessonPage({ html }: { readonly html: string }) {
  return <div className="lesson-page" dangerouslySetInnerHTML={{ __html: html }} />;
}
