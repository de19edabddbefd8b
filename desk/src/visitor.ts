import { computed, effect, signal, type Signal } from "@preact/signals";
import { arrived, left, present, visitOf, type Present } from "./arrivals";
import { desk, inWords, isSignedOut } from "./api";
import { serviceNow } from "./clock";
import { isOnline, noticed, onReturn } from "./connection";
import { clockTime, instantOf } from "./format";
import { Interaction_State as State } from "./gen/gratitude/v1/interaction_pb";
import type { Card } from "./gen/gratitude/v1/card_pb";
import type { Gesture } from "./gen/gratitude/v1/gesture_pb";
import type { Interaction } from "./gen/gratitude/v1/interaction_pb";
import { t } from "./i18n";
import { startingWith, type Faults, type Newcomer } from "./newcomer";
import { checkIn, checkInCorrected, checkOut, discard, entries, isLeaving, onSentLate, OutboxFull, requestId, waiting, type Arriving, type Ending, type Entry, type Sent, type Whom } from "./outbox";
import { withAdvice } from "./hints";
import { once } from "./once";
import { clearSearch, isEntered } from "./search";
import { askToSignIn } from "./session";
import { locationName, staff } from "./state";
import { readStrangers } from "./strangers";
import { tell, tellError } from "./toasts";
import { undoing } from "./undo";

/** Who is at the desk right now, and what the desk does with them. */

export type Visitor =
  | { kind: "nobody" }
  /** A customer. Without card while it is read, and while there is no connection. */
  | { kind: "customer"; customer: string; displayName: string; card?: Card; visit?: Present | Arriving; isJustIn?: boolean; isCorrecting?: boolean }
  /** A visit of somebody who is not known. */
  | { kind: "stranger"; visit: Present | Arriving; isCorrecting?: boolean }
  /** A visit that has ended, of somebody who may be known now. */
  | { kind: "gone"; visit: Present }
  /** Somebody who is about to be entered. */
  | { kind: "newcomer"; form: NewcomerForm }
  /** Covered: nothing of them is left but who it was. */
  | { kind: "hidden"; who: Coverable };
type Coverable = Exclude<Visitor, { kind: "hidden" | "nobody" | "gone" }>;

/** What is filled in of a newcomer: in memory, so that neither covering nor a refusal loses it. */
export interface NewcomerForm {
  said: Signal<Newcomer>;
  faults: Signal<Faults>;
  /** The arrival that was refused and is corrected by it. */
  entry?: Arriving;
}

export const visitor = signal<Visitor>({ kind: "nobody" });

/** The visit whose correction is on its way: until that is answered, whoever is chosen is simply served. */
const reassigning = signal<string | undefined>(undefined);

/** A visit that was entered for the wrong person, while the right one is looked for: as long as it is what is shown. */
export const correcting = computed(() => {
  const visit = toCorrect(visitor.value);
  return visit?.visit === reassigning.value ? undefined : visit;
});

function toCorrect(shown: Visitor): Present | undefined {
  if (shown.kind === "gone") return shown.visit;
  if ((shown.kind !== "customer" && shown.kind !== "stranger") || !shown.isCorrecting) return undefined;
  return shown.visit && !isUnsent(shown.visit) ? shown.visit : undefined;
}

/** Whoever is shown is not whose visit it is: the search finds who is. Or they are after all. */
export function setCorrecting(isCorrecting: boolean): void {
  const shown = visitor.value;
  if (shown.kind === "customer" || shown.kind === "stranger") turnTo({ ...shown, isCorrecting });
}

/** The desk turns to somebody: whoever was looked for before does not come up by themselves any more. */
function turnTo(next: Visitor): void {
  isEntered.value = false;
  visitor.value = next;
}

export function isUnsent(visit: Present | Arriving): visit is Arriving {
  return "requestId" in visit;
}

export function dismissVisitor(): void {
  visitor.value = { kind: "nobody" };
}

/** Closes what is shown; what was filled in is only covered. */
export function closeVisitor(): void {
  if (isFilledIn()) coverVisitor();
  else dismissVisitor();
}

/** Whether somebody new was begun to be entered. */
export function isFilledIn(): boolean {
  const now = visitor.value;
  const who = now.kind === "hidden" ? now.who : now;
  return who.kind === "newcomer" && Object.values(who.form.said.peek()).some((text) => text.trim() !== "");
}

/** Somebody else ended, corrected or took back the visit that is shown here: show it as it is now. */
effect(() => {
  const now = new Map(present.value.map((one) => [one.visit, one]));
  const ours = reassigning.value;
  const shown = visitor.peek();
  if ((shown.kind !== "customer" && shown.kind !== "stranger") || !shown.visit || isUnsent(shown.visit)) return;
  const visit = now.get(shown.visit.visit);
  if (!visit) dismissVisitor();
  else if (visit.customer !== shown.visit.customer && visit.visit !== ours) showPresent(visit);
});

/** Covers what is shown; who it was can be shown again. */
export function coverVisitor(): void {
  const shown = visitor.value;
  if (shown.kind === "hidden" || shown.kind === "nobody") return;
  if (shown.kind === "gone") return dismissVisitor();
  visitor.value = { kind: "hidden", who: covered(shown) };
  clearSearch();
}

/** Who it was, without anything that is said of them; a correction that was begun is begun anew, or not. */
function covered(shown: Coverable): Coverable {
  if (shown.kind === "newcomer") return shown;
  if (shown.kind === "stranger") return { kind: "stranger", visit: shown.visit };
  const { kind, customer, visit } = shown;
  return { kind, customer, displayName: "", ...(visit && { visit }) };
}

/** Shows again who was covered, with their visit as it is by now. */
export async function uncover(): Promise<void> {
  if (visitor.value.kind !== "hidden") return;
  const { who } = visitor.value;
  if (who.kind === "newcomer") return turnTo(who);
  const visit = who.visit && asItIs(who.visit);
  if (visit && !isUnsent(visit)) showPresent(visit);
  else if (who.kind === "customer") await showCustomer(who.customer, who.displayName, visit);
  else if (visit) turnTo({ kind: "stranger", visit });
  else dismissVisitor();
}

/** A visit as the news have it now; nothing once it is over, or was given up. */
function asItIs(visit: Present | Arriving): Present | Arriving | undefined {
  if (isUnsent(visit) && entries.value.includes(visit)) return visit;
  return present.value.find((one) => one.visit === visit.visit);
}

/** Shows somebody who was chosen, or whose visit was. */
export async function showCustomer(customer: string, displayName: string, visit?: Present | Arriving): Promise<void> {
  const going = visit ?? visitOf(customer);
  const shown = { kind: "customer", customer, displayName, ...(going && { visit: going }) } as const;
  turnTo(shown);
  if (!isOnline.value) return;
  try {
    const { card } = await desk.recognize({ location: locationName.value, customer });
    const now = visitor.value;
    if (card && now.kind === "customer" && isSame(now, shown)) visitor.value = { ...now, displayName: card.displayName, card };
  } catch (error) {
    if (isStill(shown) && !noticed(error)) visitor.value = { kind: "nobody" };
    fail(error);
  }
}

export function showPresent(one: Present): void {
  if (one.customer) void showCustomer(one.customer, one.displayName, one);
  else turnTo({ kind: "stranger", visit: one });
}

/** Somebody knows who that was: the search finds whose visit it becomes. */
export function showGone(one: Present): void {
  turnTo({ kind: "gone", visit: one });
}

/** Somebody who is not found is entered; `typed` is what was searched for. */
export function showNewcomer(typed: string): void {
  turnTo({ kind: "newcomer", form: { said: signal(startingWith(typed)), faults: signal({}) } });
}

/** Whether a refused entry can be put right here. */
export function isCorrectable(entry: Entry): entry is Arriving {
  return entry.kind === "checkIn" && "newcomer" in entry.whom;
}

/** Somebody whose arrival was refused: what was typed, and what of it is wrong. */
export function showRefused(entry: Arriving): void {
  if (!("newcomer" in entry.whom)) return;
  turnTo({ kind: "newcomer", form: { said: signal(entry.whom.newcomer), faults: signal(entry.faults), entry } });
}

export function showUnsent(entry: Arriving): void {
  turnTo("customer" in entry.whom ? { kind: "customer", ...entry.whom, visit: entry } : { kind: "stranger", visit: entry });
}

/**
 * Whether what was shown then still is. The desk goes on while a call is under way: its answer must not push aside
 * whoever is served by then, nor show again what was covered.
 */
function isStill(then: Visitor): boolean {
  return isSame(visitor.value, then);
}

/** Whether what was shown then is covered now. */
function isCovered(then: Visitor): boolean {
  const now = visitor.value;
  return now.kind === "hidden" && isSame(now.who, then);
}

function isSame(one: Visitor, other: Visitor): boolean {
  if (one.kind === "customer" && other.kind === "customer") return one.customer === other.customer && keyOf(one.visit) === keyOf(other.visit);
  if (one.kind === "stranger" && other.kind === "stranger") return keyOf(one.visit) === keyOf(other.visit);
  return one === other;
}

function keyOf(visit: Present | Arriving | undefined): string | undefined {
  return visit && (isUnsent(visit) ? visit.requestId : visit.visit);
}

/** For whom a visit is being opened: a second tap while that is under way means the same. */
const arriving = signal<Visitor | undefined>(undefined);

/** Whether a visit is being opened for whoever is shown: until it is, nobody can say that it is somebody else's. */
export const isArriving = computed(() => arriving.value !== undefined && isStill(arriving.value));

/** Opens a visit: one tap after whoever it is has been chosen. */
export async function arrive(whom: Whom): Promise<void> {
  await opening(() => checkIn(whom));
}

/** Opens the visit of somebody whose form was filled in. */
export async function arriveNew({ said, faults, entry }: NewcomerForm): Promise<void> {
  const { name, phone, email, look } = said.peek();
  const newcomer = { name: name.trim(), phone: phone.trim(), email: email.trim(), look: look.trim() };
  faults.value = {};
  await opening(() => (entry ? checkInCorrected(entry, newcomer) : checkIn({ newcomer })));
}

async function opening(enter: () => Promise<Sent<Arriving>>): Promise<void> {
  const shown = visitor.value;
  if (isArriving.value && shown.kind !== "nobody") return;
  arriving.value = shown;
  clearSearch();
  const sent = await trying(enter);
  if (arriving.value === shown) arriving.value = undefined;
  if (!sent) return;
  if (!sent.answer) return isBackInForm(shown, sent.entry) ? undefined : kept(shown, sent.entry);
  const { interaction, card, undo, hints } = sent.answer;
  if (!interaction) return;
  const visit = presentOf(interaction, card);
  const isHere = arrived(visit, interaction.location);
  if (isHere && isStill(shown)) visitor.value = served(visit, card);
  else if (isHere && isCovered(shown)) visitor.value = { kind: "hidden", who: covered(served(visit, card)) };
  else dismissIf(shown);
  tell(withAdvice(t.value["checkIn.done"], hints), undoing(undo, () => left(visit.visit), fail));
}

/** What was refused is put right where it was typed, as long as the desk has not gone on to somebody else. */
function isBackInForm(shown: Visitor, entry: Arriving): boolean {
  if (shown.kind !== "newcomer" || !(isStill(shown) || isCovered(shown)) || !entry.refusal) return false;
  shown.form.faults.value = entry.faults;
  if (Object.keys(entry.faults).length === 0) tellError(entry.refusal);
  if (!shown.form.entry) discard(entry);
  return true;
}

/** The desk is done with whoever was shown, unless it has gone on already. */
function dismissIf(shown: Visitor): void {
  if (isStill(shown) || isCovered(shown)) dismissVisitor();
}

/** Whose visit has just begun, or become theirs. */
function served(visit: Present, card: Card | undefined): Coverable {
  return card
    ? { kind: "customer", customer: card.customer, displayName: card.displayName, card, visit, isJustIn: true }
    : { kind: "stranger", visit };
}

function presentOf(interaction: Interaction, card: Card | undefined): Present {
  return {
    visit: interaction.name,
    customer: interaction.customer,
    displayName: card?.displayName ?? "",
    stranger: interaction.stranger,
    since: instantOf(interaction.startTime) ?? serviceNow(),
    isUnclear: interaction.candidates.length > 0,
    isOwedApology: card?.first !== undefined,
  };
}

/** Ends a visit: a face, and how it ended. */
export async function leave(visit: Present | Arriving, ending: Ending): Promise<void> {
  if (isLeaving(visit)) return;
  const shown = visitor.value;
  const sent = await trying(() => (isUnsent(visit) ? checkOut(visit, ending) : checkOut(visit.visit, ending, visit.displayName || visit.stranger)));
  if (!sent) return;
  const { entry, answer } = sent;
  if (!answer) return kept(shown, entry);
  if (answer.interaction) left(answer.interaction.name);
  dismissIf(shown);
  void readStrangers();
  tell(withAdvice(t.value["checkOut.done"], answer.hints), undoing(answer.undo, () => void readStrangers(), fail));
}

/** What was tapped is on its way, or refused; either way the next person can be served. */
function kept(shown: Visitor, entry: Entry): void {
  if (entry.refusal) tellError(entry.refusal);
  else if (waiting.value.length > 0) tell(t.value["offline.kept"](waiting.value.length));
  dismissIf(shown);
}

/** Takes back what has not been sent. */
export function withdraw(entry: Arriving): void {
  if (entry.isTried) return;
  discard(entry);
  dismissVisitor();
  tell(t.value["undo.done"]);
}

onSentLate((entry, { interaction, hints, undo }) => {
  const done = `${clockTime(entry.tappedAt)} · ${t.value[entry.kind === "checkIn" ? "checkIn.done" : "checkOut.done"]}`;
  const takenBack = () => (entry.kind === "checkIn" ? left(interaction?.name ?? "") : void readStrangers());
  tell(withAdvice(done, hints), undoing(undo, takenBack, fail));
});

/** The visit is somebody else's, or nobody's whom we know. */
export async function correct(visit: Present, customer: string): Promise<void> {
  if (reassigning.peek() === visit.visit) return;
  clearSearch();
  reassigning.value = visit.visit;
  await reassign(visit, customer);
  if (reassigning.peek() === visit.visit) reassigning.value = undefined;
}

async function reassign(visit: Present, customer: string): Promise<void> {
  const shown = visitor.value;
  const answer = await trying(() => desk.reassignVisit({ interaction: visit.visit, customer, requestId: requestId() }));
  if (!answer?.interaction) return;
  const { interaction, card, undo } = answer;
  const corrected = presentOf(interaction, card);
  void readStrangers();
  const isHere = interaction.state === State.OPEN && arrived(corrected, interaction.location);
  if (isStill(shown)) showCorrected(interaction.state, isHere, corrected, card);
  const now = visitor.value;
  const takenBack = () => {
    if (isStill(now)) dismissVisitor();
    void readStrangers();
  };
  tell(t.value["notThem.done"], undoing(undo, takenBack, fail));
}

function showCorrected(state: State, isHere: boolean, visit: Present, card: Card | undefined): void {
  if (isHere) visitor.value = served(visit, card);
  // Who has left is not here again for being known now.
  else if (card && state !== State.OPEN) visitor.value = { kind: "customer", customer: card.customer, displayName: card.displayName, card };
  else dismissVisitor();
}

/** What was waiting for them was said or handed over. `changed` is called then, and when it was taken back. */
export async function complete({ name, etag }: Gesture, changed: () => Promise<void> = async () => {}): Promise<void> {
  await once(name, async () => {
    const request = { gesture: name, etag, staff: staff.value, requestId: requestId() };
    const answer = await trying(() => desk.acknowledgeGesture(request));
    if (!answer) return;
    const takenBack = () => {
      void changed();
      void showAgain();
    };
    tell(t.value["card.done"], undoing(answer.undo, takenBack, fail));
    const shown = visitor.value;
    if (shown.kind === "customer" && shown.card) {
      const handOver = shown.card.handOver.filter((one) => one.name !== name);
      visitor.value = { ...shown, card: { ...shown.card, handOver } };
    }
    await changed();
  });
}

/** Reads the card that is shown anew. */
async function showAgain(): Promise<void> {
  const shown = visitor.value;
  if (shown.kind === "customer") await showCustomer(shown.customer, shown.displayName, shown.visit);
}

/** A card that the connection was lost over. */
onReturn(() => {
  const shown = visitor.peek();
  if (shown.kind === "customer" && !shown.card) void showAgain();
});

/** Says what went wrong, where the connection does not say it already. */
export function fail(error: unknown): void {
  if (error instanceof OutboxFull) return tellError(t.value["outbox.full"]);
  if (isSignedOut(error)) return askToSignIn();
  if (!noticed(error)) tellError(inWords(error));
}

async function trying<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    fail(error);
    return undefined;
  }
}
