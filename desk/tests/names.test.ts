import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Role } from "../src/gen/gratitude/v1/access_pb";
import { browser, closeDesks, comes, lost, openDesk, town } from "./support";
import { SHOP } from "./town";

/** A service that records staff by their pseudonyms, or initials: what was taken here is known to be. */

const here = town();
let chromium: Browser;
let guests: Awaited<ReturnType<typeof here.guests>>;

before(async () => {
  await here.openShop();
  guests = await here.guests();
  chromium = await browser();
});
beforeEach(() => here.noCalls());
afterEach(() => closeDesks(chromium));
after(() => chromium?.close());

const calls = (page: Page) => page.getByRole("region", { name: "Today’s calls" });

async function takenBy(town: typeof here): Promise<string[]> {
  const { entries } = await town.gestures.listQueue({ location: SHOP });
  return entries.map((entry) => entry.takenBy).filter(Boolean);
}

async function reported(page: Page): Promise<void> {
  await page.getByText("Yours").waitFor();
  await page.getByRole("button", { name: "Delighted" }).click();
  await page.getByText("Noted").waitFor();
  await page.getByText("Yours").waitFor({ state: "detached" });
}

test("who only says a name takes a call, and says how it went", async () => {
  await here.call(guests.tom, "Tell him that the Darjeeling came in.");
  const { page, wrong } = await openDesk(chromium);
  await page.getByLabel("You are").fill("Jo Berg");
  await page.getByLabel("You are").press("Tab");
  await calls(page).getByRole("button", { name: /Tom Baker/ }).click();
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByText("Yours").waitFor();
  assert.deepEqual(await takenBy(here), ["J. B."]);
  await reported(page);
  assert.deepEqual(wrong, []);
});

test("a call that was taken while the connection went is theirs when it is back", async () => {
  await here.call(await here.guest("Nora Kemp", "+44 20 7946 0061"), "Tell her that the Darjeeling came in.");
  const { page } = await openDesk(chromium);
  await page.getByLabel("You are").fill("Jo Berg");
  await page.getByLabel("You are").press("Tab");
  await calls(page).getByRole("button", { name: /Nora Kemp/ }).click();
  await lost(page, "ListQueue");
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByText("Offline", { exact: true }).waitFor();
  await comes(page, page.getByText("Yours"));
  await reported(page);
});

test("who is signed in takes a call, has it still when the page is opened anew, and says how it went", async () => {
  await here.call(guests.ruth, "Ask how the tasting set was received.");
  const now = await here.now();
  // From the first key on, everybody needs one.
  const operator = town((await here.admin.createApiKey({ apiKey: { displayName: "operator", role: Role.OPERATOR } })).token);
  const desk = await operator.admin.createApiKey({ apiKey: { displayName: "the desk", role: Role.DESK, locations: [SHOP] } });
  const manager = town((await operator.admin.createApiKey({ apiKey: { displayName: "manager", role: Role.MANAGER } })).token);
  const bea = { displayName: "Bea", pseudonym: "Team Assam", role: Role.DESK };
  const { staffMember } = await manager.admin.createStaffMember({ staffMemberId: "bea", staffMember: bea });
  await manager.admin.setStaffPin({ name: staffMember!.name, pin: "4711" });

  const { page } = await openDesk(chromium, { now });
  await page.getByLabel("Key of this desk").fill(desk.token);
  await page.getByLabel("Your staff id").fill("bea");
  await page.getByLabel("PIN").fill("4711");
  await page.getByRole("button", { name: "Sign in" }).click();
  await calls(page).getByRole("button", { name: /Ruth Baker/ }).click();
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByText("Yours").waitFor();
  assert.deepEqual(await takenBy(manager), ["Team Assam"]);
  await page.reload();
  await calls(page).getByRole("button", { name: /Ruth Baker/ }).click();
  await reported(page);
});
