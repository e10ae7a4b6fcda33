/**
 * The lesson's screens, seen by axe in light and dark, on a laptop and on a phone: nothing found, and nothing wider than the screen. And the
 * lesson on paper: no tools, nothing folded away, nothing that asks to be written.
 */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "../support/e2e.ts";

const LESSON = "/lessons/demo-y3-unit-fractions";
const WIDEST_TABLE = "/lessons/demo-y5-ten-times";

async function openLesson(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole("textbox", { name: "Lesson" })).toHaveAttribute("contenteditable", "true");
}

/** The caret at the end of these words, as a person puts it there. */
async function clickAfter(page: Page, words: string): Promise<void> {
  const line = page.getByRole("textbox", { name: "Lesson" }).locator("p[data-node=line]").filter({ hasText: words }).first();
  await line.click();
  await expect(async () => {
    await page.keyboard.press("End");
    const before = await page.evaluate(() => {
      const { anchorNode, anchorOffset } = getSelection() ?? {};
      return anchorNode?.textContent?.slice(0, anchorOffset) ?? "";
    });
    expect(before.endsWith(words), before).toBe(true);
  }).toPass();
}

async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} is too wide`).toBeLessThanOrEqual(0);
}

/** In the dark only colours differ, so there only they are looked at. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

/** `within`: what is new on a screen that was looked at before. */
async function look(page: Page, name: string, within = "body"): Promise<void> {
  // Legacy mode: the page has no frames, and a window less for each look is twice as fast.
  const light = await new AxeBuilder({ page }).setLegacyMode().include(within).analyze();
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  const dark = await new AxeBuilder({ page }).setLegacyMode().include(within).withRules(OF_COLOUR).analyze();
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  expect(
    [light, dark].flatMap(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`)),
    name,
  ).toEqual([]);
  await expectNoSidewaysScroll(page, name);
}

test.describe("axe finds nothing on the screens of a lesson, light or dark, and nothing is wider than the screen", () => {
  for (const width of [1280, 390]) {
    test(`in the studio, at ${width}`, async ({ browser, app }) => {
      const phone = width === 390;
      const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: "light", reducedMotion: "reduce" });
      const page = await context.newPage();
      await signIn(page, app.url, "aisha@demo.bansho.test");

      await openLesson(page, app.url + LESSON);
      await look(page, "the studio");
      await page.getByRole("button", { name: /^Words, big ideas/ }).click();
      await page.getByRole("button", { name: "Fold this stage" }).nth(1).click();
      await look(page, "the studio with its header open and a stage folded");

      await clickAfter(page, "What is the first thing you check?");
      await page.keyboard.press("Enter");
      await page.keyboard.type("/");
      await expect(page.getByRole("listbox")).toBeVisible();
      await look(page, "the slash menu", ".slash-menu");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Move or change/ }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await look(page, "the menu of a block", ".block-menu");
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: "Year, time, curriculum" }).click();
      await expect(page.getByRole("dialog", { name: "Year, time and curriculum" })).toBeVisible();
      await look(page, "the facts", "[role=dialog]");
      await page.getByRole("button", { name: "Leave as it was" }).click();

      if (phone) {
        await page.getByRole("button", { name: "Outline", exact: true }).click();
        await expect(page.getByRole("dialog", { name: "Outline" })).toBeVisible();
        await look(page, "the outline from below", "[role=dialog]");
        await page.getByRole("button", { name: "Close" }).click();
        await page.getByRole("button", { name: "Versions", exact: true }).click();
        await look(page, "the versions from below", "[role=dialog]");
      }
      await page.getByRole("button", { name: "Name this version" }).click();
      await expect(page.getByRole("dialog", { name: "Name this version?" })).toBeVisible();
      await look(page, "naming a version", ".dlg");

      await context.close();
    });

    test(`around the studio, at ${width}`, async ({ browser, app }) => {
      const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: "light", reducedMotion: "reduce" });
      const page = await context.newPage();
      await signIn(page, app.url, "aisha@demo.bansho.test");
      await page.goto(`${app.url}${LESSON}/versions`);
      await look(page, "the versions");
      await page.goto(`${app.url}${LESSON}/versions?put-back=1`);
      await expect(page.getByRole("dialog", { name: "Put version 1 back?" })).toBeVisible();
      await look(page, "putting a version back");
      for (const [name, path] of [
        ["a version", `${LESSON}/versions/1`],
        ["reading", `${LESSON}/read`],
        ["reading the widest table", `${WIDEST_TABLE}/read`],
        ["without a connection", "/offline"],
      ] as const) {
        await page.goto(app.url + path);
        await look(page, name);
      }
      await openLesson(page, app.url + WIDEST_TABLE);
      await look(page, "the studio with the widest table");
      await context.close();
    });
  }
});

test("at twice the text size nothing leaves the screen sideways", async ({ openAs, app }) => {
  const page = await openAs("carys");
  for (const path of ["/", "/lessons", "/account", "/lessons/new", `${LESSON}/read`, `${LESSON}/versions`, LESSON]) {
    await page.goto(app.url + path);
    if (path === LESSON) await expect(page.getByRole("textbox", { name: "Lesson" })).toBeVisible();
    await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
    await expectNoSidewaysScroll(page, `${path} at 200 %`);
  }
});

test("on paper there are no tools, a folded stage is whole, and empty fields ask nothing", async ({ openAs, app }) => {
  const page = await openAs("ben");
  await openLesson(page, app.url + LESSON);
  await page.getByRole("button", { name: "Fold this stage" }).nth(1).click();
  const hidden = page.getByRole("textbox", { name: "Lesson" }).getByText("Give two paper copies to cut");
  await expect(hidden).toBeHidden();
  await page.emulateMedia({ media: "print" });
  await expect(hidden).toBeVisible();
  // The letters of a hinge question are buttons on the screen and letters on paper.
  const tools = [page.getByRole("banner"), page.locator("button:not(.option-letter)"), page.getByRole("complementary"), page.locator(".is-empty")];
  for (const tool of tools) await expect(tool.filter({ visible: true })).toHaveCount(0);
  await expect(page.locator("body")).toHaveCSS("background-color", "rgb(255, 255, 255)");
});
