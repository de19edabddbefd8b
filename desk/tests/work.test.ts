import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Gesture_State } from "../src/gen/gratitude/v1/gesture_pb";
import { NoteBatch_State } from "../src/gen/gratitude/v1/note_pb";
import { browser, button, closeDesks, comes, field, held, lost, openDesk, pass, town } from "./support";
import { SHOP } from "./town";

/** Calls, notes and the screen for customers. */

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

/** The entry of somebody, for a call or a note. */
const entry = (page: Page, name: string) => page.getByRole("listitem").filter({ has: page.getByRole("button", { name }) });

/** Says at the top of the page who works there. */
async function sayWho(page: Page, name: string): Promise<void> {
  await field(page, /^You are/).fill(name);
  await field(page, /^You are/).press("Tab");
}

async function take(page: Page, name: string): Promise<void> {
  await entry(page, name).getByRole("button", { name }).click();
  await button(page, "Take this call").click();
}

async function stateOf(gesture: string): Promise<Gesture_State> {
  return (await here.gestures.getGesture({ name: gesture })).state;
}

/** How often the page has asked for something. */
function counted(page: Page, method: string): () => number {
  let count = 0;
  page.on("request", (request) => (count += request.url().endsWith(`/${method}`) ? 1 : 0));
  return () => count;
}

const words = (page: Page) => field(page, /^What they said/);

test("a call is taken, seen as taken at the other desk, and told with one tap", async () => {
  const gesture = await here.call(await here.guest("Nora Kemp", "+44 20 7946 0061"), "Tell her that the Darjeeling came in.");
  const [one, other] = [await openDesk(chromium), await openDesk(chromium)];
  const { page } = one;
  await sayWho(page, "Bea");
  await take(page, "Nora Kemp");
  await page.getByText("Tell her that the Darjeeling came in.").waitFor();
  assert.equal(await page.getByRole("link", { name: "+442079460061" }).getAttribute("href"), "tel:+442079460061");
  await entry(page, "Nora Kemp").getByText("Yours").waitFor();
  await entry(other.page, "Nora Kemp").waitFor();
  await pass(other.page, 21_000);
  await other.page.getByRole("button", { name: /Nora Kemp.*with Bea/s }).waitFor();

  await words(page).fill("Will come by on Thursday.");
  await button(page, "Delighted").click();
  await page.getByText("Noted").waitFor();
  assert.equal(await stateOf(gesture), Gesture_State.COMPLETED);
  await page.getByText("No calls to make.").waitFor();
  assert.deepEqual([...one.wrong, ...other.wrong], []);
});

test("p5 a call is planned again for the time agreed by their clock, and no key reports one in passing", async () => {
  const gesture = await here.call(await here.guest("Otto Brand", "+44 20 7946 0062"), "Ask whether the crates arrived.");
  const { page, wrong } = await openDesk(chromium, { timezoneId: "America/New_York" });
  await sayWho(page, "Bea");
  await take(page, "Otto Brand");
  await button(page, "Upset").focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText("Call back at …").click();
  await page.getByText("Their time (Europe/London)").waitFor();
  await field(page, /^Call back at …/).fill("2026-03-03T15:00");
  await button(page, "Plan it").click();
  await page.getByText("Noted").waitFor();
  const planned = await here.gestures.getGesture({ name: gesture });
  assert.equal(planned.state, Gesture_State.SCHEDULED);
  assert.equal(Number(planned.dueTime?.seconds), Date.parse("2026-03-03T15:00:00Z") / 1_000);
  assert.deepEqual(wrong, []);
  await here.gestures.cancelGesture({ name: gesture, reason: "done with" });
});

test("what was said in a call outlives the closing of its entry, and a double click tells of it once", async () => {
  const gesture = await here.call(await here.guest("Lea Brandt", "+44 20 7946 0063"), "Ask whether the glaze held.");
  const { page, wrong } = await openDesk(chromium);
  const reports = counted(page, "LogCall");
  await sayWho(page, "Bea");
  await take(page, "Lea Brandt");
  await words(page).fill("The glaze is fine.");
  await button(page, /Lea Brandt/).click();
  await words(page).waitFor({ state: "detached" });
  await button(page, /Lea Brandt/).click();
  assert.equal(await words(page).inputValue(), "The glaze is fine.");
  const answer = await held(page, "LogCall");
  await button(page, "Delighted").dblclick();
  await answer.isThere();
  answer.comes();
  await page.getByText("Noted").waitFor();
  await page.getByText("No calls to make.").waitFor();
  assert.equal(reports(), 1);
  assert.equal(await stateOf(gesture), Gesture_State.COMPLETED);
  assert.deepEqual(wrong, []);
});

test("who says who they are while the page still comes up has said it", async () => {
  await here.call(await here.guest("Ada Lomax", "+44 20 7946 0064"), "Ask whether the lid fits.");
  const { page, wrong } = await openDesk(chromium);
  const [session, locations] = [await held(page, "desk/session"), await held(page, "ListLocations")];
  await page.reload();
  await field(page, /^You are/).pressSequentially("Be");
  session.comes();
  await locations.isThere();
  locations.comes();
  await entry(page, "Ada Lomax").waitFor();
  await page.keyboard.type("a");
  assert.equal(await field(page, /^You are/).inputValue(), "Bea");
  await page.keyboard.press("Tab");
  await take(page, "Ada Lomax");
  await entry(page, "Ada Lomax").getByText("Yours").waitFor();
  assert.deepEqual(wrong, []);
});

test("a double click takes a call once, and gives it back once", async () => {
  await here.call(await here.guest("Ivo Marsh", "+44 20 7946 0065"), "Ask how the kettle pours.");
  const { page, wrong } = await openDesk(chromium);
  const [taken, givenBack] = [counted(page, "TakeGesture"), counted(page, "ReleaseGesture")];
  await sayWho(page, "Bea");
  await button(page, /Ivo Marsh/).click();
  const taking = await held(page, "TakeGesture");
  await button(page, "Take this call").dblclick();
  await taking.isThere();
  taking.comes();
  await entry(page, "Ivo Marsh").getByText("Yours").waitFor();
  const givingBack = await held(page, "ReleaseGesture");
  await button(page, "Give back").dblclick();
  await givingBack.isThere();
  givingBack.comes();
  await button(page, "Take this call").waitFor();
  assert.deepEqual([taken(), givenBack()], [1, 1]);
  assert.equal(await page.locator(".toast.danger").count(), 0);
  assert.deepEqual(wrong, []);
});

test("what can't be taken back is asked twice", async () => {
  const gesture = await here.call(await here.guest("Una Petrie", "+44 20 7946 0066"), "Ask how the tasting set was received.");
  const { page } = await openDesk(chromium);
  await take(page, "Una Petrie");
  await page.getByText("First say who you are").waitFor();
  await sayWho(page, "Bea");
  await button(page, "Take this call").click();
  await button(page, "Wrong number").dblclick();
  await button(page, "Tap again to confirm").waitFor();

  // The second half of a double click is that also where a busy page comes to it late.
  await page.evaluate(() => {
    const tappedAt = performance.now();
    addEventListener("click", (event) => Object.defineProperty(event, "timeStamp", { value: tappedAt }), { capture: true, once: true });
  });
  await pass(page, 700);
  await button(page, "Tap again to confirm").click();
  await pass(page, 100);
  assert.equal(await stateOf(gesture), Gesture_State.SCHEDULED);

  await button(page, "Tap again to confirm").click();
  await page.getByText("Noted").waitFor();
  await page.getByText("No calls to make.").waitFor();
});

test("p4 a gift is handed over once, or taken back within a minute", async () => {
  const { page } = await openDesk(chromium);
  const waiting = page.getByRole("region", { name: "Notes waiting" }).getByRole("button", { name: /Ms Okafor/ });
  await waiting.click();
  await page.getByText("A tin of this year’s first flush").waitFor();
  const handedOver = counted(page, "AcknowledgeGesture");
  const answer = await held(page, "AcknowledgeGesture");
  await button(page, "Done").dblclick();
  await answer.isThere();
  answer.comes();
  await waiting.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByText("Undone").waitFor();
  await waiting.waitFor();
  assert.equal(handedOver(), 1);
});

test("notes that wait are read before they are approved", async () => {
  const batch = await here.batch("Thanks of the week");
  const { page, wrong } = await openDesk(chromium);
  await page.getByRole("button", { name: /Thanks of the week.*2 notes/s }).click();
  await page.getByText("the blue gaiwan").waitFor();
  const approvals = counted(page, "ApproveNoteBatch");
  const answer = await held(page, "ApproveNoteBatch");
  await button(page, "Approve and send").dblclick();
  await answer.isThere();
  answer.comes();
  await page.getByText("Approved").waitFor();
  assert.equal(approvals(), 1);
  assert.notEqual((await here.notes.getNoteBatch({ name: batch })).state, NoteBatch_State.READY);
  assert.deepEqual(wrong, []);
});

test("notes that could not be read are not approved, and are there once they can", async () => {
  await here.batch("Thanks of the day");
  const { page } = await openDesk(chromium);
  await lost(page, "ListNotes");
  await button(page, /Thanks of the day/).click();
  await page.getByText("Offline", { exact: true }).waitFor();
  assert.equal(await button(page, "Approve and send").count(), 0);
  await comes(page, page.getByText("the blue gaiwan"));
  await button(page, "Approve and send").waitFor();
});

test("one note is printed from the desk, in a window of its own", async () => {
  await here.note(await here.guest("Piet Vos", "+44 20 7946 0067"), "Thank you for carrying the crates in with us.");
  const { page, context, wrong } = await openDesk(chromium);
  await page.getByRole("region", { name: "Notes waiting" }).getByRole("button", { name: /Piet Vos/ }).click();
  const [viewer, answer] = await Promise.all([
    context.waitForEvent("page"),
    page.waitForResponse((response) => response.url().endsWith("/PrintNote")),
    page.getByRole("button", { name: "Print" }).click(),
  ]);
  assert.ok((await answer.body()).includes("%PDF-"), "the answer holds the file");
  await viewer.waitForURL(/^blob:/, { waitUntil: "commit" });
  assert.deepEqual(wrong, []);
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
  await pass(page, 9_000);
  const unnamed = await enter("020 7946 0088");
  assert.doesNotMatch(unnamed, /Ellis/);
  await pass(page, 9_000);
  for (const given of ["Rufus 1", "Rufus @", "7946 0044"]) {
    assert.doesNotMatch(await enter(given), /Rufus/, `a name or an end of a number greets nobody: ${given}`);
    await pass(page, 9_000);
  }
  assert.match(await enter("٠٢٠ ٧٩٤٦ ٠٠١٢"), /Okafor/, "digits are digits in any script");
  await pass(page, 9_000);
  const several = await enter("020 7946 0077");
  assert.doesNotMatch(several, /Baker|Ruth|Tom/);
  assert.deepEqual(wrong, []);

  await pass(page, 9_000);
  await context.setOffline(true);
  assert.match(await enter("020 7946 0044"), /Please come to the desk/);
  await context.setOffline(false);
  const [taken] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith("/CheckIn")),
    pass(page, 9_000),
  ]);
  assert.ok(taken.ok());
  const { interactions } = await here.interactions.listInteractions({ filter: `interaction.customer = "${guests.rufus}" AND interaction.state = OPEN` });
  assert.equal(interactions.length, 1, "p1: who came without a connection is here as well");
});

test("the screen for customers takes no number before it knows where it stands", async () => {
  const { page, wrong } = await openDesk(chromium, { path: "?kiosk" });
  const locations = await held(page, "ListLocations");
  await page.reload();
  await locations.isThere();
  await page.getByRole("textbox").fill("020 7946 0077");
  await page.keyboard.press("Enter");
  assert.ok(await button(page, "I am here").isDisabled());
  locations.comes();
  await button(page, "I am here").click();
  await page.getByRole("heading").waitFor();
  const { interactions } = await here.interactions.listInteractions({ filter: "interaction.state = OPEN", pageSize: 50 });
  assert.deepEqual(interactions.filter((one) => one.location !== SHOP), []);
  assert.deepEqual(wrong, []);
});

test("a page that comes up while the service can't answer yet goes on once it can", async () => {
  await here.call(await here.guest("Eve Hart", "+44 20 7946 0068"), "Ask how the pu-erh is.");
  const { page } = await openDesk(chromium);
  await entry(page, "Eve Hart").waitFor();
  await page.route("**/desk/session", (route) => route.fulfill({ status: 503 }), { times: 1 });
  await page.reload();
  await page.getByText("Offline", { exact: true }).waitFor();
  await comes(page, entry(page, "Eve Hart"));
});
