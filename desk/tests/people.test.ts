import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Interaction_State as Visit } from "../src/gen/gratitude/v1/interaction_pb";
import { NoPurchaseReason } from "../src/gen/gratitude/v1/interaction_kinds_pb";
import { browser, button, card, closeDesks, comes, field, inHouse, openDesk, pass, result, search, town } from "./support";
import { SHOP } from "./town";

/** Who is not clear from a name, and who is not known at all: nobody is taken for another, and nothing typed is lost. */

const here = town();
let chromium: Browser;

before(async () => {
  await here.openShop();
  await here.guest("Ms Okafor", "+44 20 7946 0012", { givenName: "Amara", familyName: "Okafor" });
  await here.guest("John Smith", "+44 20 7946 0051", { givenName: "John", familyName: "Smith" });
  await here.guest("John Smith", "+44 20 7946 0052", { givenName: "John", familyName: "Smith" });
  await here.guest("李伟", "+44 20 7946 0053");
  await here.guest("Ng Wei", "+44 20 7946 0054", { givenName: "Wei", familyName: "Ng" });
  chromium = await browser();
});
// Whoever comes in does so at a moment of their own.
beforeEach(() => here.advance("1m"));
afterEach(() => closeDesks(chromium));
after(() => chromium?.close());

async function enterName(page: Page, name: string): Promise<void> {
  await page.getByRole("searchbox").fill(name);
  await page.keyboard.press("Enter");
  await pass(page, 200);
}

async function visits() {
  const { interactions } = await here.interactions.listInteractions({ filter: `interaction.location = "${SHOP}"`, pageSize: 50 });
  return interactions;
}

test("Enter on a name that several have asks, instead of opening one or giving them somebody's visit", async () => {
  const { page, wrong } = await openDesk(chromium);
  let corrections = 0;
  page.on("request", (request) => (corrections += request.url().endsWith("/ReassignVisit") ? 1 : 0));
  const isAsked = async () => {
    await page.getByText("Several fit. Ask for the name, then choose:").waitFor();
    await page.locator("button.person:focus", { hasText: "John Smith" }).waitFor();
  };
  await enterName(page, "smith");
  await isAsked();
  assert.equal(await card(page).count(), 0, "no history before it is clear who it is");

  await enterName(page, "okafor");
  await page.getByRole("heading", { name: "Ms Okafor" }).waitFor();
  await button(page, "Check in").click();
  await page.getByText("Checked in", { exact: true }).waitFor();
  await button(page, "Not this person").click();
  await enterName(page, "john smith");
  await isAsked();
  assert.equal(corrections, 0);
  await page.keyboard.press("Enter");
  await page.getByText("Corrected").waitFor();
  assert.equal(corrections, 1);
  assert.deepEqual(wrong, []);
});

test("names of two ideographs are found as they are typed, those of two letters on Enter", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "李伟");
  await result(page, "李伟").waitFor();
  await page.getByRole("searchbox").fill("ng");
  await pass(page, 200);
  await page.getByText("Type at least 3 characters, or press Enter.").waitFor();
  assert.equal(await result(page, /./).count(), 0);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ng Wei" }).waitFor();
  assert.deepEqual(wrong, []);
});

test("a mistyped number of somebody new is said at its field, and nothing that was typed is lost", async () => {
  const { page, wrong } = await openDesk(chromium);
  await button(page, "New or unknown").click();
  await field(page, /^Name/).fill("Noor Haddad");
  await field(page, /^Phone/).fill("60012");
  await field(page, /^E-mail/).fill("noor@example.com");
  await field(page, /^How to tell/).fill("blue coat");
  await button(page, "Check in").click();
  await page.getByRole("alert").getByText(/^This number [a-z ,]+\.$/).waitFor();
  assert.equal(await page.locator("[name=phone]").getAttribute("aria-invalid"), "true");
  for (const [name, value] of [["name", "Noor Haddad"], ["phone", "60012"], ["email", "noor@example.com"], ["look", "blue coat"]]) {
    assert.equal(await page.locator(`[name=${name}]`).inputValue(), value);
  }
  assert.doesNotMatch(await page.locator("body").innerText(), /identifiers|was refused/);
  await field(page, /^Phone/).fill("020 7946 0111");
  await button(page, "Check in").click();
  await page.getByText("Checked in", { exact: true }).waitFor();
  await inHouse(page, "Noor Haddad").waitFor();
  assert.deepEqual(wrong, []);
});

test("somebody new is listed once, also while the news of their visit is faster than its answer", async () => {
  const { page, wrong } = await openDesk(chromium);
  await page.getByText("live", { exact: true }).waitFor();
  const guest = inHouse(page, "Ines Prado");
  let seen = -1;
  await page.route("**/CheckIn", async (route) => {
    const response = await route.fetch();
    await guest.filter({ hasNotText: "not sent yet" }).waitFor();
    seen = await guest.count();
    await route.fulfill({ response });
  });
  await button(page, "New or unknown").click();
  await field(page, /^Name/).fill("Ines Prado");
  await button(page, "Check in").click();
  await page.getByText("Checked in", { exact: true }).waitFor();
  assert.equal(seen, 1);
  assert.equal(await guest.count(), 1);
  assert.deepEqual(wrong, []);
});

test("p12 what was typed of somebody new leaves the screen with the rest, and is there again", async () => {
  const { page, wrong } = await openDesk(chromium);
  await button(page, "New or unknown").click();
  await field(page, /^Name/).fill("Zelda Quist");
  await field(page, /^Phone/).fill("020 7946 0112");
  await page.keyboard.press("Shift");
  await pass(page, 20_500);
  await page.getByRole("heading", { name: "Details are hidden." }).waitFor();
  assert.doesNotMatch(await page.content(), /Zelda|7946 0112/);
  await button(page, "Show again").click();
  assert.equal(await page.locator("[name=name]").inputValue(), "Zelda Quist");
  assert.equal(await page.locator("[name=phone]").inputValue(), "020 7946 0112");
  assert.deepEqual(wrong, []);
});

test("p1 without a connection a number that is none is kept as a stranger, and a form to be corrected with its time", async () => {
  await here.desk.checkIn({ location: SHOP, stranger: "straw hat" });
  await here.advance("1m");
  const { page, context, wrong } = await openDesk(chromium);
  await page.getByText("live", { exact: true }).waitFor();
  await inHouse(page, "straw hat").waitFor();
  await button(page, "New or unknown").click();
  await field(page, /^Name/).fill("Rosa Lind");
  await context.setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  assert.equal(await page.locator("[name=name]").inputValue(), "Rosa Lind", "what is typed outlives the connection");
  await inHouse(page, "straw hat").waitFor();
  const tapped = await page.evaluate(() => Date.now());
  await page.getByRole("searchbox").fill("70013");
  await page.keyboard.press("Enter");
  await page.getByText("Offline · 1 entry kept").waitFor();
  await button(page, "New or unknown").click();
  await field(page, /^Name/).fill("Rosa Lind");
  await field(page, /^Phone/).fill("60013");
  await button(page, "Check in").click();
  await page.getByText("Offline · 2 entries kept").waitFor();
  await inHouse(page, /Rosa Lind/).click();
  await button(page, "Had a question").click();
  await page.getByText("Offline · 3 entries kept").waitFor();
  await page.getByRole("searchbox").fill("the wrong button");
  await page.keyboard.press("Enter");
  await page.getByText("Offline · 4 entries kept").waitFor();
  await inHouse(page, /the wrong button/).click();
  await card(page).getByRole("button", { name: "Undo" }).click();
  await page.getByText("Offline · 3 entries kept").waitFor();

  await inHouse(page, /Rosa Lind/).click();
  await card(page).getByRole("button", { name: "Undo" }).waitFor();
  await here.advance("10m");
  await page.clock.fastForward(600_000);
  await context.setOffline(false);
  await comes(page, inHouse(page, /70013/).filter({ hasNotText: "not sent yet" }));
  const refused = page.getByRole("alert").filter({ hasText: "1 entry was refused" });
  await refused.getByText(/Rosa Lind, \d\d:\d\d · This number [a-z ,]+\./).waitFor();
  await button(page, "Show again").click();
  await page.getByRole("heading", { name: "Rosa Lind" }).waitFor();
  assert.equal(await card(page).getByRole("button", { name: "Undo" }).count(), 0, "what was sent is not taken back here");
  await refused.getByRole("button", { name: "Correct" }).click();
  assert.equal(await page.locator("[name=phone]").inputValue(), "60013");
  await field(page, /^Phone/).fill("020 7946 0113");
  await button(page, "Check in").click();
  await refused.waitFor({ state: "detached" });
  await page.getByText(/^\d\d:\d\d · Checked out$/).waitFor();

  const all = await visits();
  assert.ok(!all.some((one) => one.stranger.includes("wrong button")));
  const rosa = all.find((one) => one.stranger === "Rosa Lind");
  assert.equal(rosa?.state, Visit.CLOSED);
  assert.equal(rosa.noPurchaseReason, NoPurchaseReason.QUESTION);
  assert.ok(rosa.customer, "known by the number");
  for (const one of [rosa, all.find((one) => one.stranger === "70013")]) {
    assert.ok(Math.abs(Number(one?.startTime?.seconds) * 1_000 - tapped) < 60_000, "the time of the tap counts");
  }
  assert.deepEqual(wrong.filter((line) => !line.includes("ERR_")), []);
});
