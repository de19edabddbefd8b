import { signal } from "@preact/signals";
import { desk } from "./api";
import type { Present } from "./arrivals";
import { serviceNow } from "./clock";
import { isOnline, noticed } from "./connection";
import { instantOf } from "./format";
import { locationName } from "./state";

/** Who left without having been known: somebody may know them later. */

const STRANGERS_MAX = 20;

export const strangers = signal<readonly Present[]>([]);

export async function readStrangers(): Promise<void> {
  const location = locationName.value;
  if (!isOnline.value || !location) return;
  try {
    const { interactions } = await desk.listStrangers({ location, pageSize: STRANGERS_MAX });
    strangers.value = interactions.map((one) => ({
      visit: one.name,
      customer: "",
      displayName: "",
      stranger: one.stranger,
      since: instantOf(one.startTime) ?? serviceNow(),
      isUnclear: one.candidates.length > 0,
      isOwedApology: false,
    }));
  } catch (error) {
    // Not everybody may read them; who may not sees none.
    noticed(error);
  }
}
