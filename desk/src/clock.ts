/**
 * What time it is for the service. A desk's own clock may be wrong, and a service that is tried out may live by a manual
 * clock; what is tapped here is told in the service's time.
 */

const LOOK_EVERY_MS = 60_000;

let aheadMs = 0;

export function serviceNow(): Date {
  return new Date(Date.now() + aheadMs);
}

/** When an instant of the service's is, by this desk's clock. */
export function here(instant: Date): Date {
  return new Date(instant.getTime() - aheadMs);
}

async function look(): Promise<void> {
  try {
    const asked = Date.now();
    const answer = await fetch("/desk/time", { cache: "no-store" });
    const service = Date.parse((await answer.text()).trim());
    // The answer was given about halfway.
    if (answer.ok && !Number.isNaN(service)) aheadMs = service - (asked + Date.now()) / 2;
  } catch {
    // Offline: the difference that is known still holds.
  }
}

export async function watchClock(): Promise<void> {
  setInterval(look, LOOK_EVERY_MS);
  window.addEventListener("focus", look);
  await look();
}
