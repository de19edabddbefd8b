import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { computed, signal } from "@preact/signals";
import { desk, inWords, isPassing } from "./api";
import { serviceNow } from "./clock";
import { isOnline, noticed, onReturn } from "./connection";
import { identified, profiled, type Newcomer } from "./newcomer";
import type { CheckInResponse, CheckOutResponse } from "./gen/gratitude/v1/front_desk_service_pb";
import { FeelingAbout, NoPurchaseReason, Outcome } from "./gen/gratitude/v1/interaction_kinds_pb";
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
}

export interface Arriving extends Common {
  kind: "checkIn";
  whom: Whom;
  location: string;
  staff: string;
  /** What the service made of it, once it was sent. */
  visit?: string;
}

export interface Leaving extends Common {
  kind: "checkOut";
  /** The visit, or the arrival that has yet to become one. */
  visit: string | Arriving;
  ending: Ending;
}

export type Entry = Arriving | Leaving;

/** What has been tapped and not been answered, in the order of the taps. */
export const entries = signal<readonly Entry[]>([]);
export const waiting = computed(() => entries.value.filter((entry) => !entry.refusal));
export const refused = computed(() => entries.value.filter((entry) => entry.refusal));
/** How many that had to wait were sent since the connection came back; shown for a while. */
export const sentLate = signal(0);

export class OutboxFull extends Error {}

type Answer<E extends Entry> = E extends Arriving ? CheckInResponse : CheckOutResponse;
const answered = new WeakMap<Entry, (answer: CheckInResponse | CheckOutResponse | undefined) => void>();

export function checkIn(whom: Whom): Promise<CheckInResponse | undefined> {
  return enter<Arriving>({ kind: "checkIn", whom, location: locationName.value, staff: staff.value, ...tapped() });
}

export function checkOut(visit: string | Arriving, ending: Ending): Promise<CheckOutResponse | undefined> {
  return enter<Leaving>({ kind: "checkOut", visit, ending, ...tapped() });
}

export function discard(entry: Entry): void {
  entries.value = entries.value.filter((one) => one !== entry);
}

function tapped(): Common {
  return { requestId: requestId(), tappedAt: serviceNow(), refusal: "" };
}

/** A random UUID. `crypto.randomUUID` exists only where the page came over TLS or from this machine. */
export function requestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * Takes an entry up and sends what waits. Resolves with the answer; with nothing as soon as it is clear that it is kept
 * for later, or was refused: then the entry itself says so.
 */
function enter<E extends Entry>(entry: E): Promise<Answer<E> | undefined> {
  if (entries.value.length >= ENTRIES_MAX) return Promise.reject(new OutboxFull());
  entries.value = [...entries.value, entry];
  return new Promise((resolve) => {
    answered.set(entry, (answer) => resolve(answer as Answer<E> | undefined));
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
  try {
    const answer = entry.kind === "checkIn" ? await sendArrival(entry) : await sendDeparture(entry);
    discard(entry);
    if (wasKept) sentLate.value += 1;
    settle(entry, answer);
    return true;
  } catch (error) {
    if (noticed(error) || isPassing(error)) {
      for (const one of waiting.value) settle(one, undefined);
      if (isOnline.value) setTimeout(flush, RETRY_MS);
      return false;
    }
    refuse(entry, inWords(error));
    return true;
  }
}

function refuse(entry: Entry, why: string): void {
  entry.refusal = why;
  entries.value = [...entries.value];
  settle(entry, undefined);
}

async function sendArrival(entry: Arriving): Promise<CheckInResponse> {
  const whom = "typed" in entry.whom ? await whoWasTyped(entry.whom.typed, entry.location) : entry.whom;
  entry.whom = whom;
  const { location, staff, requestId } = entry;
  // Also online: a repetition after a lost answer must say exactly the same.
  const request = { location, staff, requestId, startTime: timestampFromDate(entry.tappedAt) };
  const answer = await desk.checkIn(
    "customer" in whom
      ? { ...request, who: { who: { case: "customer", value: whom.customer } } }
      : { ...request, ...profiled(whom.newcomer) },
  );
  if (answer.interaction) entry.visit = answer.interaction.name;
  return answer;
}

/** Who that was is settled once, so that a repetition of the call says the same. */
async function whoWasTyped(typed: string, location: string): Promise<Exclude<Whom, { typed: string }>> {
  const found = await desk.recognize({ location, query: typed }).catch((error: unknown) => {
    if (noticed(error) || isPassing(error)) throw error;
    return undefined;
  });
  const best = found?.candidates[0];
  if (best && found.card) return { customer: best.customer, displayName: best.displayName };
  return { newcomer: identified(typed) };
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
  window.addEventListener("beforeunload", (event) => {
    if (waiting.value.length > 0) event.preventDefault();
  });
}
