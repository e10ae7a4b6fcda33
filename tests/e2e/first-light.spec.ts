/**
 * What First light must show: two people in two real browsers write one lesson, the server is killed and started again, one works without a
 * network, a version is named and put back, and nothing that was shown as saved is lost.
 */
import type { Locator, Page } from "@playwright/test";
import * as Y from "yjs";
import { expect, test } from "../support/e2e.ts";
import { signInByForm } from "../support/form.ts";
import { SyncClient } from "../support/sync-client.ts";

const LESSON = "/lessons/demo-y3-unit-fractions";

/** The lesson's text as its editor holds it. */
const lesson = (page: Page): Locator => page.getByRole("textbox", { name: "Lesson" });
const stage = (page: Page, title: string): Locator => lesson(page).locator("section[data-node=stage]").filter({ hasText: title });
const status = (page: Page): Locator => page.getByRole("status").filter({ hasText: /Saved|Saving|Kept on this device|Not saved|no longer yours/ });

async function openLesson(page: Page, url: string): Promise<void> {
  await page.goto(`${url}${LESSON}`);
  await expect(lesson(page)).toHaveAttribute("contenteditable", "true");
  await expect(status(page)).toContainText("Saved");
}

/** Put the caret at the end of the line that holds these words, look that it stands there as a person would, and type. */
async function typeAfter(page: Page, words: string, text: string): Promise<void> {
  const line = lesson(page).locator("p[data-node=line]").filter({ hasText: words }).first();
  await expect(async () => {
    await line.click();
    await page.keyboard.press("End");
    await page.waitForFunction((element) => element?.contains(document.getSelection()?.anchorNode ?? null) === true, await line.elementHandle(), {
      timeout: 500,
    });
  }).toPass();
  await page.keyboard.type(text, { delay: 15 });
}

/** The words of the lesson alone: no menus, cursors or labels. */
const words = (page: Page): Promise<string[]> =>
  lesson(page).evaluate((root) =>
    [...root.querySelectorAll("p[data-node=line]")].map((line) => {
      const copy = line.cloneNode(true) as HTMLElement;
      for (const extra of copy.querySelectorAll(".ProseMirror-widget, .ProseMirror-trailingBreak, [contenteditable=false]")) extra.remove();
      return (copy.textContent ?? "").replaceAll("\u2060", "").replaceAll("\ufeff", "");
    }),
  );

async function expectSame(one: Page, other: Page): Promise<void> {
  await expect
    .poll(async () => JSON.stringify(await words(one)) === JSON.stringify(await words(other)), {
      timeout: 20_000,
      message: "both windows hold the same words",
    })
    .toBe(true);
}

test("two teachers type in one stage and in different ones; the server is killed in the middle; every character shown as saved is there, and both go on", async ({
  app,
  openAs,
}) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  await Promise.all([openLesson(aisha, app.url), openLesson(ben, app.url)]);

  // The same stage, at the same time.
  await Promise.all([
    typeAfter(aisha, "What is the first thing you check?", " Aisha asks this twice."),
    typeAfter(ben, "Three pictures:", " Ben holds them up one at a time."),
  ]);
  // Each sees the other's name where they are.
  await expect(aisha.locator(".ProseMirror").getByText("Ben", { exact: false }).first()).toBeVisible();
  // Different stages.
  await Promise.all([typeAfter(aisha, "Exit slip:", " Collect at the door."), typeAfter(ben, "Strip kit stays", " Ben counts the kits.")]);
  await expectSame(aisha, ben);
  await Promise.all([expect(status(aisha)).toContainText("Saved"), expect(status(ben)).toContainText("Saved")]);
  const saved = await words(aisha);
  expect(saved.join("\n")).toContain("Aisha asks this twice.");

  // Killed while both type.
  const typing = Promise.all([
    typeAfter(aisha, "Exit slip:", " One more word from Aisha."),
    typeAfter(ben, "Strip kit stays", " One more word from Ben."),
  ]);
  await app.stop("SIGKILL");
  await typing;
  await expect(status(aisha)).not.toContainText("Saved");

  // Somebody who comes fresh, while both are cut off and cannot heal anything, finds all that was shown as saved.
  await Promise.all([aisha.context().setOffline(true), ben.context().setOffline(true)]);
  await app.start();
  const carys = await openAs("carys");
  await openLesson(carys, app.url);
  const fresh = (await words(carys)).join("\n");
  for (const line of saved) expect(fresh).toContain(line);

  // Both windows go on by themselves, with what they held.
  await Promise.all([aisha.context().setOffline(false), ben.context().setOffline(false)]);
  await Promise.all([
    expect(status(aisha)).toContainText("Saved", { timeout: 60_000 }),
    expect(status(ben)).toContainText("Saved", { timeout: 60_000 }),
  ]);
  for (const sentence of ["One more word from Aisha.", "One more word from Ben."]) await expect(lesson(carys)).toContainText(sentence);
  await typeAfter(aisha, "What is the first thing you check?", " And after the restart.");
  await expect(lesson(ben)).toContainText("And after the restart.");
  await expectSame(aisha, ben);
  await expectSame(aisha, carys);
});

test("a window without a network goes on, says so, keeps its words over a reload, and merges when it is back", async ({ app, openAs }) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  await Promise.all([openLesson(aisha, app.url), openLesson(ben, app.url)]);
  // The service worker has the page before the network goes.
  await ben.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await ben.reload();
  await expect(status(ben)).toContainText("Saved");
  await ben.context().setOffline(true);
  await typeAfter(ben, "Three pictures:", " Written on the train.");
  await expect(status(ben)).toContainText("Kept on this device");
  await typeAfter(aisha, "Exit slip:", " Meanwhile at school.");
  await expect(lesson(aisha)).not.toContainText("Written on the train.");

  await ben.reload();
  await expect(lesson(ben)).toContainText("Written on the train.");

  await ben.context().setOffline(false);
  await expect(lesson(aisha)).toContainText("Written on the train.", { timeout: 60_000 });
  await expect(lesson(ben)).toContainText("Meanwhile at school.");
  await expect(status(ben)).toContainText("Saved");
  await expectSame(aisha, ben);
});

test("a version is named, the lesson changes, the version opens, and is put back while the other window types: those words survive", async ({
  app,
  openAs,
}) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  await Promise.all([openLesson(aisha, app.url), openLesson(ben, app.url)]);
  await aisha.getByRole("button", { name: "Name this version" }).first().click();
  const dialog = aisha.getByRole("dialog");
  await dialog.getByLabel(/title/i).fill("Before the strip comes first");
  await dialog.getByLabel(/^Why/).fill("Agreed on Tuesday.");
  await dialog.getByRole("button", { name: "Name this version" }).click();
  await expect(dialog).toBeHidden();
  await expect(aisha.getByText("Before the strip comes first").first()).toBeVisible();

  await typeAfter(aisha, "Do pupils reach for the strip", " This was added after the version.");
  await expect(status(aisha)).toContainText("Saved");

  // The list, and the version as it was, without the editor.
  await aisha.goto(`${app.url}${LESSON}/versions`);
  await aisha
    .getByRole("link", { name: /Before the strip comes first|Version \d+/ })
    .first()
    .click();
  await expect(aisha.locator("main")).toContainText("Do pupils reach for the strip");
  await expect(aisha.locator("main")).not.toContainText("This was added after the version.");

  // Put back while Ben types in another block, from before it begins until after it is done.
  await typeAfter(ben, "Exit slip:", " Ben");
  let done = false;
  const typing = (async () => {
    for (let word = 1; !done || word < 10; word += 1) await ben.keyboard.type(` word${word}`, { delay: 15 });
  })();
  await aisha.getByRole("link", { name: "Put it back" }).click();
  await aisha
    .getByRole("dialog")
    .getByRole("button", { name: /^Put version \d+ back/ })
    .click();
  await expect(lesson(ben)).not.toContainText("This was added after the version.");
  done = true;
  await typing;
  const written = /Ben( word\d+)*/.exec((await words(ben)).find((line) => line.includes("word1")) ?? "")?.[0].split(" ") ?? [];
  expect(written.length).toBeGreaterThanOrEqual(10);
  expect(written.slice(1)).toEqual(written.slice(1).map((_, index) => `word${index + 1}`));
  await expect(status(ben)).toContainText("Saved");
  await openLesson(aisha, app.url);
  await expectSame(aisha, ben);
});

test("undo takes back only my own words", async ({ app, openAs }) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  await Promise.all([openLesson(aisha, app.url), openLesson(ben, app.url)]);
  await typeAfter(aisha, "Exit slip:", " From Aisha.");
  await expect(lesson(ben)).toContainText("From Aisha.");
  await typeAfter(ben, "Strip kit stays", " From Ben.");
  await expect(lesson(aisha)).toContainText("From Ben.");
  await aisha.keyboard.press("Control+z");
  await expect(lesson(aisha)).not.toContainText("From Aisha.");
  await expect(lesson(aisha)).toContainText("From Ben.");
  await expectSame(aisha, ben);
});

test("someone who may comment but not write sees the lesson live and cannot type in it", async ({ app, openAs }) => {
  const [aisha, priya] = [await openAs("aisha"), await openAs("priya")];
  await openLesson(aisha, app.url);
  await priya.goto(`${app.url}${LESSON}`);
  await expect(lesson(priya)).toHaveAttribute("contenteditable", "false");
  await typeAfter(aisha, "Exit slip:", " Priya sees this.");
  await expect(lesson(priya)).toContainText("Priya sees this.");
  expect(await stage(priya, "What matters?").count()).toBe(1);
});

test("a reader's own client that sends an update changes nothing for anybody and is told why", async ({ app, openAs }) => {
  const aisha = await openAs("aisha");
  await openLesson(aisha, app.url);
  const before = await words(aisha);
  const olu = new SyncClient({
    url: app.url.replace("http", "ws"),
    document: "lesson/demo-y3-unit-fractions",
    cookie: await signInByForm(app.url, "olu"),
  });
  await olu.untilSynced();
  const forged = new Y.XmlElement("stage");
  olu.doc.getXmlFragment("content").push([forged]);
  olu.doc.getMap("facts").set("licence", "Forged by a reader");
  await olu.until("to be told", (client) => client.peer.notices.length > 0);
  expect(olu.peer.notices).toContainEqual({ type: "refused", reason: "read-only" });
  await olu.close();

  // Neither the window that was open, nor somebody who comes fresh, nor the server's own page has it.
  await typeAfter(aisha, "Exit slip:", " After the reader.");
  const ben = await openAs("ben");
  await openLesson(ben, app.url);
  await expectSame(aisha, ben);
  expect((await words(ben)).length).toBe(before.length);
  expect(await lesson(ben).locator("section[data-node=stage]").count()).toBe(await lesson(aisha).locator("section[data-node=stage]").count());
  const file = await ben.request.get(`${app.url}${LESSON}/export/json`);
  expect(file.ok()).toBe(true);
  expect(await file.text()).not.toContain("Forged by a reader");
});
