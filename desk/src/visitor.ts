import { effect, signal } from "@preact/signals";
import { arrived, left, present, visitOf, type Present } from "./arrivals";
import { desk, inWords, isSignedOut } from "./api";
import { serviceNow } from "./clock";
import { isOnline, noticed } from "./connection";
import { instantOf } from "./format";
import type { Card } from "./gen/gratitude/v1/card_pb";
import type { Gesture } from "./gen/gratitude/v1/gesture_pb";
import type { Interaction } from "./gen/gratitude/v1/interaction_pb";
import { t } from "./i18n";
import { checkIn, checkOut, OutboxFull, refused, requestId, waiting, type Arriving, type Ending, type Whom } from "./outbox";
import { clearSearch } from "./search";
import { askToSignIn } from "./session";
import { locationName, staff } from "./state";
import { tell, tellError } from "./toasts";
import { undoing } from "./undo";

/** Who is at the desk right now, and what the desk does with them. */

export type Visitor =
  | { kind: "nobody" }
  /** A customer. Without card while it is read, and while there is no connection. */
  | { kind: "customer"; customer: string; displayName: string; card?: Card; visit?: Present | Arriving; isJustIn?: boolean }
  /** A visit of somebody who is not known. */
  | { kind: "stranger"; visit: Present | Arriving }
  /** Somebody who is about to be entered; `typed` is what was searched for. */
  | { kind: "newcomer"; typed: string }
  /** Covered: nothing of them is left but who it was. */
  | { kind: "hidden"; who: Exclude<Visitor, { kind: "hidden" | "nobody" }> };

export const visitor = signal<Visitor>({ kind: "nobody" });

/** A visit that was entered for the wrong person, while the right one is looked for. */
export const correcting = signal<Present | undefined>(undefined);

export function isUnsent(visit: Present | Arriving): visit is Arriving {
  return "requestId" in visit;
}

export function dismissVisitor(): void {
  visitor.value = { kind: "nobody" };
  correcting.value = undefined;
}

/** Somebody else ended, corrected or took back the visit that is shown here: show it as it is now. */
effect(() => {
  const now = new Map(present.value.map((one) => [one.visit, one]));
  const shown = visitor.peek();
  if ((shown.kind !== "customer" && shown.kind !== "stranger") || !shown.visit || isUnsent(shown.visit)) return;
  const visit = now.get(shown.visit.visit);
  if (!visit) dismissVisitor();
  else if (visit.customer !== shown.visit.customer && correcting.peek() === undefined) showPresent(visit);
});

/** Covers what is shown; who it was can be shown again. */
export function coverVisitor(): void {
  const shown = visitor.value;
  if (shown.kind === "hidden" || shown.kind === "nobody") return;
  const who = shown.kind === "customer" ? withoutCard(shown) : shown;
  visitor.value = { kind: "hidden", who: who.kind === "customer" ? { ...who, displayName: "" } : who };
  clearSearch();
}

function withoutCard({ kind, customer, displayName, visit }: Extract<Visitor, { kind: "customer" }>) {
  return { kind, customer, displayName, ...(visit && { visit }) } as const;
}

export async function uncover(): Promise<void> {
  if (visitor.value.kind !== "hidden") return;
  const { who } = visitor.value;
  if (who.kind === "customer") await showCustomer(who.customer, who.displayName, who.visit);
  else visitor.value = who;
}

/** Shows somebody who was chosen, or whose visit was. */
export async function showCustomer(customer: string, displayName: string, visit?: Present | Arriving): Promise<void> {
  const going = visit ?? visitOf(customer);
  const shown = { kind: "customer", customer, displayName, ...(going && { visit: going }) } as const;
  visitor.value = shown;
  if (!isOnline.value) return;
  try {
    const { card } = await desk.recognize({ location: locationName.value, customer });
    if (visitor.value === shown && card) visitor.value = { ...shown, displayName: card.displayName, card };
  } catch (error) {
    if (visitor.value === shown && !noticed(error)) visitor.value = { kind: "nobody" };
    fail(error);
  }
}

export function showPresent(one: Present): void {
  if (one.customer) void showCustomer(one.customer, one.displayName, one);
  else visitor.value = { kind: "stranger", visit: one };
}

export function showUnsent(entry: Arriving): void {
  visitor.value =
    "customer" in entry.whom
      ? { kind: "customer", ...entry.whom, visit: entry }
      : { kind: "stranger", visit: entry };
}

/** Opens a visit: one tap after whoever it is has been chosen. */
export async function arrive(whom: Whom): Promise<void> {
  const answer = await trying(() => checkIn(whom));
  if (!answer) return kept();
  const { interaction, card, undo } = answer;
  if (!interaction) return;
  clearSearch();
  show(presentOf(interaction, card), card);
  tell(t.value["checkIn.done"], undoing(undo, dismissVisitor, fail));
}

/** Whose visit has just begun, or become theirs. */
function show(visit: Present, card: Card | undefined): void {
  arrived(visit);
  visitor.value = card
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
  const answer = await trying(() => checkOut(isUnsent(visit) ? visit : visit.visit, ending));
  if (!answer) return kept();
  if (answer.interaction) left(answer.interaction.name);
  dismissVisitor();
  tell(t.value["checkOut.done"], undoing(answer.undo, () => {}, fail));
}

/** What was tapped is on its way, or refused; either way the next person can be served. */
function kept(): void {
  const why = refused.value.at(-1)?.refusal;
  if (why) tellError(why);
  else if (waiting.value.length > 0) tell(t.value["offline.kept"](waiting.value.length));
  clearSearch();
  dismissVisitor();
}

/** The visit is somebody else's, or nobody's whom we know. */
export async function correct(visit: Present, customer: string): Promise<void> {
  const answer = await trying(() => desk.reassignVisit({ interaction: visit.visit, customer, requestId: requestId() }));
  if (!answer?.interaction) return;
  const { interaction, card, undo } = answer;
  correcting.value = undefined;
  clearSearch();
  tell(t.value["notThem.done"], undoing(undo, dismissVisitor, fail));
  show(presentOf(interaction, card), card);
}

/** What was waiting for them was said or handed over. `changed` is called then, and when it was taken back. */
export async function complete({ name, etag }: Gesture, changed: () => void = () => {}): Promise<void> {
  const request = { gesture: name, etag, staff: staff.value, requestId: requestId() };
  const answer = await trying(() => desk.acknowledgeGesture(request));
  if (!answer) return;
  const takenBack = () => {
    changed();
    void showAgain();
  };
  changed();
  tell(t.value["card.done"], undoing(answer.undo, takenBack, fail));
  const shown = visitor.value;
  if (shown.kind === "customer" && shown.card) {
    const handOver = shown.card.handOver.filter((one) => one.name !== name);
    visitor.value = { ...shown, card: { ...shown.card, handOver } };
  }
}

/** Reads the card that is shown anew. */
async function showAgain(): Promise<void> {
  const shown = visitor.value;
  if (shown.kind === "customer") await showCustomer(shown.customer, shown.displayName, shown.visit);
}

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
