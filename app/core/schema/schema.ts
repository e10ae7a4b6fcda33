/** The one ProseMirror schema of a lesson. Rules in ./SPEC.md. Never pass its nodes between the page bundle and the server: two copies reject each other. */
import { Schema } from "prosemirror-model";
import { marks } from "./marks.ts";
import { nodes } from "./nodes.ts";

export const lessonSchema = new Schema({ nodes, marks });

/** Name of the lesson's Y.XmlFragment in its Y.Doc. */
export const CONTENT = "content";
/** Name of the lesson's Y.Map of facts (year, minutes, curriculum links …). */
export const FACTS = "facts";
