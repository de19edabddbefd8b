import { effect, signal } from "@preact/signals";
import { customers, inWords, isCancelled, isSignedOut } from "./api";
import { isOnline, noticed } from "./connection";
import type { Candidate } from "./gen/gratitude/v1/front_desk_service_pb";
import { askToSignIn } from "./session";
import { locationName } from "./state";

/** Search as you type: each pause in typing asks once, and only the last answer counts. */

const CHARACTERS_MIN = 3;
/** In scripts that write a syllable or a consonant with each sign, whole names are shorter. */
const SIGNS_MIN = 2;
const LETTER_BY_LETTER = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u;
const DIGITS_ONLY = /^[\p{N}\p{P}\p{S}\s]*$/u;
const PAUSE_MS = 120;
const RESULTS_MAX = 10;
/** Who fits all of what was typed has this score, and who is so near could as well be meant: as Recognize decides. */
const WHOLE = 85;
const NEAR = 10;

export const query = signal("");

export type Found =
  | { state: "idle" }
  | { state: "searching"; candidates: Candidate[] }
  | { state: "found"; candidates: Candidate[]; fit: Fit; hasMore: boolean; noNumberBecause: string }
  | { state: "failed"; why: string };

/** Whom an answer means: one of them, one of several who fit as well, or perhaps somebody. */
export type Fit = "one" | "several" | "vague";

export const found = signal<Found>({ state: "idle" });

function fitOf([best, next]: readonly Candidate[]): Fit {
  if (best === undefined || best.score < WHOLE) return "vague";
  return best.score - (next?.score ?? 0) > NEAR ? "one" : "several";
}

/** Whether so much was typed that the search begins by itself; what is shorter is looked for on Enter. */
export function isEnough(typed: string): boolean {
  const least = LETTER_BY_LETTER.test(typed) || DIGITS_ONLY.test(typed) ? CHARACTERS_MIN : SIGNS_MIN;
  return [...typed].length >= least;
}

let timer: ReturnType<typeof setTimeout> | undefined;
let asking = new AbortController();

/** Set by Enter: whoever the answer clearly means is chosen when it comes. A scanner types and enters at once. */
export const isEntered = signal(false);

/** Enter was pressed: what is too short to be looked for while typing goes on is a whole name by now. */
export function enter(): void {
  const typed = query.peek().trim();
  const location = locationName.peek();
  if (typed && location && found.peek().state === "idle") {
    found.value = { state: "searching", candidates: [] };
    void ask(typed, location, false);
  }
  isEntered.value = true;
}

export function clearSearch(): void {
  query.value = "";
}

function candidatesSoFar(): Candidate[] {
  const now = found.peek();
  return now.state === "found" || now.state === "searching" ? now.candidates : [];
}

async function ask(typed: string, location: string, typeAhead: boolean): Promise<void> {
  asking = new AbortController();
  const { signal } = asking;
  try {
    const request = { query: typed, location, typeAhead, maxResults: RESULTS_MAX };
    const { candidates, hasMore, noNumberBecause } = await customers.searchCustomers(request, { signal });
    if (signal.aborted) return;
    found.value = { state: "found", candidates, fit: fitOf(candidates), hasMore, noNumberBecause };
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
    if (!isEnough(typed) || !location || !isOnline.value) {
      found.value = { state: "idle" };
      return;
    }
    found.value = { state: "searching", candidates: candidatesSoFar() };
    timer = setTimeout(() => void ask(typed, location, true), PAUSE_MS);
  });
}
