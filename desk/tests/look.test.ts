import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { Outcome } from "../src/gen/gratitude/v1/interaction_kinds_pb";
import { browser, closeDesks, openDesk, pass, PHONE, SCREEN, search, town } from "./support";

/** What the page looks like, and whether everybody can use it. `DESK_SCREENSHOTS` names a folder for pictures. */

const here = town();
const folder = process.env["DESK_SCREENSHOTS"];
let chromium: Browser;

before(async () => {
  await here.openShop();
  const { tom, ruth } = await here.guests();
  await here.call(tom, "We said we would tell him whether the second flush came in. It did.");
  await here.call(ruth, "Ask how the tasting set was received; it was a present for her mother.");
  await here.batch("Thanks of the week");
  chromium = await browser();
  if (folder) await mkdir(folder, { recursive: true });
});
afterEach(() => closeDesks(chromium));
after(() => chromium?.close());

const WIDE: BrowserContextOptions = { viewport: SCREEN };
const NARROW: BrowserContextOptions = { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const LOOKS: [name: string, options: BrowserContextOptions][] = [
  ["wide-light", { ...WIDE, colorScheme: "light" }],
  ["wide-dark", { ...WIDE, colorScheme: "dark", locale: "de-DE" }],
  ["phone-light", { ...NARROW, colorScheme: "light", locale: "de-DE" }],
  ["phone-dark", { ...NARROW, colorScheme: "dark" }],
];

for (const [name, options] of LOOKS) {
  test(`everybody can use each view, and nothing sticks out: ${name}`, async () => {
    const { page, context, wrong } = await openDesk(chromium, options);
    const isNarrow = name.startsWith("phone");
    const look = async (what: string) => {
      await everybodyCanUse(page, `${name} ${what}`);
      await nothingSticksOut(page, `${name} ${what}`);
      if (folder) await page.screenshot({ path: `${folder}/${name}-${what}.png` });
    };
    const tab = async (n: number) => isNarrow && (await page.locator(".tabs button").nth(n).click());
    await page.getByRole("searchbox").waitFor();
    await look("start");
    await search(page, "020 7946 0077");
    await page.getByRole("button", { name: "Ruth Baker" }).first().waitFor();
    await look("ask");
    await page.getByRole("searchbox").fill("020 7946 0044");
    await pass(page, 200);
    await page.locator(".results .person", { hasText: "Rufus" }).click();
    await page.locator(".first").waitFor();
    await look("sorry");
    if (isNarrow) await page.locator(".card-top button").first().click();
    await page.getByRole("searchbox").fill("020 7946 0012");
    await pass(page, 200);
    await page.locator(".results .person", { hasText: "Okafor" }).click();
    await page.locator(".say").waitFor();
    await look("card");
    await page.locator(".actions .primary.big").click();
    await page.locator(".actions .secondary.big").click();
    await page.locator(".face").first().click();
    await pass(page, 7_000);
    await look("leaving");
    await page.locator(".hide-button").click();
    await look("hidden");
    await page.locator(".nobody .quiet").click();
    await page.locator(".search-pane .secondary.wide").click();
    await look("newcomer");
    await tab(1);
    await page.locator(".calls-pane .task-head").first().click();
    await look("calls");
    await tab(2);
    await page.locator(".notes-pane .task-head").first().click();
    await page.locator(".note-text").first().waitFor();
    await look("notes");
    await tab(0);
    await context.setOffline(true);
    await page.locator(".is-offline").waitFor();
    await look("offline");
    assert.deepEqual(wrong.filter((line) => !line.includes("ERR_")), []);
    await everybodyLeaves();
  });
}

/** The next one begins with an empty house. */
async function everybodyLeaves(): Promise<void> {
  await here.advance("1m");
  const { interactions } = await here.interactions.listInteractions({ filter: "interaction.state = OPEN" });
  for (const { name } of interactions) await here.desk.checkOut({ interaction: name, outcome: Outcome.PURCHASED });
}

/** By the rules of WCAG 2.2 A and AA that can be checked by a program: labels, roles, order, contrast. */
async function everybodyCanUse(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  const told = violations.map(({ id, help, nodes }) => `${where}: ${id}, ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, []);
}

async function nothingSticksOut(page: Page, where: string): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content! <= window!, `${where}: ${content} pixels in a window of ${window}`);
}
