import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { Gesture_State } from "../src/gen/gratitude/v1/gesture_pb";
import { NoteBatch_State } from "../src/gen/gratitude/v1/note_pb";
import { browser, held, openDesk, town } from "./support";

/** Calls, notes and the screen for customers. */

const here = town();
let chromium: Browser;
let guests: Awaited<ReturnType<typeof here.guests>>;

before(async () => {
  await here.openShop();
  guests = await here.guests();
  chromium = await browser();
});
after(() => chromium?.close());

test("a call is taken, seen as taken at the other desk, and told with one tap", async () => {
  const gesture = await here.call(guests.tom, "Tell him that the Darjeeling came in.");
  const [one, other] = [await openDesk(chromium), await openDesk(chromium)];
  const { page } = one;
  await page.getByLabel("You are").fill("Bea");
  await page.getByLabel("You are").press("Tab");
  await page.getByRole("button", { name: /Tom Baker/ }).click();
  await page.getByText("Tell him that the Darjeeling came in.").waitFor();
  assert.equal(await page.getByRole("link", { name: "+442079460077" }).getAttribute("href"), "tel:+442079460077");
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByText("Yours").waitFor();
  await other.page.clock.runFor(21_000);
  await other.page.getByRole("button", { name: /Tom Baker.*with Bea/s }).waitFor();

  await page.getByLabel(/^What they said/).fill("Will come by on Thursday.");
  await page.getByRole("button", { name: "Delighted" }).click();
  await page.getByText("Noted").waitFor();
  assert.equal((await here.gestures.getGesture({ name: gesture })).state, Gesture_State.COMPLETED);
  await page.getByText("No calls to make.").waitFor();
  assert.deepEqual([...one.wrong, ...other.wrong], []);
  await Promise.all([one.context.close(), other.context.close()]);
});

test("p5 a call is planned again for the time agreed by their clock, and no key reports one in passing", async () => {
  const gesture = await here.call(guests.tom, "Ask whether the crates arrived.");
  const { page, context, wrong } = await openDesk(chromium, { timezoneId: "America/New_York" });
  await page.getByLabel("You are").fill("Bea");
  await page.getByLabel("You are").press("Tab");
  await page.getByRole("button", { name: /Tom Baker/ }).click();
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByRole("button", { name: "Upset" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText("Call back at …").click();
  await page.getByText("Their time (Europe/London)").waitFor();
  await page.getByLabel("Call back at …").fill("2026-03-03T15:00");
  await page.getByRole("button", { name: "Plan it" }).click();
  await page.getByText("Noted").waitFor();
  const planned = await here.gestures.getGesture({ name: gesture });
  assert.equal(planned.state, Gesture_State.SCHEDULED);
  assert.equal(Number(planned.dueTime?.seconds), Date.parse("2026-03-03T15:00:00Z") / 1_000);
  assert.deepEqual(wrong, []);
  await here.gestures.cancelGesture({ name: gesture, reason: "done with" });
  await context.close();
});

test("what was said in a call outlives the closing of its entry, and a double click tells of it once", async () => {
  const gesture = await here.call(await here.guest("Lea Brandt", "+44 20 7946 0098"), "Ask whether the glaze held.");
  const { page, context, wrong } = await openDesk(chromium);
  let reports = 0;
  page.on("request", (request) => (reports += request.url().endsWith("/LogCall") ? 1 : 0));
  await page.getByLabel("You are").fill("Bea");
  await page.getByLabel("You are").press("Tab");
  await page.getByRole("button", { name: /Lea Brandt/ }).click();
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByLabel(/^What they said/).fill("The glaze is fine.");
  await page.getByRole("button", { name: /Lea Brandt/ }).click();
  await page.getByLabel(/^What they said/).waitFor({ state: "detached" });
  await page.getByRole("button", { name: /Lea Brandt/ }).click();
  assert.equal(await page.getByLabel(/^What they said/).inputValue(), "The glaze is fine.");
  const answer = await held(page, "LogCall");
  await page.getByRole("button", { name: "Delighted" }).dblclick();
  await answer.isThere();
  answer.comes();
  await page.getByText("Noted").waitFor();
  await page.getByText("No calls to make.").waitFor();
  assert.equal(reports, 1);
  assert.equal((await here.gestures.getGesture({ name: gesture })).state, Gesture_State.COMPLETED);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what can't be taken back is asked twice", async () => {
  const gesture = await here.call(guests.ruth, "Ask how the tasting set was received.");
  const { page, context } = await openDesk(chromium);
  await page.getByRole("button", { name: /Ruth Baker/ }).click();
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByText("First say who you are").waitFor();
  await page.getByLabel("You are").fill("Bea");
  await page.getByLabel("You are").press("Tab");
  await page.getByRole("button", { name: "Take this call" }).click();
  await page.getByRole("button", { name: "Wrong number" }).dblclick();
  await page.getByRole("button", { name: "Tap again to confirm" }).waitFor();
  await page.clock.runFor(700);
  assert.equal((await here.gestures.getGesture({ name: gesture })).state, Gesture_State.SCHEDULED);
  await page.getByRole("button", { name: "Tap again to confirm" }).click();
  await page.getByText("Noted").waitFor();
  await page.getByText("No calls to make.").waitFor();
  await context.close();
});

test("p4 a gift is handed over once, or taken back within a minute", async () => {
  const { page, context } = await openDesk(chromium);
  const waiting = page.getByRole("region", { name: "Notes waiting" }).getByRole("button", { name: /Ms Okafor/ });
  await waiting.click();
  await page.getByText("A tin of this year’s first flush").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await waiting.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByText("Undone").waitFor();
  await waiting.waitFor();
  await context.close();
});

test("notes that wait are read before they are approved", async () => {
  const batch = await here.batch("Thanks of the week");
  const { page, context, wrong } = await openDesk(chromium);
  await page.getByRole("button", { name: /Thanks of the week.*2 notes/s }).click();
  await page.getByText("the blue gaiwan").waitFor();
  await page.getByRole("button", { name: "Approve and send" }).click();
  await page.getByText("Approved").waitFor();
  assert.notEqual((await here.notes.getNoteBatch({ name: batch })).state, NoteBatch_State.READY);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("one note is printed from the desk, in a window of its own", async () => {
  await here.note(guests.tom, "Thank you for carrying the crates in with us.");
  const { page, context, wrong } = await openDesk(chromium);
  await page.getByRole("region", { name: "Notes waiting" }).getByRole("button", { name: /Tom Baker/ }).click();
  const [viewer, answer] = await Promise.all([
    context.waitForEvent("page"),
    page.waitForResponse((response) => response.url().endsWith("/PrintNote")),
    page.getByRole("button", { name: "Print" }).click(),
  ]);
  assert.ok((await answer.body()).includes("%PDF-"), "the answer holds the file");
  await viewer.waitForURL(/^blob:/, { waitUntil: "commit" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the screen for customers shows a greeting and nothing else", async () => {
  const { page, context, wrong } = await openDesk(chromium, { path: "?kiosk" });
  const enter = async (given: string) => {
    await page.getByRole("textbox").fill(given);
    await page.getByRole("button", { name: "I am here" }).click();
    await page.getByRole("heading").waitFor();
    return page.locator("body").innerText();
  };
  const regular = await enter("020 7946 0012");
  assert.match(regular, /Okafor/);
  assert.doesNotMatch(regular, /teapot|visit|Regular|bergamot|7946/);
  await page.clock.runFor(9_000);
  const unnamed = await enter("020 7946 0088");
  assert.doesNotMatch(unnamed, /Ellis/);
  await page.clock.runFor(9_000);
  for (const given of ["Rufus 1", "Rufus @", "7946 0044"]) {
    assert.doesNotMatch(await enter(given), /Rufus/, `a name or an end of a number greets nobody: ${given}`);
    await page.clock.runFor(9_000);
  }
  assert.match(await enter("٠٢٠ ٧٩٤٦ ٠٠١٢"), /Okafor/, "digits are digits in any script");
  await page.clock.runFor(9_000);
  const several = await enter("020 7946 0077");
  assert.doesNotMatch(several, /Baker|Ruth|Tom/);
  assert.deepEqual(wrong, []);

  await page.clock.runFor(9_000);
  await context.setOffline(true);
  assert.match(await enter("020 7946 0044"), /Please come to the desk/);
  await context.setOffline(false);
  const [taken] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith("/CheckIn")),
    page.clock.runFor(9_000),
  ]);
  assert.ok(taken.ok());
  const { interactions } = await here.interactions.listInteractions({ filter: `interaction.customer = "${guests.rufus}" AND interaction.state = OPEN` });
  assert.equal(interactions.length, 1, "p1: who came without a connection is here as well");
  await context.close();
});
