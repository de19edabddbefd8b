import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { Role } from "../src/gen/gratitude/v1/access_pb";
import { browser, card, closeDesks, comes, inHouse, openDesk, result, search, town } from "./support";
import { SHOP } from "./town";

/** A service that wants keys: whoever works at the desk signs in with a PIN. */

const here = town();
let chromium: Browser;
let now: number;
let deskKey: string;
let quiet: string;
let manager: ReturnType<typeof town>;

before(async () => {
  await here.openShop();
  await here.locations.createLocation({ locationId: "far-away", location: { displayName: "Far Away", timeZone: "Europe/London" } });
  ({ quiet } = await here.guests());
  now = await here.now();
  chromium = await browser();
  // From the first key on, everybody needs one.
  const first = await here.admin.createApiKey({ apiKey: { displayName: "operator", role: Role.OPERATOR } });
  const operator = town(first.token);
  deskKey = (await operator.admin.createApiKey({ apiKey: { displayName: "the desk", role: Role.DESK, locations: [SHOP] } })).token;
  manager = town((await operator.admin.createApiKey({ apiKey: { displayName: "manager", role: Role.MANAGER } })).token);
  const { staffMember } = await manager.admin.createStaffMember({ staffMemberId: "bea", staffMember: { displayName: "Bea", role: Role.DESK } });
  await manager.admin.setStaffPin({ name: staffMember!.name, pin: "4711" });
});
afterEach(() => closeDesks(chromium));
after(() => chromium?.close());

test("p12 nothing is seen before somebody signed in, and everything ends with signing out", async () => {
  const { page, wrong } = await openDesk(chromium, { now });
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await page.getByRole("searchbox").count(), 0);
  await page.getByLabel("Key of this desk").fill(deskKey);
  await page.getByLabel("Your staff id").fill("bea");
  await page.getByLabel("PIN").fill("1234");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("That did not work.").waitFor();
  await page.getByLabel("PIN").fill("4711");
  await page.getByRole("button", { name: "Sign in" }).click();

  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await page.getByRole("button", { name: "Check in" }).click();
  await page.getByText("Checked in", { exact: true }).waitFor();
  assert.deepEqual(await page.getByLabel("Location").locator("option").allInnerTexts(), ["Mill Lane Tea House"]);
  const stored = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie].join(""));
  assert.equal(stored, "", "the key and the session are out of reach for scripts");

  await page.getByRole("button", { name: "Bea · Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await page.getByLabel("Key of this desk").count(), 0, "the desk is known by now");
  assert.deepEqual(wrong.filter((line) => !line.includes("401")), []);
});

test("p1 what was kept without a connection outlives the session and is sent once somebody has signed in", async () => {
  const { page, context } = await openDesk(chromium, { now });
  const signIn = async (pin: string) => {
    await page.getByLabel("Your staff id").fill("bea");
    await page.getByLabel("PIN").fill(pin);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await page.getByLabel("Key of this desk").fill(deskKey);
  await signIn("4711");
  await search(page, "020 7946 0088");
  await result(page, /Ellis/).click();
  await context.setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  await card(page).getByRole("button", { name: "Check in" }).click();
  await page.getByText("Offline · 1 entry kept").waitFor();

  await manager.admin.setStaffPin({ name: "staff/bea", pin: "0815" });
  await context.setOffline(false);
  await comes(page, page.getByRole("heading", { name: "Sign in" }));
  await page.getByText("1 entry kept").waitFor();
  await signIn("0815");
  await inHouse(page, /Ellis/).waitFor();
  const { interactions } = await manager.interactions.listInteractions({ filter: "interaction.state = OPEN" });
  assert.equal(interactions.filter((one) => one.customer === quiet).length, 1);
});
