import { computed, signal } from "@preact/signals";
import { desk, isRefused, isSignedOut } from "./api";
import { serviceNow } from "./clock";
import { isOnline, noticed } from "./connection";
import { instantOf } from "./format";
import type { Arrival, ArrivalSnapshot } from "./gen/gratitude/v1/arrival_pb";
import { Interaction_State as State } from "./gen/gratitude/v1/interaction_pb";
import { waiting, type Arriving } from "./outbox";
import { askToSignIn } from "./session";
import { locationName } from "./state";

/** The service says at least every 15 seconds that the stream is well. */
const SILENCE_MS_MAX = 35_000;
const RETRY_MS = 1_500;

/** Whether news arrives as they happen. */
export const isLive = signal(false);

/** A visit that goes on here. */
export interface Present {
  /** `interactions/{uuid}`. */
  visit: string;
  /** `customers/{uuid}`; empty for a stranger. */
  customer: string;
  displayName: string;
  /** How to tell a stranger again. */
  stranger: string;
  since: Date;
  /** Several customers fit equally: somebody has to ask. */
  isUnclear: boolean;
  /** Something is to be put right first. */
  isOwedApology: boolean;
}

const known = signal<ReadonlyMap<string, Present>>(new Map());

/** Who is here, who came last first. */
export const present = computed(() => [...known.value.values()].sort((a, b) => b.since.getTime() - a.since.getTime()));

/** Who was checked in here while there was no connection. */
export const unsent = computed(() =>
  waiting.value.filter((entry): entry is Arriving => entry.kind === "checkIn" && entry.location === locationName.value),
);

export function visitOf(customer: string): Present | undefined {
  return present.value.find((one) => one.customer === customer);
}

/** Visits that ended, the latest of them: the answer that tells of one's beginning may come later. */
const ended = new Set<string>();
const ENDED_MAX = 200;

/** Lists a visit of which an answer tells. Returns whether they are here: not where the visit is over, or another location's. */
export function arrived(one: Present, location: string): boolean {
  const isHere = location === locationName.peek() && !ended.has(one.visit);
  if (isHere) list(one);
  return isHere;
}

export function left(visit: string): void {
  const [oldest] = ended.add(visit);
  if (oldest !== undefined && ended.size > ENDED_MAX) ended.delete(oldest);
  const rest = new Map(known.value);
  if (rest.delete(visit)) known.value = rest;
}

function list(one: Present): void {
  known.value = new Map(known.value).set(one.visit, one);
}

/** Follows who comes and goes at a location, until told to stop; after a break, from where it was. */
export async function watchArrivals(location: string, stop: AbortSignal): Promise<void> {
  known.value = new Map();
  let resumeToken = "";
  while (!stop.aborted) {
    const { signal, heard, end } = silenceEnds(stop);
    try {
      const snapshot = new Snapshot();
      // Without a deadline: the stream has no end of its own.
      for await (const message of desk.watchArrivals({ location, resumeToken }, { signal, timeoutMs: 0 })) {
        heard();
        isLive.value = true;
        if (message.news.case === "snapshot") snapshot.take(message.news.value);
        else if (message.news.case === "change" && message.news.value.arrival) take(message.news.value.arrival);
        resumeToken = message.resumeToken;
      }
    } catch (error) {
      if (isSignedOut(error)) askToSignIn();
      if (!stop.aborted && isRefused(error)) return;
      if (!stop.aborted) noticed(error);
    } finally {
      end();
      isLive.value = false;
    }
    await pause(stop);
  }
}

/** Ends a stream that has been silent for too long, since a network may forget one without a word. */
function silenceEnds(stop: AbortSignal) {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
  return {
    signal: AbortSignal.any([stop, silence.signal]),
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
    },
    end: () => {
      clearTimeout(timer);
      silence.abort();
    },
  };
}

/** Waits a moment, and for as long as there is no connection. */
async function pause(stop: AbortSignal): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  } while (!isOnline.value && !stop.aborted);
}

/** Parts of a snapshot add up to one before anything is shown. */
class Snapshot {
  private parts = new Map<string, Present>();

  take({ start, arrivals, more }: ArrivalSnapshot): void {
    if (start) this.parts = new Map();
    for (const arrival of arrivals) this.parts.set(arrival.interaction, presentOf(arrival));
    if (more) return;
    for (const visit of known.peek().keys()) if (!this.parts.has(visit)) left(visit);
    for (const visit of this.parts.keys()) ended.delete(visit);
    known.value = this.parts;
  }
}

function take(arrival: Arrival): void {
  if (arrival.state !== State.OPEN) return left(arrival.interaction);
  ended.delete(arrival.interaction);
  list(presentOf(arrival));
}

function presentOf(arrival: Arrival): Present {
  return {
    visit: arrival.interaction,
    customer: arrival.customer,
    displayName: arrival.displayName,
    stranger: arrival.stranger,
    since: instantOf(arrival.startTime) ?? serviceNow(),
    isUnclear: arrival.candidateCount > 0,
    isOwedApology: arrival.openCase,
  };
}
