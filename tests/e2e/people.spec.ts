/**
 * People: coming in, going out, bringing others in, looking after an account and a list of lessons; with script and without, in light and
 * dark, on a laptop and a phone, and with nothing for axe to find.
 */
import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { DEMO_PASSWORD } from "../support/demo.ts";
import { expect, signIn, test } from "../support/e2e.ts";
import { startServer } from "../support/server.ts";

const PASSPHRASE = "seven small steps to a whole";

/** A page whose browser runs no script. */
async function withoutScript(browser: Browser, visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await visit(await context.newPage());
  await context.close();
}

const passwordField = (page: Page) => page.getByLabel("Password", { exact: true });

test.describe("signing in and out", () => {
  test("goes to the page that was asked for, and out again by the menu", async ({ page, app }) => {
    await page.goto(`${app.url}/lessons?q=equal`);
    await expect(page).toHaveURL(/\/login\?then=/);
    await page.getByLabel("E-mail").fill("aisha@demo.bansho.test");
    await passwordField(page).fill(DEMO_PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${app.url}/lessons?q=equal`);
    await expect(page.getByRole("complementary", { name: "Demo" })).toBeVisible();

    await page.getByRole("button", { name: /Your account/ }).click();
    const answer = page.waitForResponse((response) => response.url().endsWith("/logout") && response.request().method() === "POST");
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    expect((await (await answer).allHeaders())["clear-site-data"]).toBe('"cache", "cookies", "storage"');
    await expect(page).toHaveURL(`${app.url}/login`);
    await page.goto(`${app.url}/account`);
    await expect(page).toHaveURL(/\/login\?then=%2Faccount/);
  });

  test("a wrong password keeps the e-mail, says so beside the field and puts the focus there; an unknown e-mail gets the same words", async ({
    page,
    app,
  }) => {
    await page.goto(`${app.url}/login`);
    await page.getByLabel("E-mail").fill("ben@demo.bansho.test");
    await passwordField(page).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(passwordField(page)).toHaveAttribute("aria-invalid", "true");
    await expect(passwordField(page)).toBeFocused();
    await expect(passwordField(page)).toHaveValue("");
    await expect(page.getByLabel("E-mail")).toHaveValue("ben@demo.bansho.test");
    const said = await page.locator("#login-password-error").textContent();

    await page.getByLabel("E-mail").fill("nobody@demo.bansho.test");
    await passwordField(page).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("E-mail")).toHaveValue("nobody@demo.bansho.test");
    await expect(page.locator("#login-password-error")).toHaveText(said ?? "nothing was said");
  });

  test("never sends anybody to another site", async ({ page, app }) => {
    await page.goto(`${app.url}/login?then=${encodeURIComponent("//evil.test/")}`);
    await page.getByLabel("E-mail").fill("ben@demo.bansho.test");
    await passwordField(page).fill(DEMO_PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${app.url}/`);
  });
});

test.describe("without script", () => {
  test("forms sign in, keep what was typed, say what is wrong, and sign out", async ({ browser, app }) => {
    await withoutScript(browser, async (page) => {
      await page.goto(`${app.url}/login?then=%2Flessons%2Fnew`);
      await page.getByLabel("E-mail").fill("carys@demo.bansho.test");
      await passwordField(page).fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByLabel("E-mail")).toHaveValue("carys@demo.bansho.test");
      await expect(passwordField(page)).toHaveValue("");
      await expect(passwordField(page)).toHaveAttribute("aria-describedby", "login-password-error");
      await expect(passwordField(page)).toBeFocused();
      await passwordField(page).fill(DEMO_PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();

      await expect(page).toHaveURL(`${app.url}/lessons/new`);
      await page.getByLabel("Title", { exact: true }).fill("Halves and quarters without script");
      await page.getByLabel("Minutes", { exact: true }).fill("soon");
      await page.getByText("Structured problem solving").click();
      await page.getByRole("button", { name: "Start the lesson" }).click();
      await expect(page.getByLabel("Minutes", { exact: true })).toBeFocused();
      await expect(page.getByLabel("Title", { exact: true })).toHaveValue("Halves and quarters without script");
      await expect(page.getByRole("radio", { name: /Structured problem solving/ })).toBeChecked();
      await page.getByLabel("Minutes", { exact: true }).fill("45");
      await page.getByRole("button", { name: "Start the lesson" }).click();
      await expect(page).toHaveURL(/\/lessons\/[a-z0-9]+$/);

      await page.goto(`${app.url}/lessons`);
      await page.getByRole("button", { name: "Archive Halves and quarters without script" }).click();
      await expect(page.getByText("“Halves and quarters without script” is archived")).toBeVisible();
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(page.getByRole("link", { name: "Halves and quarters without script", exact: true })).toBeVisible();

      await page.goto(`${app.url}/account`);
      await page.getByLabel("Your name").fill("");
      await page.getByRole("button", { name: "Save name and looks" }).click();
      await expect(page.getByLabel("Your name")).toBeFocused();
      await expect(page.getByLabel("Your name")).toHaveAttribute("aria-invalid", "true");

      await page.goto(`${app.url}/logout`);
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page).toHaveURL(`${app.url}/login`);
    });
  });
});

test("a form that another site posts is refused", async ({ app, request }) => {
  const answer = await request.post(`${app.url}/login`, {
    headers: { Origin: "https://evil.test" },
    form: { email: "ben@demo.bansho.test", password: DEMO_PASSWORD },
  });
  expect(answer.status()).toBe(403);
  expect(answer.headers()["set-cookie"]).toBeUndefined();
});

test.describe("an organisation from its first day", () => {
  test("set up, invite, join, change a role, reset a password, remove: by links alone", async ({ browser }) => {
    const server = await startServer();
    const contexts: BrowserContext[] = [];
    const open = async (): Promise<Page> => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      contexts.push(context);
      return context.newPage();
    };
    try {
      // --- the first person
      const admin = await open();
      await admin.goto(server.setupLink ?? "no setup link");
      await admin.getByLabel("Name of your organisation").fill("Oakfield Primary");
      await admin.getByRole("radio", { name: /Trust/ }).check();
      await admin.getByLabel("Your name").fill("Hanna Lind");
      await admin.getByLabel("E-mail").fill("hanna@oakfield.test");
      await passwordField(admin).fill("short");
      await admin.getByRole("button", { name: "Set up Bansho" }).click();
      await expect(admin.getByLabel("Name of your first team")).toBeFocused();
      await expect(admin.getByLabel("Name of your organisation")).toHaveValue("Oakfield Primary");
      await expect(admin.getByRole("radio", { name: /Trust/ })).toBeChecked();
      await admin.getByLabel("Name of your first team").fill("Year 3 team");
      await passwordField(admin).fill(PASSPHRASE);
      await admin.getByRole("button", { name: "Set up Bansho" }).click();
      await expect(admin).toHaveURL(`${server.url}/`);
      expect((await admin.request.get(server.setupLink ?? "")).status(), "the link works once").toBe(404);

      // --- an invitation, for somebody new
      await admin.getByRole("link", { name: "Oakfield Primary" }).first().click();
      await admin.getByRole("button", { name: "Make a link" }).click();
      const invitation = await admin.getByLabel("Invitation link", { exact: true }).inputValue();
      const joiner = await open();
      await joiner.goto(invitation);
      await expect(joiner.getByRole("heading", { level: 1 })).toHaveText("Join Oakfield Primary");
      await joiner.getByLabel("Your name").fill("Idris Cole");
      await joiner.getByLabel("E-mail").fill("idris@oakfield.test");
      await passwordField(joiner).fill("password1234");
      await joiner.getByRole("button", { name: "Make my account and join" }).click();
      await expect(passwordField(joiner), "a common password is refused").toBeFocused();
      await passwordField(joiner).fill(PASSPHRASE);
      await joiner.getByRole("button", { name: "Make my account and join" }).click();
      await expect(joiner).toHaveURL(`${server.url}/`);
      await expect(joiner.getByRole("link", { name: "Year 3 team" })).toBeVisible();

      const late = await open();
      expect((await late.goto(invitation))?.status()).toBe(410);
      await expect(late.getByRole("heading", { level: 1 })).toHaveText("This link is no longer good");

      // --- a role
      await admin.reload();
      await admin.getByLabel("Role of Idris Cole", { exact: true }).selectOption({ label: "Maths lead" });
      await admin.getByRole("button", { name: "Change the role of Idris Cole" }).click();
      await expect(admin.getByText("The role is changed.")).toBeVisible();
      await expect(admin.getByLabel("Role of Idris Cole", { exact: true })).toHaveValue("maths-lead");

      // --- a second person joins with the account they have: withdrawn first, then for good
      await joiner.getByRole("link", { name: "Oakfield Primary" }).first().click();
      await joiner.getByRole("button", { name: "Make a link" }).click();
      const second = await joiner.getByLabel("Invitation link", { exact: true }).inputValue();
      await joiner.goto(second);
      await expect(joiner.getByRole("button", { name: "Join as Idris Cole" })).toBeVisible();

      // --- a password link
      await admin.getByRole("button", { name: "Make a password link for Idris Cole" }).click();
      const reset = await admin.getByLabel("Password link for Idris Cole", { exact: true }).inputValue();
      const phone = await open();
      await phone.goto(reset);
      await phone.getByLabel("New password").fill("another long passphrase");
      await phone.getByRole("button", { name: "Use this password" }).click();
      await expect(phone).toHaveURL(`${server.url}/`);
      await joiner.goto(`${server.url}/account`);
      await expect(joiner, "the reset ended the other session").toHaveURL(/\/login/);
      await signIn(joiner, server.url, "idris@oakfield.test", "another long passphrase");

      // --- out of the organisation: the question first
      await admin.getByRole("link", { name: "Remove Idris Cole" }).click();
      const question = admin.getByRole("dialog", { name: "Remove Idris Cole?" });
      await expect(question.getByRole("link", { name: "Keep Idris Cole" })).toBeFocused();
      await admin.keyboard.press("Escape");
      await expect(question).toBeHidden();
      await admin.getByRole("link", { name: "Remove Idris Cole" }).click();
      await question.getByRole("button", { name: "Remove Idris Cole" }).click();
      await expect(admin.getByText("They are no longer a member")).toBeVisible();
      await expect(admin.getByLabel("Role of Idris Cole", { exact: true })).toHaveCount(0);
      await joiner.goto(`${server.url}/`);
      await expect(joiner.getByRole("link", { name: "Year 3 team" })).toHaveCount(0);
    } finally {
      for (const context of contexts) await context.close();
      await server.dispose();
    }
  });
});

test.describe("my account", () => {
  test("lists where I am signed in and ends the others", async ({ openAs, app }) => {
    const here = await openAs("esther");
    const there = await openAs("esther");
    await here.goto(`${app.url}/account`);
    await expect(here.getByRole("main")).toHaveAttribute("data-user-id", /.+/);
    await expect(here.getByText("this device", { exact: true })).toHaveCount(1);
    await here
      .getByRole("button", { name: /End the session on/ })
      .first()
      .click();
    await expect(here.getByText("That session has ended.")).toBeVisible();
    await there.goto(`${app.url}/account`);
    await expect(there).toHaveURL(/\/login/);

    await signIn(there, app.url, "esther@demo.bansho.test");
    await here.reload();
    await here.getByRole("button", { name: "End all others" }).click();
    await expect(here.getByText("You are signed in on this device only.")).toBeVisible();
    await there.goto(`${app.url}/account`);
    await expect(there).toHaveURL(/\/login/);
  });

  test("dark is written by the server, and a name is kept", async ({ openAs, app }) => {
    const page = await openAs("farah");
    await page.goto(`${app.url}/account`);
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("button", { name: "Save name and looks" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    const source = await (await page.request.get(`${app.url}/account`)).text();
    expect(source).toContain('data-theme="dark"');
  });

  test("a new password needs the old one, and is used from then on", async ({ openAs, app, browser }) => {
    const page = await openAs("olu");
    await page.goto(`${app.url}/account`);
    await page.getByLabel("Your password now").fill("not it");
    await page.getByLabel("New password").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByLabel("Your password now")).toBeFocused();
    await page.getByLabel("Your password now").fill(DEMO_PASSWORD);
    await page.getByLabel("New password").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password is changed.")).toBeVisible();
    const context = await browser.newContext();
    await signIn(await context.newPage(), app.url, "olu@demo.bansho.test", PASSPHRASE);
    await context.close();
  });
});

test.describe("the list of lessons", () => {
  test("finds by title, year and criterion, in an address that can be kept", async ({ openAs, app }) => {
    const page = await openAs("aisha");
    await page.goto(`${app.url}/lessons`);
    const rows = page.getByRole("main").getByRole("listitem");
    await expect(rows).not.toHaveCount(0);
    await page.getByLabel("Words of the title").fill("EQUAL part");
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page).toHaveURL(/q=EQUAL\+part/);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText("One equal part");

    await page.goto(`${app.url}/lessons?year=1`);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText("Two parts of 7");
    await page.goto(`${app.url}/lessons?code=3f-1`);
    await expect(rows).toContainText("One equal part");
    await page.goto(`${app.url}/lessons?q=giraffe`);
    await expect(page.getByText("No lesson fits.")).toBeVisible();
    await page.getByRole("link", { name: "Show every lesson" }).click();
    await expect(page).toHaveURL(`${app.url}/lessons`);
  });

  test("a copy can be archived, brought back by Undo, and found among the archived", async ({ openAs, app }) => {
    const page = await openAs("ben");
    await page.goto(`${app.url}/lessons/new?from=demo-y1-parts-of-7`);
    await page.getByLabel("Title", { exact: true }).fill("Parts of 8, from parts of 7");
    await page.getByRole("button", { name: "Copy the lesson" }).click();
    await expect(page).toHaveURL(/\/lessons\/[a-z0-9]+$/);

    await page.goto(`${app.url}/lessons`);
    const link = page.getByRole("link", { name: "Parts of 8, from parts of 7", exact: true });
    await page.getByRole("button", { name: "Archive Parts of 8, from parts of 7" }).click();
    await expect(link).toHaveCount(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(link).toBeVisible();

    await page.getByRole("button", { name: "Archive Parts of 8, from parts of 7" }).click();
    await expect(link).toHaveCount(0);
    await page.getByRole("link", { name: "Archived" }).click();
    await expect(link).toBeVisible();
    await page.getByRole("button", { name: "Put back Parts of 8, from parts of 7" }).click();
    await expect(page.getByText("Nothing is archived.")).toBeVisible();
  });
});

test.describe("pages that are not for you, or are not there", () => {
  test("a lesson and a team of another school stay closed, in plain words and with an id", async ({ openAs, app }) => {
    const page = await openAs("gwen");
    const answer = await page.goto(`${app.url}/lessons/demo-y3-unit-fractions`);
    expect([403, 404]).toContain(answer?.status());
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/This is not open to you|There is nothing at this address/);
    await expect(page.getByText(/If it lasts, quote \S+ to your maths lead\./)).toBeVisible();
    await page.getByRole("link", { name: "Go to your lessons" }).click();
    await expect(page.getByRole("link", { name: /unit fractions/ })).toHaveCount(0);
  });

  test("an address that is nobody's answers 404 in plain words, signed in or not", async ({ page, app }) => {
    const answer = await page.goto(`${app.url}/no/such/page`);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing at this address");
    await expect(page).toHaveTitle("There is nothing at this address · Bansho");
    await page.getByRole("link", { name: "Go to the start" }).click();
    await expect(page).toHaveURL(`${app.url}/`);
  });

  test("a bad invitation, reset or set-up link says so", async ({ page, app }) => {
    for (const path of ["/invite/nothing", "/reset/nothing", "/setup?token=nothing"]) {
      const answer = await page.goto(app.url + path);
      expect([404, 410], path).toContain(answer?.status());
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    }
  });
});

test.describe("axe finds nothing, and nothing is wider than the screen", () => {
  const OPEN = ["/", "/login", "/no/such/page", "/invite/nothing"];
  const SIGNED_IN = [
    "/",
    "/account",
    "/logout",
    "/lessons",
    "/lessons?q=giraffe",
    "/lessons?archived=1",
    "/lessons/new",
    "/lessons/new?from=demo-y3-unit-fractions",
  ];

  const check = async (page: Page, name: string): Promise<void> => {
    const found = await new AxeBuilder({ page }).analyze();
    expect(
      found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ""}`),
      name,
    ).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} is too wide`).toBeLessThanOrEqual(0);
  };

  for (const width of [390, 1280]) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`at ${width}, ${colorScheme}`, async ({ browser, app }) => {
        const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, reducedMotion: "reduce" });
        const page = await context.newPage();
        for (const path of OPEN) {
          await page.goto(app.url + path);
          await check(page, path);
        }
        await page.goto(`${app.url}/login`);
        await page.getByRole("button", { name: "Sign in" }).click();
        await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
        await check(page, "/login, refused");

        await signIn(page, app.url, "carys@demo.bansho.test");
        for (const path of SIGNED_IN) {
          await page.goto(app.url + path);
          await check(page, path);
        }
        await page.goto(`${app.url}/`);
        const team = await page.getByRole("complementary", { name: "Teams" }).getByRole("link").first().getAttribute("href");
        await page.goto(app.url + (team ?? ""));
        await check(page, "a team");
        await page.getByRole("link", { name: /^Take Ben/ }).click();
        await expect(page.getByRole("dialog")).toBeVisible();
        await check(page, "a question");
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: /Your account/ }).click();
        await expect(page.getByRole("menu")).toBeVisible();
        await check(page, "the menu");
        await page.getByRole("menuitem", { name: "Elm Lane Primary" }).click();
        await expect(page.getByRole("heading", { level: 1, name: "Elm Lane Primary" })).toBeVisible();
        await page.getByRole("button", { name: "Make a link" }).click();
        await expect(page.getByLabel("Invitation link", { exact: true })).toBeVisible();
        await check(page, "an organisation with a fresh link");
        await context.close();
      });
    }
  }
});
