/**
 * The editor with real keys, in two real windows: what a teacher does in the first hour, and what must never happen to a colleague's words.
 * What needs no browser is tested beside the code.
 */
import type { Locator, Page } from "@playwright/test";
import * as Y from "yjs";
import { expect, test } from "../support/e2e.ts";
import { SyncClient } from "../support/sync-client.ts";

const lesson = (page: Page): Locator => page.getByRole("textbox", { name: "Lesson" });
const status = (page: Page): Locator => page.getByRole("status").filter({ hasText: /Saved|Saving|Kept on this device|Not saved|no longer yours/ });
const line = (page: Page, words: string): Locator => lesson(page).locator("p[data-node=line]").filter({ hasText: words }).first();
const blockOf = (page: Page, words: string): Locator => lesson(page).locator("[data-node=block]").filter({ hasText: words }).first();

/** A new lesson with one empty stage, open and with the cursor in its first block. Answers its address. */
async function blankLesson(page: Page, url: string, title: string): Promise<string> {
  await page.goto(`${url}/lessons/new`);
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await page.getByRole("radio", { name: /^Blank/ }).check();
  await page
    .getByRole("button", { name: /lesson/i })
    .last()
    .click();
  await page.waitForURL(/\/lessons\/(?!new)/);
  await opened(page);
  await lesson(page).locator("section [data-node=block] p").first().click();
  return page.url();
}

async function opened(page: Page): Promise<void> {
  await expect(lesson(page)).toHaveAttribute("contenteditable", "true");
  await expect(status(page)).toContainText("Saved");
}

/** The words of each block, in order. */
const blocks = (page: Page): Promise<string[]> =>
  lesson(page)
    .locator("section [data-node=block]")
    .evaluateAll((all) => all.map((one) => [...one.querySelectorAll("p[data-node=line]")].map((each) => each.textContent).join("/")));

/** Add a block by the slash menu and write in it. */
async function add(page: Page, name: string, words: string): Promise<void> {
  await page.keyboard.type(` /${name}`);
  await expect(page.getByRole("listbox", { name: "Add to the lesson" }).getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await page.keyboard.type(words);
}

test("a colleague deletes the block that I have selected: my next keys fall on nobody's words, and Undo of the toast brings back just that block", async ({
  app,
  openAs,
}) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  const url = await blankLesson(aisha, app.url, "Selected and deleted");
  await aisha.keyboard.type("Fold it");
  await add(aisha, "look", "Watch the hands");
  await add(aisha, "why", "Because halves");
  await ben.goto(url);
  await opened(ben);
  await line(ben, "Watch the hands").click();
  await expect(blockOf(ben, "Watch the hands")).toHaveClass(/is-current/);
  await ben.keyboard.press("Escape");
  await expect(blockOf(ben, "Watch the hands")).toHaveClass(/ProseMirror-selectednode/);

  await line(aisha, "Watch the hands").click();
  await expect(blockOf(aisha, "Watch the hands")).toHaveClass(/is-current/);
  await aisha.keyboard.press("Alt+Enter");
  await aisha.getByRole("menuitem", { name: "Delete", exact: true }).click();
  await expect(lesson(ben)).not.toContainText("Watch the hands");
  await ben.keyboard.type(" twice");
  await expect(lesson(aisha)).toContainText("Fold it  twice");
  await expect(lesson(aisha)).toContainText("Because halves");

  // More is done before Undo is pressed; only the block comes back.
  await line(aisha, "Because halves").click();
  await aisha.keyboard.press("End");
  await aisha.keyboard.type(" are equal");
  await aisha.getByRole("button", { name: "Undo" }).last().click();
  await expect(lesson(ben)).toContainText("Watch the hands");
  await expect(lesson(ben)).toContainText("Because halves are equal");
});

test("minutes of two digits, a fraction taken back, a table by keys, and a block dragged by mouse and by finger", async ({ app, openAs }) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  const url = await blankLesson(aisha, app.url, "Hands on");
  await ben.goto(url);
  await opened(ben);
  const minutes = aisha.getByLabel("Minutes of this stage");
  await minutes.click();
  await aisha.keyboard.press("Control+a");
  await aisha.keyboard.type("125");
  await expect(minutes).toHaveValue("125");
  await expect(ben.getByLabel("Minutes of this stage")).toHaveValue("125");
  await aisha.keyboard.press("Enter");

  await lesson(aisha).locator("section [data-node=block] p").first().click();
  await aisha.keyboard.type("Half is 1/2 ");
  await expect(lesson(ben).locator("[data-math]")).toHaveText("1/2");
  await aisha.keyboard.press("Control+z");
  await aisha.keyboard.type("and 3 x 4");
  await aisha.keyboard.press("Backspace");
  await expect(lesson(ben)).toContainText("Half is 1/2 and 3 x 4");
  await expect(lesson(ben).locator("[data-math]")).toHaveCount(0);

  await add(aisha, "variation", "the whole");
  await aisha.keyboard.press("Tab");
  await aisha.keyboard.type("the parts");
  for (const words of ["a", "b", "1", "2"]) {
    await aisha.keyboard.press("Tab");
    await aisha.keyboard.type(words);
  }
  await aisha.keyboard.press("Alt+Enter");
  await aisha.getByRole("menuitem", { name: "Move this column left" }).click();
  await expect(lesson(ben).locator("[data-kind=row]").nth(1)).toHaveText(/21/);

  await lesson(aisha).getByRole("button", { name: "Add a stage" }).click();
  await expect(lesson(ben).locator("section[data-node=stage]")).toHaveCount(2);
  await aisha.keyboard.type("Second");

  const drag = async (words: string, by: (from: { x: number; y: number }, to: { x: number; y: number }) => Promise<void>): Promise<void> => {
    await line(aisha, words).click();
    const handle = aisha.getByRole("button", { name: /^Move or change: (Note|Task|Variation)/ });
    await expect(handle).toBeVisible();
    const from = await handle.boundingBox();
    const to = await lesson(aisha).locator("section").nth(1).boundingBox();
    if (from === null || to === null) throw new Error("nothing to drag");
    await by({ x: from.x + from.width / 2, y: from.y + from.height / 2 }, { x: from.x, y: Math.min(to.y + to.height - 2, 790) });
  };
  const secondStage = (page: Page): Locator => lesson(page).locator("section").nth(1);
  await drag("Half is", async (from, to) => {
    await aisha.mouse.move(from.x, from.y);
    await aisha.mouse.down();
    await aisha.mouse.move(from.x, from.y + 20, { steps: 3 });
    await aisha.mouse.move(to.x, to.y, { steps: 5 });
    await aisha.mouse.up();
  });
  await expect(secondStage(ben)).toContainText("Half is");

  const session = await aisha.context().newCDPSession(aisha);
  await drag("the whole", async (from, to) => {
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: { x: number; y: number }[]) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    await touch("touchStart", [from]);
    await touch("touchMove", [{ x: from.x, y: from.y + 30 }]);
    await touch("touchMove", [to]);
    await touch("touchEnd", []);
  });
  await expect(secondStage(ben)).toContainText("the whole");
  expect(await blocks(aisha)).toEqual(await blocks(ben));
});

test("[SC8] something of a newer version arrives while two have the lesson open: both only read, nothing is dropped, and both go on when it is gone", async ({
  app,
  openAs,
}) => {
  const [aisha, ben] = [await openAs("aisha"), await openAs("ben")];
  const url = await blankLesson(aisha, app.url, "From the future");
  await aisha.keyboard.type("Before the sketch");
  await ben.goto(url);
  await opened(ben);
  await expect(lesson(ben)).toContainText("Before the sketch");

  const cookie = (await aisha.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const document = `lesson%2F${url.split("/").at(-1) ?? ""}`;
  const newer = new SyncClient({ url: app.url.replace(/^http/, "ws"), document, cookie, origin: app.url });
  await newer.untilSynced();
  const stage = newer.doc.getXmlFragment("content").get(1);
  if (!(stage instanceof Y.XmlElement)) throw new Error("no stage");
  const places = [stage.length, stage.length + 1];
  newer.doc.transact(() => {
    const sketch = new Y.XmlElement("sketch");
    sketch.setAttribute("id", "sketch1");
    const proof = new Y.XmlElement("block");
    proof.setAttribute("id", "proof1");
    proof.setAttribute("kind", "proof");
    const words = new Y.XmlElement("line");
    words.setAttribute("field", "text");
    const text = new Y.XmlText();
    text.insert(0, "glowing words", { highlight: { colour: "sun" } });
    words.insert(0, [text]);
    proof.insert(0, [words]);
    stage.insert(stage.length, [sketch, proof]);
  });
  await newer.untilSaved();
  for (const page of [aisha, ben]) {
    await expect(page.getByRole("alert").filter({ hasText: "Made with a newer version" })).toBeVisible();
    await expect(page.locator(".ProseMirror")).toHaveCount(0);
    await expect(page.getByText("glowing words")).toBeVisible();
  }
  // Somebody who comes now sees it too, and nobody has taken anything out.
  await ben.reload();
  await expect(ben.getByText("glowing words").first()).toBeVisible();
  await expect(ben.getByRole("alert").filter({ hasText: "Made with a newer version" })).toBeVisible();
  const held = JSON.stringify(stage.toArray().map((child) => (child instanceof Y.XmlElement ? child.getAttributes() : null)));
  expect(held).toContain("sketch1");
  expect(held).toContain("proof1");

  newer.doc.transact(() => stage.delete(places[0] ?? 0, 2));
  await newer.untilSaved();
  for (const page of [aisha, ben]) await opened(page);
  await line(ben, "Before the sketch").click();
  await ben.keyboard.press("End");
  await ben.keyboard.type(" and after it");
  await expect(lesson(aisha)).toContainText("Before the sketch and after it");
  await newer.close();
});

test("signing out leaves no lesson on the device", async ({ app, openAs }) => {
  const aisha = await openAs("aisha");
  await blankLesson(aisha, app.url, "Left behind");
  await aisha.keyboard.type("Words on this device");
  await expect(status(aisha)).toContainText("Saved");
  const kept = () => aisha.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await expect.poll(kept).toHaveLength(1);
  await aisha.getByRole("button", { name: /^Your account/ }).click();
  await aisha.getByRole("menuitem", { name: "Sign out" }).click();
  await aisha.waitForURL(/\/login/);
  await expect.poll(kept).toEqual([]);
});
