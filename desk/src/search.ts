import { effect, signal } from "@preact/signals";
import { customers, inWords, isCancelled, isSignedOut } from "./api";
import { isOnline, noticed } from "./connection";
import type { Candidate } from "./gen/gratitude/v1/front_desk_service_pb";
import { askToSignIn } from "./session";
import { locationName } from "./state";

/** Search as you type: each pause in typing asks once, and only the last answer counts. */

export const CHARACTERS_MIN = 3;
const PAUSE_MS = 120;
const RESULTS_MAX = 10;
/** The score of a whole telephone number or address, by the contract of SearchCustomers. */
const WHOLE_IDENTIFIER = 95;

export const query = signal("");

export type Found =
  | { state: "idle" }
  | { state: "searching"; candidates: Candidate[] }
  | { state: "found"; candidates: Candidate[]; needsConfirmation: boolean; hasMore: boolean; noNumberBecause: string }
  | { state: "failed"; why: string };

export const found = signal<Found>({ state: "idle" });

/** Whether the best fit by a whole number or address, and others fit as well: then somebody has to ask. */
function isUnclear([best, next]: Candidate[]): boolean {
  return best !== undefined && next !== undefined && best.score >= WHOLE_IDENTIFIER && best.score === next.score;
}

let timer: ReturnType<typeof setTimeout> | undefined;
let asking = new AbortController();

/** Set by Enter: whoever the answer clearly means is chosen when it comes. A scanner types and enters at once. */
export const isEntered = signal(false);

export function clearSearch(): void {
  query.value = "";
}

function candidatesSoFar(): Candidate[] {
  const now = found.peek();
  return now.state === "found" || now.state === "searching" ? now.candidates : [];
}

async function ask(typed: string, location: string): Promise<void> {
  asking = new AbortController();
  const { signal } = asking;
  try {
    const request = { query: typed, location, typeAhead: true, maxResults: RESULTS_MAX };
    const { candidates, hasMore, noNumberBecause } = await customers.searchCustomers(request, { signal });
    if (signal.aborted) return;
    found.value = { state: "found", candidates, needsConfirmation: isUnclear(candidates), hasMore, noNumberBecause };
  } catch (error) {
    if (signal.aborted || isCancelled(error)) return;
    if (isSignedOut(error)) askToSignIn();
    found.value = noticed(error) ? { state: "idle" } : { state: "failed", why: inWords(error) };
  }
}

export function watchQuery(): void {
  effect(() => {
    const typed = query.value.trim();
    const location = locationName.value;
    isEntered.value = false;
    clearTimeout(timer);
    asking.abort();
    if (typed.length < CHARACTERS_MIN || !location || !isOnline.value) {
      found.value = { state: "idle" };
      return;
    }
    found.value = { state: "searching", candidates: candidatesSoFar() };
    timer = setTimeout(() => void ask(typed, location), PAUSE_MS);
  });
}
