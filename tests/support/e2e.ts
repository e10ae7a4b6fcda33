/**
 * Playwright fixtures: a demo server for each worker, signing in by the real form, and the rule that no page may log an error nobody expected.
 */
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { DEMO_PASSWORD } from "./demo.ts";
import { startServer, type RunningServer } from "./server.ts";

/** Sign in through the form and wait for home. */
export async function signIn(page: Page, url: string, email: string, password = DEMO_PASSWORD): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((address) => !address.pathname.startsWith("/login"));
}

type TestFixtures = {
  /** A context of its own, signed in as somebody of the demo world (`aisha` or a whole address). */
  readonly openAs: (who: string) => Promise<Page>;
};
type WorkerFixtures = { readonly app: RunningServer };

export const test = base.extend<TestFixtures, WorkerFixtures>({
  app: [
    async ({}, use) => {
      const server = await startServer({ demo: true });
      await use(server);
      await server.dispose();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  openAs: async ({ browser, app }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (who) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      contexts.push(context);
      const page = await context.newPage();
      await signIn(page, app.url, who.includes("@") ? who : `${who}@demo.bansho.test`);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };
