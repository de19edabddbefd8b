import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Interaction_State as Visit } from "../src/gen/gratitude/v1/interaction_pb";
import { NoPurchaseReason, Outcome } from "../src/gen/gratitude/v1/interaction_kinds_pb";
import { browser, button, card, closeDesks, comes, held, inHouse, lost, openDesk, pass, result, search, town } from "./support";
import { SHOP } from "./town";

/** The page as a receptionist uses it, against the real service. */

const here = town();
let chromium: Browser;
let guests: Awaited<ReturnType<typeof here.guests>>;

before(async () => {
  await here.openShop();
  guests = await here.guests();
  chromium = await browser();
});
beforeEach(everybodyLeaves);
afterEach(() => closeDesks(chromium));
after(() => chromium?.close());

async function visits(customer: string) {
  const { interactions } = await here.interactions.listInteractions({ filter: `interaction.customer = "${customer}"` });
  return interactions.filter((one) => !one.history && one.location === SHOP);
}

/** Each test begins with an empty house. */
async function everybodyLeaves(): Promise<void> {
  // Where time passed on a page, the service's stood: nobody may leave before they came.
  await here.advance("1m");
  const { interactions } = await here.interactions.listInteractions({ filter: "interaction.state = OPEN", pageSize: 50 });
  for (const { name } of interactions) {
    await here.desk.checkOut({ interaction: name, outcome: Outcome.NOT_PURCHASED, noPurchaseReason: NoPurchaseReason.UNKNOWN });
  }
}

/** Opens the visit of whoever is shown, and sees that it is. */
async function checkIn(page: Page, before = 0): Promise<void> {
  await button(page, "Check in").click();
  await page.getByText("Checked in", { exact: true }).nth(before).waitFor();
}

test("a regular is found as the number is typed, and checked in and out in two taps each", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await card(page).getByText("Last time we spoke about the red cast-iron teapot.").waitFor();
  assert.match(await card(page).innerText(), /oh-KAH-for[\s\S]*Regular[\s\S]*first flush[\s\S]*bergamot/);
  await checkIn(page);
  await inHouse(page, /Ms Okafor/).waitFor();

  await button(page, "Hide").click();
  await inHouse(page, /Ms Okafor/).click();
  await page.getByRole("radio", { name: "Happy", exact: true }).check();
  await button(page, "Only looked").click();
  await page.getByText("Checked out").waitFor();
  await page.getByText("Nobody is checked in.").waitFor();
  const [visit] = await visits(guests.amara);
  assert.equal(visit?.state, Visit.CLOSED);
  assert.equal(visit.outcome, Outcome.NOT_PURCHASED);
  assert.equal(visit.noPurchaseReason, NoPurchaseReason.JUST_LOOKING);
  assert.equal(visit.emotion?.satisfaction, 1);
  assert.deepEqual(wrong, []);
});

test("the keyboard alone checks somebody in: type, Enter, Enter", async () => {
  const { page, wrong } = await openDesk(chromium);
  await page.getByRole("searchbox").pressSequentially("+442079460044", { delay: 5 });
  await page.keyboard.press("Enter");
  await pass(page, 200);
  await card(page).getByText(/Apologise first/).waitFor();
  await page.locator("button.big:focus", { hasText: "Check in" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Checked in", { exact: true }).waitFor();
  await inHouse(page, /Rufus Adeyemi.*Apologise first/s).waitFor();
  assert.deepEqual(wrong, []);
});

test("a name is found from three letters on, whatever is mistyped, and told apart by what is known besides", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "ok");
  await page.getByText("Type at least 3 characters, or press Enter.").waitFor();
  await search(page, "af");
  await result(page, /Ms Okafor.*12/s).waitFor();
  await page.getByRole("searchbox").fill("addeyemi rufus");
  await pass(page, 200);
  await result(page, /Rufus Adeyemi/).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await card(page).getByText(/Apologise first/).waitFor();
  assert.deepEqual(wrong, []);
});

test("what was done by mistake is taken back within a minute", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await checkIn(page);
  await inHouse(page, /Ms Okafor/).waitFor();
  await button(page, /^Undo/).click();
  await page.getByText("Undone").waitFor();
  await inHouse(page, /Ms Okafor/).waitFor({ state: "detached" });
  assert.equal((await visits(guests.amara)).filter((one) => one.state === Visit.OPEN).length, 0);

  await here.desk.checkIn({ location: SHOP, who: { who: { case: "customer", value: guests.amara } } });
  await inHouse(page, /Ms Okafor/).click();
  await button(page, "Bought").click();
  await inHouse(page, /Ms Okafor/).waitFor({ state: "detached" });
  await button(page, /^Undo/).click();
  await inHouse(page, /Ms Okafor/).waitFor();
  assert.deepEqual(wrong, []);
});

test("what could not be taken back since the connection went is offered to be again", async () => {
  const { page } = await openDesk(chromium);
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await checkIn(page);
  await inHouse(page, /Ms Okafor/).waitFor();
  await lost(page, "UndoAction");
  await button(page, /^Undo/).click();
  await page.getByText("That is not taken back yet.").waitFor();
  await comes(page, page.getByText("Online", { exact: true }));
  await button(page, /^Undo/).click();
  await page.getByText("Undone").waitFor();
  await inHouse(page, /Ms Okafor/).waitFor({ state: "detached" });
});

test("p7 what went wrong comes first, before anything that is said or handed over", async () => {
  const { page } = await openDesk(chromium);
  await search(page, "020 7946 0044");
  await result(page, /Rufus/).click();
  const sections = card(page).locator("section");
  await sections.first().waitFor();
  assert.match(await sections.first().innerText(), /First[\s\S]*the strainer we sent was cracked/);
});

test("two who share a number are asked about, and a visit entered for the wrong one is corrected", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "020 7946 0077");
  await page.getByText("Several fit. Ask for the name, then choose:").waitFor();
  assert.equal(await card(page).count(), 0, "no history before it is clear who it is");
  await result(page, "Ruth Baker").click();
  // However slow the service is: what is tapped right after the check-in is said of the visit.
  const answer = await held(page, "CheckIn");
  await button(page, "Check in").click();
  await answer.isThere();
  assert.ok(await button(page, "Not this person").isDisabled());
  answer.comes();
  await button(page, "Not this person").click();
  await search(page, "020 7946 0077");
  await result(page, "Tom Baker").click();
  await page.getByText("Corrected").waitFor();
  await page.getByRole("heading", { name: "Tom Baker" }).waitFor();
  assert.equal((await visits(guests.ruth)).length, 0);
  assert.equal((await visits(guests.tom)).length, 1);
  assert.deepEqual(wrong, []);
});

test("whoever is not known is entered with what they gave, or as a stranger", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "nobody@example.com");
  await page.getByText("Nobody found.").waitFor();
  await button(page, "New or unknown").click();
  assert.equal(await page.getByLabel(/^E-mail/).inputValue(), "nobody@example.com");
  await page.getByLabel(/^Name/).fill("Noor Haddad");
  await checkIn(page);
  await inHouse(page, /Noor Haddad/).waitFor();

  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell them again/).fill("blue coat, asked for the red teapot");
  await checkIn(page, 1);
  await inHouse(page, /blue coat/).click();
  await button(page, "Undecided").click();
  await page.getByText("Checked out").waitFor();
  assert.deepEqual(wrong, []);
});

test("whoever left without being known is known later, and their visit is theirs", async () => {
  const { page, wrong } = await openDesk(chromium);
  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell them again/).fill("yellow umbrella");
  await checkIn(page);
  await inHouse(page, /yellow umbrella/).click();
  await button(page, "Only looked").click();
  await page.getByText("Checked out").waitFor();
  await page.getByText(/left without being known/).click();
  await inHouse(page, /yellow umbrella/).click();
  await page.getByText("Who was that: yellow umbrella?").waitFor();
  const before = (await visits(guests.tom)).length;
  await search(page, "020 7946 0077");
  await result(page, "Tom Baker").click();
  await page.getByText("Corrected").waitFor();
  await page.getByRole("heading", { name: "Tom Baker" }).waitFor();
  await inHouse(page, /yellow umbrella/).waitFor({ state: "detached" });
  const his = await visits(guests.tom);
  assert.equal(his.length, before + 1);
  assert.ok(his.some((one) => one.stranger === "yellow umbrella" && one.state === Visit.CLOSED));
  assert.equal(await inHouse(page, /Tom Baker/).count(), 0, "he is not here again");
  assert.deepEqual(wrong, []);
});

test("p11 who writes about somebody's health is told at once that they can read it, and can take it back", async () => {
  const { page, wrong } = await openDesk(chromium);
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await checkIn(page);
  await button(page, "Hide").click();
  await inHouse(page, /Ms Okafor/).click();
  await page.getByText("Add details").click();
  await page.getByText(/They can ask to read it/).waitFor();
  await page.getByLabel(/words they may read/).fill("She is pregnant again.");
  await button(page, "Only looked").click();
  await page.getByText("This seems to be about health. They can read it: better take it back.").waitFor();
  await button(page, /^Undo/).last().click();
  await page.getByText("Undone").waitFor();
  await inHouse(page, /Ms Okafor/).waitFor();
  const [visit] = await visits(guests.amara);
  assert.equal(visit?.remarks, "");
  assert.deepEqual(wrong, []);
});

test("arrivals are seen as they happen, at every desk", async () => {
  const { page } = await openDesk(chromium);
  await page.getByText("live", { exact: true }).waitFor();
  const { interaction } = await here.desk.checkIn({ location: SHOP, who: { who: { case: "customer", value: guests.quiet } } });
  await inHouse(page, /Dr\. Ellis/).waitFor();
  await here.desk.checkOut({ interaction: interaction!.name, outcome: Outcome.PURCHASED });
  await inHouse(page, /Dr\. Ellis/).waitFor({ state: "detached" });
});

test("p12 details leave the screen after 20 seconds or a tap, and nothing of a person is stored on the device", async () => {
  const { page } = await openDesk(chromium);
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await card(page).getByText(/teapot/).first().waitFor();
  await pass(page, 19_000);
  assert.equal(await card(page).count(), 1);
  await pass(page, 1_500);
  await page.getByRole("heading", { name: "Details are hidden." }).waitFor();
  for (const column of [".find-column", ".visitor-column"]) {
    assert.doesNotMatch(await page.locator(column).innerText(), /Okafor|teapot|7946/);
  }
  assert.equal(await page.getByRole("searchbox").inputValue(), "");

  await button(page, "Show again").click();
  await card(page).getByText(/teapot/).first().waitFor();
  await button(page, "Hide").click();
  assert.equal(await card(page).count(), 0);

  const stored = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
  }));
  assert.deepEqual(stored, { local: [], session: [], cookies: "", databases: 0, caches: 0 });
});

test("p12 an answer that comes late pushes nobody aside and shows nothing again that was covered", async () => {
  const { page, wrong } = await openDesk(chromium);
  const first = await held(page, "CheckIn");
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await button(page, "Check in").click();
  await button(page, "Check in").click();
  await inHouse(page, /Ms Okafor/).waitFor();
  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell them again/).fill("red hat");
  first.comes();
  await page.getByText("Checked in", { exact: true }).waitFor();
  assert.equal(await page.getByLabel(/^How to tell them again/).inputValue(), "red hat");
  assert.equal((await visits(guests.amara)).filter((one) => one.state === Visit.OPEN).length, 1);

  const second = await held(page, "CheckIn");
  await search(page, "020 7946 0088");
  await result(page, /Dr\. Ellis/).click();
  await button(page, "Check in").click();
  await inHouse(page, /Ellis/).waitFor();
  await button(page, "Hide").click();
  second.comes();
  await page.getByText("Checked in", { exact: true }).nth(1).waitFor();
  await page.getByRole("heading", { name: "Details are hidden." }).waitFor();
  assert.equal(await card(page).count(), 0);
  assert.deepEqual(wrong, []);
});

test("p1 p2 without a connection check-ins are kept with their time, counted, and sent once on return", async () => {
  const { page, context, wrong } = await openDesk(chromium);
  await search(page, "020 7946 0088");
  await result(page, /Dr\. Ellis/).click();
  await card(page).getByText(/do not say the name aloud/).waitFor();

  await context.setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  const tapped = await page.evaluate(() => Date.now());
  await card(page).getByText(/do not say the name aloud/).waitFor();
  await card(page).getByRole("button", { name: "Check in" }).click();
  await page.getByText("Offline · 1 entry kept").waitFor();
  await page.getByRole("searchbox").fill("020 7946 0012");
  await page.keyboard.press("Enter");
  await page.getByText("Offline · 2 entries kept").waitFor();
  await button(page, "New or unknown").click();
  await page.getByLabel(/^How to tell them again/).fill("green scarf");
  await button(page, "Check in").click();
  await page.getByText("Offline · 3 entries kept").waitFor();
  await inHouse(page, /green scarf.*not sent yet/s).click();
  await button(page, "Had a question").click();
  await page.getByText("Offline · 4 entries kept").waitFor();

  // Ten minutes later, by the clocks of both.
  await here.advance("10m");
  await page.clock.fastForward(600_000);
  await context.setOffline(false);
  await comes(page, page.getByText("4 kept entries sent"));
  for (const customer of [guests.quiet, guests.amara]) {
    const open = (await visits(customer)).filter((one) => one.state === Visit.OPEN);
    assert.equal(open.length, 1);
    const startedMs = Number(open[0]!.startTime!.seconds) * 1_000;
    assert.ok(Math.abs(startedMs - tapped) < 60_000, "the time of the tap counts, not that of the sending");
  }
  const { interactions } = await here.interactions.listInteractions({ filter: `interaction.location = "${SHOP}"`, pageSize: 10 });
  const stranger = interactions.find((one) => one.stranger === "green scarf");
  assert.equal(stranger?.noPurchaseReason, NoPurchaseReason.QUESTION);
  assert.deepEqual(wrong.filter((line) => !line.includes("ERR_")), []);
});

test("p2 a check-in whose answer was lost counts once", async () => {
  const { page } = await openDesk(chromium);
  let calls = 0;
  await page.route("**/gratitude.v1.FrontDeskService/CheckIn", async (route) => {
    calls += 1;
    if (calls > 1) return route.continue();
    // The service does it; the desk never hears.
    await route.fetch();
    await route.abort("connectionreset");
  });
  await search(page, "020 7946 0012");
  await result(page, /Ms Okafor/).click();
  await card(page).getByText(/teapot/).first().waitFor();
  const before = (await visits(guests.amara)).length;
  await button(page, "Check in").click();
  await page.getByText(/1 entry kept|Checked in/).first().waitFor();
  await comes(page, page.getByText("1 kept entry sent"));
  assert.equal(calls, 2);
  assert.equal((await visits(guests.amara)).length, before + 1);
});
