/** How Bansho runs: what an administrator sees while people write; with script and without, in light and dark, on a laptop and a phone. */
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import Database from "better-sqlite3";
import { expect, signIn, test as base } from "../support/e2e.ts";
import { runTool } from "../support/run-tool.ts";

/** The demo has no administrator: here the maths lead is one. */
const test = base.extend<object, { admin: string }>({
  admin: [
    async ({ app }, use) => {
      const database = new Database(join(app.dataDir, "bansho.db"), { timeout: 5_000 });
      database.exec(
        `UPDATE "Membership" SET "role" = 'admin' WHERE "personId" = (SELECT "id" FROM "Person" WHERE "email" = 'carys@demo.bansho.test')`,
      );
      database.close();
      await use("carys@demo.bansho.test");
    },
    { scope: "worker" },
  ],
});

async function openOrganisation(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitem", { name: "Elm Lane Primary" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Elm Lane Primary" })).toBeVisible();
}

test("an administrator sees which lessons are open, that all is saved, and when the last backup was made", async ({ openAs, app, admin }) => {
  const page = await openAs(admin);
  await openOrganisation(page, app.url);
  await page.getByRole("link", { name: "See how Bansho runs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "How Bansho runs" })).toBeVisible();
  await expect(page.getByText("No lesson of Elm Lane Primary is open at the moment.")).toBeVisible();
  await expect(page.getByText("Yes. The database answers, and what people write is saved.")).toBeVisible();
  await expect(page.getByText("No backup yet.")).toBeVisible();
  await expect(page.getByText("npm run backup")).toBeVisible();

  const writer = await openAs("aisha");
  await writer.goto(`${app.url}/lessons/demo-y3-unit-fractions`);
  await expect(writer.getByText("Saved", { exact: true }).first()).toBeVisible();
  await page.getByRole("link", { name: "Look again" }).click();
  const row = page.getByRole("region", { name: "Open now" }).getByRole("listitem");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("1 person");
  await expect(row).toContainText("all saved");

  const backup = await runTool(["backup"], { DATA_DIR: app.dataDir });
  expect(backup.code, backup.output).toBe(0);
  await page.getByRole("link", { name: "Look again" }).click();
  await expect(page.getByText("opened and looked through")).toBeVisible();
  await expect(page.getByText("No backup yet.")).toHaveCount(0);

  await row.getByRole("link").click();
  await expect(page).toHaveURL(/\/lessons\/demo-y3-unit-fractions\/read$/);
});

test("who is no administrator has no link to it and is told so at its address", async ({ openAs, app, admin }) => {
  const page = await openAs(admin);
  await openOrganisation(page, app.url);
  const address = `${page.url()}/operations`;
  const teacher = await openAs("ben");
  await openOrganisation(teacher, app.url);
  await expect(teacher.getByRole("link", { name: "See how Bansho runs" })).toHaveCount(0);
  const answer = await teacher.goto(address);
  expect(answer?.status()).toBe(403);
  await expect(teacher.getByRole("heading", { level: 1 })).toHaveText("This is not open to you");
});

test("without script the page is whole and Look again looks again", async ({ browser, openAs, app, admin }) => {
  const page = await openAs(admin);
  await openOrganisation(page, app.url);
  const state = await page.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: state });
  const plain = await context.newPage();
  await plain.goto(`${page.url()}/operations`);
  await expect(plain.getByRole("heading", { name: "Is all well?" })).toBeVisible();
  const answer = plain.waitForResponse((response) => response.url().endsWith("/operations"));
  await plain.getByRole("link", { name: "Look again" }).click();
  expect((await answer).status()).toBe(200);
  await expect(plain.getByRole("heading", { name: "What is kept" })).toBeVisible();
  await context.close();
});

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing, and nothing is too wide, at ${width}, ${colorScheme}`, async ({ browser, app, admin }) => {
      const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      await signIn(page, app.url, admin);
      await openOrganisation(page, app.url);
      await page.goto(`${page.url()}/operations`);
      await expect(page.getByRole("heading", { level: 1, name: "How Bansho runs" })).toBeVisible();
      const found = await new AxeBuilder({ page }).analyze();
      expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ""}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}
