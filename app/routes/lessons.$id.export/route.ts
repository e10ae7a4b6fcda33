/** A lesson as a file: `/lessons/:id/export/json` or `/md`, `?version=N` for an older one. */
import type { LoaderFunctionArgs } from "@remix-run/node";
import { guarded, pathParam } from "../../requests.server.ts";

export const loader = guarded(async ({ request, params, context }: LoaderFunctionArgs) => {
  const version = new URL(request.url).searchParams.get("version");
  const file = await context.services.lessons.exportLesson(pathParam(params["id"]), {
    format: pathParam(params["format"]),
    version: version === null ? null : Number(version),
  });
  return new Response(file.text, {
    headers: {
      "Content-Type": file.mediaType,
      "Content-Disposition": `attachment; filename="${file.fileName}"`,
      "X-Content-Type-Options": "nosniff",
    },
  });
});
