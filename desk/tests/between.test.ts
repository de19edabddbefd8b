import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { NoPurchaseReason, Outcome } from "../src/gen/gratitude/v1/interaction_kinds_pb";
import { browser, button, card, closeDesks, comes, held, inHouse, lost, openDesk, pass, PHONE, result, search, town } from "./support";
import { SHOP } from "./town";

/** What happens between a tap and its answer, and between a correction and whom it is for: it never becomes somebody else's. */

const here = town();
let chromium: Browser;
let guests: Awaited<ReturnType<typeof here.guests>>;
let mina: string;

before(async () => {
  await here.openShop();
  await here.locations.createLocation({ locationId: "far-away", location: { displayName: "Far Away", timeZone: "Europe/London" } });
  guests = await here.guests();
  mina = await here.guest("Mina Sol", "+44 20 7946 0099", { givenName: "Mina", familyName: "Sol" });
  chromium = await browser();
});
beforeEach(everybodyLeaves);
afterEach(() => closeDesks(chromium));
after(() => chromium?.close());


async function open(): Promise<{ name: string; customer: string; stranger: string }[]> {
  const { interactions } = await here.interactions.listInteractions({ filter: "interaction.state = OPEN", pageSize: 50 });
  return interactions;
}

/** The next test begins with an empty house. */
async function everybodyLeaves(): Promise<void> {
  await here.advance("1m");
  for (const { name } of await open()) {
    await here.desk.checkOut({ interaction: name, outcome: Outcome.NOT_PURCHASED, noPurchaseReason: NoPurchaseReason.UNKNOWN });
  }
}

async function opened(customer: string): Promise<string> {
  const { interaction } = await here.desk.checkIn({ location: SHOP, who: { who: { case: "customer", value: customer } } });
  return interaction!.name;
}

async function ended(interaction: string): Promise<void> {
  await here.advance("1m");
  await here.desk.checkOut({ interaction, outcome: Outcome.PURCHASED });
}

/** Finds somebody by their number and chooses them. */
async function choose(page: Page, number: string, name: string): Promise<void> {
  await page.getByRole("searchbox").fill("");
  await search(page, number);
  await result(page, name).click();
}

const AT = "?location=mill-lane";
const MINA = ["020 7946 0099", "Mina Sol"] as const;
const RUFUS = ["020 7946 0044", "Rufus Adeyemi"] as const;

/** The pages of a test, and how often each asked to make a visit somebody else's. */
async function openLive() {
  const opened = await openDesk(chromium, { path: AT });
  const asked = { corrections: 0 };
  opened.page.on("request", (request) => (asked.corrections += request.url().endsWith("/ReassignVisit") ? 1 : 0));
  await opened.page.getByText("live", { exact: true }).waitFor();
  return { ...opened, asked };
}

const asksWho = (page: Page) => page.getByText("Who is it then? Search for them, or");

test("p12 who is begun to be corrected and then covered keeps their visit: the next one is simply served", async () => {
  const { page, wrong, asked } = await openLive();
  await opened(guests.amara);
  await inHouse(page, "Ms Okafor").click();
  await button(page, "Not this person").click();
  await asksWho(page).waitFor();
  await button(page, "Hide").click();
  await choose(page, ...RUFUS);
  await page.getByRole("heading", { name: "Rufus Adeyemi" }).waitFor();
  await card(page).getByRole("button", { name: "Check in" }).waitFor();
  assert.equal(asked.corrections, 0);

  await inHouse(page, "Ms Okafor").click();
  await button(page, "Not this person").click();
  await button(page, "Hide").click();
  await button(page, "Show again").click();
  await button(page, "Not this person").waitFor();
  assert.equal(await asksWho(page).count(), 0, "what was covered is asked anew");
  assert.deepEqual(wrong, []);
});

test("who is begun to be corrected keeps their visit when another card is opened", async () => {
  const { page, wrong, asked } = await openLive();
  await opened(guests.amara);
  await opened(guests.tom);
  await inHouse(page, "Ms Okafor").click();
  await button(page, "Not this person").click();
  await inHouse(page, "Tom Baker").click();
  await page.getByRole("heading", { name: "Tom Baker" }).waitFor();
  await choose(page, ...MINA);
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor();

  await inHouse(page, "Ms Okafor").click();
  await button(page, "Not this person").click();
  await button(page, "New or unknown").click();
  await choose(page, ...MINA);
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor();
  assert.equal(asked.corrections, 0);
  assert.deepEqual(wrong, []);
});

test("for a stranger it is seen that they are looked for, and covered they stay a stranger", async () => {
  const { page, wrong, asked } = await openLive();
  await here.desk.checkIn({ location: SHOP, stranger: "straw hat" });
  await inHouse(page, "straw hat").click();
  await card(page).getByRole("button", { name: "Who is it?" }).click();
  await asksWho(page).waitFor();
  await button(page, "Hide").click();
  await choose(page, ...MINA);
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor();
  assert.equal(asked.corrections, 0);

  await inHouse(page, "straw hat").click();
  await card(page).getByRole("button", { name: "Who is it?" }).click();
  await choose(page, ...RUFUS);
  await page.getByText("Corrected").waitFor();
  assert.deepEqual((await open()).map((one) => one.customer), [guests.rufus]);
  assert.deepEqual(wrong, []);
});

test("who left unknown and is closed again by another card is not given to the next one who is found", async () => {
  const { page, wrong, asked } = await openLive();
  const { interaction } = await here.desk.checkIn({ location: SHOP, stranger: "grey scarf" });
  await ended(interaction!.name);
  await opened(guests.tom);
  await page.reload();
  await page.getByText(/left without being known/).click();
  await inHouse(page, "grey scarf").click();
  await page.getByText("Who was that: grey scarf?").waitFor();
  await inHouse(page, "Tom Baker").click();
  await page.getByRole("heading", { name: "Tom Baker" }).waitFor();
  await choose(page, ...MINA);
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor();
  assert.equal(asked.corrections, 0);
  assert.deepEqual(wrong, []);
});

test("while a correction is on its way, whoever is found next is simply served", async () => {
  const { page, wrong, asked } = await openLive();
  await opened(guests.amara);
  const answer = await held(page, "ReassignVisit");
  await inHouse(page, "Ms Okafor").click();
  await button(page, "Not this person").click();
  await choose(page, ...MINA);
  await answer.isThere();
  await choose(page, ...RUFUS);
  await page.getByRole("heading", { name: "Rufus Adeyemi" }).waitFor();
  answer.comes();
  await page.getByText("Corrected").waitFor();
  await page.getByRole("heading", { name: "Rufus Adeyemi" }).waitFor();
  assert.equal(asked.corrections, 1);
  assert.deepEqual((await open()).map((one) => one.customer), [mina]);
  assert.deepEqual(wrong, []);
});

test("who was checked out elsewhere before the answer to their check-in came is not here", async () => {
  const { page, wrong } = await openLive();
  const answer = await held(page, "CheckIn");
  await choose(page, ...MINA);
  await button(page, "Check in").click();
  await answer.isThere();
  await inHouse(page, "Mina Sol").filter({ hasNotText: "not sent yet" }).waitFor();
  await ended((await open())[0]!.name);
  await inHouse(page, "Mina Sol").filter({ hasNotText: "not sent yet" }).waitFor({ state: "detached" });
  answer.comes();
  await page.getByText("Checked in", { exact: true }).waitFor();
  await page.getByText("Nobody is checked in.").waitFor();
  assert.equal(await card(page).count(), 0);
  assert.deepEqual(wrong, []);
});

test("who was checked in at one location is not listed at the one that was chosen meanwhile", async () => {
  const { page, wrong } = await openLive();
  const answer = await held(page, "CheckIn");
  await choose(page, ...MINA);
  await button(page, "Check in").click();
  await answer.isThere();
  await page.getByLabel("Location").selectOption("Far Away");
  await page.getByText("Nobody is checked in.").waitFor();
  answer.comes();
  await page.getByText("Checked in", { exact: true }).waitFor();
  assert.equal(await inHouse(page, "Mina Sol").count(), 0);
  await page.getByLabel("Location").selectOption("Mill Lane Tea House");
  await inHouse(page, "Mina Sol").waitFor();
  assert.deepEqual(wrong, []);
});

test("p2 somebody new who was covered before the answer came is there with their visit, not to be entered again", async () => {
  const { page, wrong } = await openLive();
  const answer = await held(page, "CheckIn");
  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell/).fill("blue hat");
  await button(page, "Check in").click();
  await answer.isThere();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Details are hidden." }).waitFor();
  answer.comes();
  await page.getByText("Checked in", { exact: true }).waitFor();
  await button(page, "Show again").click();
  await page.getByRole("heading", { name: "blue hat" }).waitFor();
  await button(page, "Only looked").waitFor();
  assert.equal((await open()).length, 1);
  assert.deepEqual(wrong, []);
});

test("two strangers who came in the same millisecond are both here, also while one of them is not sent yet", async () => {
  const { page, wrong, context } = await openLive();
  const rows = inHouse(page, /./);
  const unsent = rows.filter({ hasText: "not sent yet" });
  const typed = async (text: string) => {
    await page.getByRole("searchbox").fill(text);
    await page.keyboard.press("Enter");
  };
  const answer = await held(page, "CheckIn");
  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell/).fill("blue hat");
  await button(page, "Check in").click();
  await answer.isThere();
  await inHouse(page, "blue hat").filter({ hasNotText: "not sent yet" }).waitFor();
  assert.equal(await rows.count(), 1, "the news came before the answer: it is one and the same");
  answer.comes();
  await page.getByText("Checked in", { exact: true }).waitFor();

  await context.setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  await typed("blue hat");
  await page.getByText("Offline · 1 entry kept").waitFor();
  await typed("red scarf");
  await page.getByText("Offline · 2 entries kept").waitFor();
  assert.equal(await unsent.count(), 2);
  assert.equal(await rows.count(), 3);
  await context.setOffline(false);
  await comes(page, page.getByText("2 kept entries sent"));
  assert.equal(await unsent.count(), 0);
  assert.equal(await rows.count(), 3);
  assert.deepEqual(wrong, []);
});

test("who left while their card was covered is shown again without a visit", async () => {
  const { page, wrong } = await openLive();
  const visit = await opened(mina);
  await inHouse(page, "Mina Sol").click();
  await button(page, "Only looked").waitFor();
  await button(page, "Hide").click();
  await ended(visit);
  await page.getByText("Nobody is checked in.").waitFor();
  await button(page, "Show again").click();
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor();
  await button(page, "Check in").waitFor();
  assert.equal(await button(page, "Only looked").count(), 0);
  assert.deepEqual(wrong, []);
});

test("a double click ends a visit once", async () => {
  const { page, wrong } = await openLive();
  let departures = 0;
  page.on("request", (request) => (departures += request.url().endsWith("/CheckOut") ? 1 : 0));
  await opened(mina);
  const question = await held(page, "CheckOut", "question");
  await inHouse(page, "Mina Sol").click();
  await button(page, "Only looked").dblclick();
  await question.isThere();
  assert.ok(await button(page, "Bought").isDisabled());
  await inHouse(page, /Mina Sol.*not sent yet/s).waitFor();
  question.comes();
  await page.getByText("Checked out", { exact: true }).waitFor();
  await page.getByText("Nobody is checked in.").waitFor();
  assert.equal(departures, 1);
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.deepEqual(wrong, []);
});

test("who was checked out at another desk first is named, in words for a person", async () => {
  const { page } = await openLive();
  const visit = await opened(mina);
  await inHouse(page, "Mina Sol").click();
  await button(page, "Bought").waitFor();
  await page.route("**/CheckOut", async (route) => {
    await ended(visit);
    await route.continue();
  });
  await button(page, "Bought").click();
  const refused = page.getByRole("alert").filter({ hasText: "1 entry was refused" });
  await refused.getByText(/Mina Sol, \d\d:\d\d · They were checked out already\./).waitFor();
  assert.doesNotMatch(await page.locator("body").innerText(), /interactions\/|replaces/);
});

test("whoever was entered in the search does not push aside what was begun since", async () => {
  const { page, wrong } = await openLive();
  const answer = await held(page, "SearchCustomers");
  await page.getByRole("searchbox").fill("okafor");
  await page.keyboard.press("Enter");
  await pass(page, 200);
  await answer.isThere();
  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell/).fill("yellow coat");
  answer.comes();
  await result(page, "Ms Okafor").waitFor();
  assert.equal(await page.getByLabel(/^How to tell/).inputValue(), "yellow coat");
  assert.ok(await page.getByLabel(/^How to tell/).evaluate((field) => field === document.activeElement));
  assert.deepEqual(wrong, []);
});

test("p1 a name that was typed without a connection is nobody's but a stranger's, however clear it seems", async () => {
  const { page, context } = await openLive();
  await context.setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  for (const [kept, typed] of [["1 entry", "Rufus"], ["2 entries", "Ms Okafor 020 7946 0012"], ["3 entries", "Mina 5"]]) {
    await page.getByRole("searchbox").fill(typed!);
    await page.keyboard.press("Enter");
    await page.getByText(`Offline · ${kept} kept`).waitFor();
  }
  await context.setOffline(false);
  await comes(page, page.getByText("3 kept entries sent"));
  const all = await open();
  assert.deepEqual(all.map((one) => one.stranger).sort(), ["", "Mina 5", "Rufus"]);
  assert.deepEqual(all.map((one) => one.customer).filter(Boolean), [guests.amara], "a whole number with its name is theirs");
});

test("p2 what was filled in of somebody who was not sent yet is there once they were", async () => {
  const { page, context } = await openLive();
  const remarks = page.getByLabel(/words they may read/);
  await context.setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  await page.getByRole("searchbox").fill("blue hat");
  await page.keyboard.press("Enter");
  await page.getByText("Offline · 1 entry kept").waitFor();
  await inHouse(page, "blue hat").click();
  await page.getByText("Add details").click();
  await remarks.fill("Asked for the red teapot.");
  await context.setOffline(false);
  await comes(page, inHouse(page, "blue hat").filter({ hasNotText: "not sent yet" }));
  await page.keyboard.press("Escape");
  await button(page, "Show again").click();
  await page.getByText("Add details").click();
  assert.equal(await remarks.inputValue(), "Asked for the red teapot.");
});

test("a card that the connection was lost over is read once it is back", async () => {
  const { page } = await openLive();
  await lost(page, "Recognize");
  await choose(page, ...RUFUS);
  await page.getByText("Offline", { exact: true }).waitFor();
  await comes(page, card(page).getByText(/the strainer we sent was cracked/));
});

test("who looked for the connection in vain does not lose it again when another look has found it", async () => {
  const { page } = await openLive();
  const earlier = await held(page, "healthz", "failure");
  await lost(page, "SearchCustomers");
  await search(page, "okafor");
  await page.getByText("Offline", { exact: true }).waitFor();
  await pass(page, 1_500);
  await earlier.isThere();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.getByText("Online", { exact: true }).waitFor();
  earlier.comes();
  await pass(page, 100);
  assert.equal(await page.getByText("Offline", { exact: true }).count(), 0);
});

test("on a phone Back closes the card and covers what was filled in, and the page stays", async () => {
  const { page, wrong } = await openDesk(chromium, { path: AT, viewport: PHONE, hasTouch: true, isMobile: true });
  await choose(page, ...MINA);
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Mina Sol" }).waitFor({ state: "detached" });
  await button(page, "New or unknown").click();
  await page.getByLabel(/^Name/).fill("Noor Haddad");
  await page.goBack();
  await button(page, "Show again").click();
  assert.equal(await page.getByLabel(/^Name/).inputValue(), "Noor Haddad");
  assert.ok(page.url().endsWith(`/desk${AT}`));
  assert.deepEqual(wrong, []);
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  assert.equal(question.type(), "beforeunload", "what was filled in is not left without a word");
  await question.accept();
});

test("the keyboard is where the next thing is done: in the search, at the faces, in the first field", async () => {
  const { page, wrong } = await openDesk(chromium, { path: AT });
  const inSearch = () => page.locator("#search:focus").waitFor();
  await inSearch();
  await page.keyboard.type("020 7946 0099");
  await pass(page, 200);
  await page.keyboard.press("Enter");
  await page.locator("button.big:focus", { hasText: "Check in" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Checked in", { exact: true }).waitFor();
  await inSearch();
  await button(page, "Check out").focus();
  await page.keyboard.press("Enter");
  await page.locator("input[type=radio]:focus").waitFor();
  await page.keyboard.press("4");
  assert.ok(await page.getByRole("radio", { name: "Happy", exact: true }).isChecked());
  await page.keyboard.press("/");
  await inSearch();
  assert.equal(await page.getByRole("searchbox").inputValue(), "");
  await button(page, "Only looked").focus();
  await page.keyboard.press("Enter");
  await page.getByText("Checked out", { exact: true }).waitFor();
  await inSearch();
  await button(page, "New or unknown").click();
  await page.locator("[name=name]:focus").waitFor();
  assert.deepEqual(wrong, []);
});
