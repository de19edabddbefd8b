import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { computed, signal } from "@preact/signals";
import { gestures } from "./api";
import { isOnline, noticed } from "./connection";
import { callWords } from "./drafts";
import type { Gesture } from "./gen/gratitude/v1/gesture_pb";
import type { LogCallRequest_CallOutcome as CallOutcome, QueueEntry } from "./gen/gratitude/v1/gesture_service_pb";
import { Channel } from "./gen/gratitude/v1/types_pb";
import { withAdvice } from "./hints";
import { t } from "./i18n";
import { once } from "./once";
import { requestId } from "./outbox";
import { session } from "./session";
import { locationName, staff } from "./state";
import { tell, tellError } from "./toasts";
import { undoing } from "./undo";
import { fail } from "./visitor";

/** What people have to do here today: calls, and what is handed over, said or found out. */

const PAGE_SIZE = 50;

export const queue = signal<readonly QueueEntry[]>([]);
export const hasMore = signal(false);
let nextPage = "";

/** Who has no number any more is spoken with when they come: that is no call. */
const isCall = (entry: QueueEntry) => entry.gesture?.channel === Channel.PHONE;

export const calls = computed(() => queue.value.filter(isCall));
export const others = computed(() => queue.value.filter((entry) => !isCall(entry)));

/** The reading that was begun last: what an earlier one is answered, however late, is older than that. */
let newest: Promise<void> = Promise.resolve();
let readings = 0;

/** Reads the queue anew, from its beginning. */
export function readQueue(): Promise<void> {
  newest = readPage("", ++readings);
  return newest;
}

export function readMore(): Promise<void> {
  newest = readPage(nextPage, ++readings);
  return newest;
}

async function readPage(pageToken: string, reading: number): Promise<void> {
  const location = locationName.value;
  if (!location || !isOnline.value) return;
  try {
    const page = await gestures.listQueue({ location, pageSize: PAGE_SIZE, pageToken });
    if (reading !== readings) return newest;
    if (location !== locationName.value) return;
    queue.value = pageToken ? [...queue.value, ...page.entries] : page.entries;
    nextPage = page.nextPageToken;
    hasMore.value = nextPage !== "";
  } catch (error) {
    // What is shown stays: the next round reads it again.
    noticed(error);
  }
}

/** Names under which calls were taken here: the service may record another one than was said. */
const takenAs = signal<ReadonlySet<string>>(new Set());

/** Whether this desk has the call. */
export function isMine({ takenBy, gesture }: QueueEntry): boolean {
  const names = [staff.value, session.value?.called];
  return takenBy !== "" && (names.includes(takenBy) || takenAs.value.has(`${gesture?.name} ${takenBy} ${staff.value}`));
}

export async function take(entry: QueueEntry): Promise<void> {
  const by = staff.value;
  if (!by) return tellError(t.value["staff.needed"]);
  await acting(entry, async ({ name, etag }) => {
    const { takenBy } = await gestures.takeGesture({ name, etag, staff: by });
    takenAs.value = new Set(takenAs.value).add(`${name} ${takenBy} ${by}`);
  });
}

export async function giveBack(entry: QueueEntry): Promise<void> {
  await acting(entry, async ({ name, etag }) => {
    await gestures.releaseGesture({ name, authority: { case: "etag", value: etag } });
  });
}

export interface CallReport {
  outcome: CallOutcome;
  happy?: number;
  words: string;
  callBackAt?: Date;
}

export async function logCall(entry: QueueEntry, { outcome, happy, words, callBackAt }: CallReport): Promise<void> {
  await acting(entry, async ({ name, etag }) => {
    const { hints, undo } = await gestures.logCall({
      name,
      etag,
      outcome,
      words,
      staff: staff.value,
      requestId: requestId(),
      ...(happy !== undefined && { happy }),
      ...(callBackAt && { callBackTime: timestampFromDate(callBackAt) }),
    });
    callWords.drop(name);
    tell(withAdvice(t.value["calls.logged"], hints), undoing(undo, () => void readQueue(), fail));
  });
}

/** One thing at a time of an entry. Whatever came of it, the queue is read again: that is what everybody else sees. */
async function acting({ gesture }: QueueEntry, act: (gesture: Gesture) => Promise<void>): Promise<void> {
  if (!gesture) return;
  await once(gesture.name, async () => {
    try {
      await act(gesture);
    } catch (error) {
      fail(error);
    }
    await readQueue();
  });
}
