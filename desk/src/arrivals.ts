import { computed, signal } from "@preact/signals";
import { waiting, type Arriving } from "./outbox";

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
export const unsent = computed(() => waiting.value.filter((entry): entry is Arriving => entry.kind === "checkIn"));

export function visitOf(customer: string): Present | undefined {
  return present.value.find((one) => one.customer === customer);
}

export function arrived(one: Present): void {
  known.value = new Map(known.value).set(one.visit, one);
}

export function left(visit: string): void {
  const rest = new Map(known.value);
  if (rest.delete(visit)) known.value = rest;
}

/** Forgets who is here, as when another location is chosen. */
export function forgetPresent(): void {
  known.value = new Map();
}
