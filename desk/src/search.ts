import { effect, signal } from "@preact/signals";
import { desk, inWords, isCancelled, isSignedOut } from "./api";
import { isOnline, noticed } from "./connection";
import type { Candidate } from "./gen/gratitude/v1/front_desk_service_pb";
import { askToSignIn } from "./session";
import { locationName } from "./state";

/** Search as you type: each pause in typing asks once, and only the last answer counts. */

export const CHARACTERS_MIN = 3;
const PAUSE_MS = 120;

export const query = signal("");

export type Found =
  | { state: "idle" }
  | { state: "searching"; candidates: Candidate[] }
  | { state: "found"; query: string; candidates: Candidate[]; needsConfirmation: boolean }
  | { state: "failed"; why: string };

export const found = signal<Found>({ state: "idle" });

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
    const { candidates, needsConfirmation } = await desk.recognize({ location, query: typed }, { signal });
    if (!signal.aborted) found.value = { state: "found", query: typed, candidates, needsConfirmation };
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
