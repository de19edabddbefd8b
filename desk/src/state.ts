import { computed, signal } from "@preact/signals";
import type { Location } from "./gen/gratitude/v1/location_service_pb";

/** What the page is about, whatever it shows. Only the location's name and the language are kept on the device. */

const KEPT_LOCATION = "desk.location";
const asked = new URLSearchParams(window.location.search);

/** True where customers look at the screen themselves: nothing but the greeting is shown. */
export const isKiosk = asked.has("kiosk");

export const locations = signal<Location[]>([]);
export const location = signal<Location | undefined>(undefined);
export const locationName = computed(() => location.value?.name ?? "");
export const timeZone = computed(() => location.value?.timeZone ?? "UTC");

/** Takes over the locations: the one that the address asks for, else the one of last time, else the first. */
export function offerLocations(found: Location[]): void {
  locations.value = found;
  const wanted = [asked.get("location"), localStorage.getItem(KEPT_LOCATION)];
  const byWish = wanted.map((name) => found.find((one) => one.name === name || one.name === `locations/${name}`));
  location.value = byWish.find((one) => one !== undefined) ?? found[0];
}

export function chooseLocation(name: string): void {
  location.value = locations.value.find((one) => one.name === name);
  if (location.value) localStorage.setItem(KEPT_LOCATION, name);
}

/** Who works at the desk: signed in, or as they call themselves; known until the page is closed. */
export const staff = signal("");

export type Tab = "desk" | "calls" | "notes";
/** What a narrow screen shows; a wide one shows all of it. */
export const tab = signal<Tab>("desk");

const narrow = matchMedia("(max-width: 759px)");

/** Whether there is room for one thing at a time only, as the styles have it. */
export function isNarrow(): boolean {
  return narrow.matches;
}
