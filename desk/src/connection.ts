import { signal } from "@preact/signals";
import { isConnectionLost } from "./api";

/** Whether the service can be reached, as far as the last call or the browser knows. */
export const isOnline = signal(navigator.onLine);

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 5_000;
/** How long one look may take: a network that swallows everything must not stop the next one. */
const LOOK_MS_MAX = 4_000;

let retryMs = RETRY_MS_MIN;
let timer: ReturnType<typeof setTimeout> | undefined;
const returns: (() => void)[] = [];

/** Calls back whenever the connection has come back. */
export function onReturn(callback: () => void): void {
  returns.push(callback);
}

/** Takes note of how a call failed; returns whether that was the connection. */
export function noticed(error: unknown): boolean {
  const isLost = isConnectionLost(error);
  if (isLost) lost();
  return isLost;
}

function lost(): void {
  isOnline.value = false;
  timer ??= setTimeout(look, retryMs);
}

/** Only the look that was begun last counts: an earlier one may still wait on a network that is gone. */
let looks = 0;

async function look(): Promise<void> {
  timer = undefined;
  const mine = ++looks;
  const isThere = await reaches();
  if (mine !== looks) return;
  if (isThere) return back();
  retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
  lost();
}

async function reaches(): Promise<boolean> {
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(LOOK_MS_MAX) });
    return answer.ok;
  } catch {
    return false;
  }
}

function back(): void {
  retryMs = RETRY_MS_MIN;
  isOnline.value = true;
  for (const callback of returns) callback();
}

export function watchConnection(): void {
  window.addEventListener("offline", lost);
  window.addEventListener("online", () => {
    clearTimeout(timer);
    retryMs = RETRY_MS_MIN;
    void look();
  });
  if (!isOnline.value) lost();
}
