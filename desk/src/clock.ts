/**
 * What time it is for the service. A desk's own clock may be wrong, and a service that is tried out may live by a manual
 * clock; what is tapped here is told in the service's time.
 */

const LOOK_EVERY_MS = 60_000;
/** `Date` in an answer counts whole seconds: less than this is no difference. */
const DIFFERENCE_MS_MIN = 2_000;

let aheadMs = 0;

export function serviceNow(): Date {
  return new Date(Date.now() + aheadMs);
}

async function look(): Promise<void> {
  try {
    const answer = await fetch("/clock", { cache: "no-store" });
    const told = answer.ok ? (await answer.text()).trim() : answer.headers.get("date");
    const service = Date.parse(told ?? "");
    if (Number.isNaN(service)) return;
    const difference = service - Date.now();
    aheadMs = Math.abs(difference) < DIFFERENCE_MS_MIN ? 0 : difference;
  } catch {
    // Offline: the difference that is known still holds.
  }
}

export async function watchClock(): Promise<void> {
  setInterval(look, LOOK_EVERY_MS);
  window.addEventListener("focus", look);
  await look();
}
