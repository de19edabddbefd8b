import { signal } from "@preact/signals";
import { notes } from "./api";
import { isOnline, noticed } from "./connection";
import { type Note, type NoteBatch, NoteBatch_State as State } from "./gen/gratitude/v1/note_pb";
import { t } from "./i18n";
import { once } from "./once";
import { tell } from "./toasts";
import { fail } from "./visitor";

/** Batches of notes that wait for somebody to read and approve them. */

const BATCHES_MAX = 20;
const READ_AT_ONCE = 5;

export const batches = signal<readonly NoteBatch[]>([]);

export async function readBatches(): Promise<void> {
  if (!isOnline.value) return;
  try {
    const page = await notes.listNoteBatches({ states: [State.READY, State.STOPPED], pageSize: BATCHES_MAX });
    batches.value = page.noteBatches;
  } catch (error) {
    // Not everybody may read notes; who may not sees none.
    noticed(error);
  }
}

/** Some of a batch's notes, for whoever approves them; nothing if they could not be read. */
export async function readSome(batch: NoteBatch): Promise<Note[] | undefined> {
  try {
    const page = await notes.listNotes({ parent: batch.name, pageSize: READ_AT_ONCE });
    return page.notes;
  } catch (error) {
    fail(error);
    return undefined;
  }
}

export async function approve({ name, etag }: NoteBatch): Promise<void> {
  await once(name, async () => {
    try {
      await notes.approveNoteBatch({ name, etag });
      tell(t.value["notes.approved"]);
    } catch (error) {
      fail(error);
    }
    await readBatches();
  });
}
