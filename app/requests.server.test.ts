import { describe, expect, test } from "vitest";
import { AppError } from "#core/errors";
import { LIMITS } from "#core/limits";
import { attempt, guarded, readFields, safeThen } from "./requests.server.ts";
import type { RequestContext } from "./services.ts";

/** A context of which only the parts are real that these helpers touch. */
function aContext(): { context: RequestContext; reported: unknown[] } {
  const reported: unknown[] = [];
  const context = { nonce: "n", demo: false, requestId: "7F3K", report: (error: unknown) => reported.push(error) };
  return { context: context as unknown as RequestContext, reported };
}
const posted = (body: string, type = "application/x-www-form-urlencoded") =>
  new Request("http://localhost/here?x=1", { method: "POST", body, headers: { "Content-Type": type } });
const thrownBy = async (run: () => Promise<unknown>): Promise<unknown> => {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

describe("safeThen", () => {
  test("keeps an address of ours with its question", () => expect(safeThen("/lessons?q=one%20third")).toBe("/lessons?q=one%20third"));
  test("sends everything else home", () => {
    for (const bad of [
      null,
      "",
      "//evil.test",
      "/\\evil.test",
      "https://evil.test/",
      "javascript:alert(1)",
      "lessons",
      "/\t/evil.test",
      "/.//evil.test",
      "/..//evil.test",
      "/lessons/..//evil.test",
      "/./\\evil.test",
      "/%2e//evil.test",
      "/login?then=/",
      "/logout",
    ])
      expect(safeThen(bad), String(bad)).toBe("/");
  });
});

describe("readFields", () => {
  test("reads the wanted fields, cuts spaces, and leaves passwords as they are", async () => {
    const fields = await readFields(posted("email=+a%40b.test+&password=+pass+word+&other=1"), ["email", "password", "missing"]);
    expect(fields).toEqual({ email: "a@b.test", password: " pass word ", missing: "" });
  });
  test("refuses a form past the limit, with and without a stated length", async () => {
    const big = `name=${"x".repeat(LIMITS.maxFormBytes)}`;
    await expect(readFields(posted(big), ["name"])).rejects.toMatchObject({ code: "too-large" });
    const stream = new Blob([big]).stream();
    const init: RequestInit & { duplex: "half" } = {
      method: "POST",
      body: stream,
      duplex: "half",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    };
    await expect(readFields(new Request("http://localhost/", init), ["name"])).rejects.toMatchObject({ code: "too-large" });
  });
  test("refuses what is no form", async () => {
    await expect(readFields(posted("{}", "application/json"), ["name"])).rejects.toMatchObject({ code: "bad-input" });
    await expect(readFields(posted("broken", "multipart/form-data; boundary=x"), ["name"])).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("attempt", () => {
  const values = { name: "Carys", email: "c", password: "secret" };
  const trouble = async (error: AppError, formErrorAt?: string) => {
    const answer = await attempt({ name: "join", values, ...(formErrorAt === undefined ? {} : { formErrorAt }) }, async () => Promise.reject(error));
    return answer as { data: unknown; init: { status: number } };
  };
  test("answers wrong input with 400, what was typed, never the password, and the first wrong field", async () => {
    const answer = await trouble(new AppError("bad-input", { message: "", fields: { password: "Too short.", email: "No address." } }));
    expect(answer.init.status).toBe(400);
    expect(answer.data).toEqual({
      kind: "trouble",
      form: "join",
      message: null,
      errors: { password: "Too short.", email: "No address." },
      values: { name: "Carys", email: "c" },
      first: "email",
    });
  });
  test("says a conflict about the whole form, with its own status", async () => {
    const answer = await trouble(new AppError("conflict", { message: "That address is taken." }));
    expect(answer).toMatchObject({ init: { status: 409 }, data: { message: "That address is taken.", first: null } });
  });
  test("can put a sentence about the form at a field", async () => {
    const answer = await trouble(new AppError("bad-input", { message: "", fields: { form: "Not right." } }), "password");
    expect(answer.data).toMatchObject({ message: null, errors: { password: "Not right." }, first: "password" });
  });
  test("does not lose a sentence for a field that the form does not have", async () => {
    const answer = await trouble(new AppError("bad-input", { message: "", fields: { teamId: "That team is gone." } }));
    expect(answer.data).toMatchObject({ message: "That team is gone.", first: null });
  });
  test("lets everything else through", async () => {
    await expect(trouble(new AppError("forbidden", { message: "No." }))).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("guarded", () => {
  test("sends somebody who is not signed in to sign in and back", async () => {
    const { context } = aContext();
    const request = new Request("http://localhost/lessons?q=1");
    const run = guarded(async (_: { request: Request; context: RequestContext }) => Promise.reject(new AppError("not-signed-in", { message: "" })));
    const answer = await thrownBy(() => run({ request, context }));
    expect(answer).toBeInstanceOf(Response);
    expect((answer as Response).headers.get("Location")).toBe("/login?then=%2Flessons%3Fq%3D1");
  });
  test("turns an AppError into its status and words, and does not report it", async () => {
    const { context, reported } = aContext();
    const run = guarded(async (_: { request: Request; context: RequestContext }) => Promise.reject(new AppError("gone", { message: "Used." })));
    const answer = (await thrownBy(() => run({ request: new Request("http://localhost/"), context }))) as Response;
    expect([answer.status, await answer.json()]).toEqual([410, { message: "Used.", requestId: "7F3K" }]);
    expect(reported).toEqual([]);
  });
  test("reports a bug and says nothing about it but its id", async () => {
    const { context, reported } = aContext();
    const bug = new Error("secret detail");
    const run = guarded(async (_: { request: Request; context: RequestContext }) => Promise.reject(bug));
    const answer = (await thrownBy(() => run({ request: new Request("http://localhost/"), context }))) as Response;
    expect([answer.status, await answer.json()]).toEqual([500, { message: "", requestId: "7F3K" }]);
    expect(reported).toEqual([bug]);
  });
  test("lets answers pass", async () => {
    const { context } = aContext();
    const own = new Response(null, { status: 204 });
    const run = guarded(async (_: { request: Request; context: RequestContext }): Promise<never> => {
      throw own;
    });
    expect(await thrownBy(() => run({ request: new Request("http://localhost/"), context }))).toBe(own);
  });
});
