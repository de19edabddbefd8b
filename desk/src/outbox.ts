import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { computed, effect, signal } from "@preact/signals";
import { desk, inWords, isPassing, isSignedOut } from "./api";
import { serviceNow } from "./clock";
import { isOnline, noticed, onReturn } from "./connection";
import { checkOutDrafts } from "./drafts";
import { recognizedBy } from "./given";
import { faultsOf, identified, nobody, profiled, type Faults, type Newcomer } from "./newcomer";
import type { CheckInResponse, CheckOutResponse } from "./gen/gratitude/v1/front_desk_service_pb";
import { FeelingAbout, NoPurchaseReason, Outcome } from "./gen/gratitude/v1/interaction_kinds_pb";
import { askToSignIn, mustSignIn } from "./session";
import { locationName, staff } from "./state";

/**
 * Arrivals and departures on their way to the service. Each keeps the time of its tap and the key under which the service
 * knows a repetition, so that it counts once however often it is sent. They live in memory only: nothing personal is
 * stored on the device, and the page warns before it is closed with some of them unsent.
 */

/** More than this many are no queue but a day without service. */
const ENTRIES_MAX = 200;
const RETRY_MS = 3_000;

/** Who came: somebody chosen, somebody described, or whatever was typed while there was no search. */
export type Whom = { customer: string; displayName: string } | { newcomer: Newcomer } | { typed: string };

export interface Ending {
  outcome: Outcome;
  reason: NoPurchaseReason;
  mood: number | undefined;
  about: FeelingAbout;
  items: string[];
  remarks: string;
  thanked: boolean;
}

interface Common {
  requestId: string;
  tappedAt: Date;
  /** Why the service refused it for good; empty while it may still be sent. */
  refusal: string;
  /** Whether it was ever sent: from then on the service may have taken it, though no answer came. */
  isTried: boolean;
}

export interface Arriving extends Common {
  kind: "checkIn";
  whom: Whom;
  /** What was typed, while nobody is found by it. */
  typed?: string;
  /** What of a newcomer was refused. */
  faults: Faults;
  location: string;
  staff: string;
  /** What the service made of it, once it was sent. */
  visit?: string;
}

export interface Leaving extends Common {
  kind: "checkOut";
  /** The visit, or the arrival that has yet to become one. */
  visit: string | Arriving;
  /** What the desk called them. */
  who: string;
  ending: Ending;
}

export type Entry = Arriving | Leaving;

/** What has been tapped and not been answered, in the order of the taps. */
export const entries = signal<readonly Entry[]>([]);
export const waiting = computed(() => entries.value.filter((entry) => !entry.refusal && !isHeldUp(entry)));
export const refused = computed(() => entries.value.filter((entry) => entry.refusal));
/** How many that had to wait were sent since the connection came back; shown for a while. */
export const sentLate = signal(0);

export class OutboxFull extends Error {}

/** Who has not been taken can't leave yet. */
function isHeldUp(entry: Entry): boolean {
  return entry.kind === "checkOut" && typeof entry.visit !== "string" && entry.visit.refusal !== "";
}

type Answer<E extends Entry> = E extends Arriving ? CheckInResponse : CheckOutResponse;
/** What became of an entry: answered, or kept or refused, as it says itself. */
export interface Sent<E extends Entry> {
  entry: E;
  answer?: Answer<E> | undefined;
}
const answered = new WeakMap<Entry, (answer: CheckInResponse | CheckOutResponse | undefined) => void>();

export function checkIn(whom: Whom): Promise<Sent<Arriving>> {
  return enter({ kind: "checkIn", whom, faults: {}, location: locationName.value, staff: staff.value, ...tapped() });
}

export function checkOut(visit: string | Arriving, ending: Ending, who = ""): Promise<Sent<Leaving>> {
  return enter({ kind: "checkOut", visit, who, ending, ...tapped() });
}

/** Whether the end of a visit is on its way: a second tap means the same. */
export function isLeaving(visit: { visit?: string }): boolean {
  const isOf = ({ visit: of }: Leaving) => of === visit || (typeof of === "string" ? of : of.visit) === (visit.visit ?? "");
  return entries.value.some((entry) => entry.kind === "checkOut" && !entry.refusal && isOf(entry));
}

/** Sends an arrival that was refused with what was corrected. They came when they came. */
export function checkInCorrected(entry: Arriving, newcomer: Newcomer): Promise<Sent<Arriving>> {
  entry.whom = { newcomer };
  entry.faults = {};
  entry.refusal = "";
  const isThere = entries.value.includes(entry);
  entries.value = isThere ? [...entries.value] : [...entries.value, entry];
  return submit(entry);
}

/** Gives an entry up, with what was to follow it. */
export function discard(entry: Entry): void {
  entries.value = entries.value.filter((one) => one !== entry && !(one.kind === "checkOut" && one.visit === entry));
}

function tapped(): Common {
  return { requestId: requestId(), tappedAt: serviceNow(), refusal: "", isTried: false };
}

/** A random UUID. `crypto.randomUUID` exists only where the page came over TLS or from this machine. */
export function requestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Takes an entry up and sends what waits. */
function enter<E extends Entry>(entry: E): Promise<Sent<E>> {
  if (entries.value.length >= ENTRIES_MAX) return Promise.reject(new OutboxFull());
  entries.value = [...entries.value, entry];
  return submit(entry);
}

/** Resolves with the answer; without one as soon as it is clear that the entry is kept for later, or was refused. */
function submit<E extends Entry>(entry: E): Promise<Sent<E>> {
  return new Promise((resolve) => {
    answered.set(entry, (answer) => resolve({ entry, answer: answer as Answer<E> | undefined }));
    if (isOnline.value) void flush();
    else settle(entry, undefined);
  });
}

function settle(entry: Entry, answer: CheckInResponse | CheckOutResponse | undefined): void {
  answered.get(entry)?.(answer);
  answered.delete(entry);
}

let isFlushing = false;

/** Sends what waits, in order, until nothing does or the connection is lost. */
async function flush(): Promise<void> {
  if (isFlushing) return;
  isFlushing = true;
  try {
    for (let entry = waiting.value[0]; entry; entry = waiting.value[0]) {
      if (!(await send(entry))) return;
    }
  } finally {
    isFlushing = false;
  }
}

async function send(entry: Entry): Promise<boolean> {
  const wasKept = !answered.has(entry);
  entry.isTried = true;
  try {
    const answer = entry.kind === "checkIn" ? await sendArrival(entry) : await sendDeparture(entry);
    entries.value = entries.value.filter((one) => one !== entry);
    if (wasKept) {
      sentLate.value += 1;
      for (const callback of lateCallbacks) callback(entry, answer);
    }
    settle(entry, answer);
    return true;
  } catch (error) {
    // Whoever's session is over loses nothing of what was tapped: it is sent once somebody has signed in.
    const isSignInNeeded = isSignedOut(error);
    if (isSignInNeeded) askToSignIn();
    if (isSignInNeeded || noticed(error) || isPassing(error)) {
      for (const one of waiting.value) settle(one, undefined);
      if (isOnline.value && !isSignInNeeded) setTimeout(flush, RETRY_MS);
      return false;
    }
    if (!(entry.kind === "checkIn" && isStrangerNow(entry, error))) refuse(entry, error);
    return true;
  }
}

const lateCallbacks: ((entry: Entry, answer: CheckInResponse | CheckOutResponse) => void)[] = [];

/** Calls back whenever something that had to wait was taken. */
export function onSentLate(callback: (entry: Entry, answer: CheckInResponse | CheckOutResponse) => void): void {
  lateCallbacks.push(callback);
}

/** What was typed looked like a number and is none: then it says how to tell them again. Somebody did come. */
function isStrangerNow(entry: Arriving, error: unknown): boolean {
  const { typed, whom } = entry;
  if (typed === undefined || !("newcomer" in whom) || Object.keys(faultsOf(error, whom.newcomer)).length === 0) return false;
  delete entry.typed;
  entry.whom = { newcomer: { ...nobody, look: typed } };
  return true;
}

function refuse(entry: Entry, error: unknown): void {
  if (entry.kind === "checkIn" && "newcomer" in entry.whom) entry.faults = faultsOf(error, entry.whom.newcomer);
  const faults = entry.kind === "checkIn" ? Object.values(entry.faults) : [];
  entry.refusal = faults.join(" ") || inWords(error);
  entries.value = [...entries.value];
  settle(entry, undefined);
}

async function sendArrival(entry: Arriving): Promise<CheckInResponse> {
  if ("typed" in entry.whom) {
    const { typed } = entry.whom;
    entry.whom = await whoWasTyped(typed, entry.location);
    entry.typed = typed;
  }
  const { whom, location, staff, requestId } = entry;
  // Also online: a repetition after a lost answer must say exactly the same.
  const request = { location, staff, requestId, startTime: timestampFromDate(entry.tappedAt) };
  const answer = await desk.checkIn(
    "customer" in whom
      ? { ...request, who: { who: { case: "customer", value: whom.customer } } }
      : { ...request, ...profiled(whom.newcomer) },
  );
  if (answer.interaction) {
    entry.visit = answer.interaction.name;
    checkOutDrafts.rename(requestId, entry.visit);
  }
  return answer;
}

/**
 * Who that was is settled once, so that a repetition of the call says the same. Nobody looked at what was found: only what
 * is theirs alone, such as a number, says whose it is; anything else says how to tell them again.
 */
async function whoWasTyped(typed: string, location: string): Promise<Exclude<Whom, { typed: string }>> {
  const card = await recognizedBy(typed, location);
  return card ? { customer: card.customer, displayName: card.displayName } : { newcomer: identified(typed) };
}

async function sendDeparture(entry: Leaving): Promise<CheckOutResponse> {
  const interaction = typeof entry.visit === "string" ? entry.visit : entry.visit.visit;
  if (!interaction) throw new Error("the arrival was not taken");
  const { outcome, reason, mood, about, items, remarks, thanked } = entry.ending;
  return desk.checkOut({
    interaction,
    outcome,
    noPurchaseReason: reason,
    itemsLookedAt: items,
    ...(mood !== undefined && { mood, moodAbout: about }),
    remarks,
    thankedInPerson: thanked,
    endTime: timestampFromDate(entry.tappedAt),
    requestId: entry.requestId,
  });
}

export function watchOutbox(): void {
  onReturn(() => {
    sentLate.value = 0;
    void flush();
  });
  effect(() => {
    if (!mustSignIn.value && waiting.peek().length > 0) void flush();
  });
  window.addEventListener("beforeunload", (event) => {
    if (entries.value.length > 0) event.preventDefault();
  });
}
