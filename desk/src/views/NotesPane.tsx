import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { approve, batches, readSome } from "../batches";
import { isOnline } from "../connection";
import { type Note, type NoteBatch, NoteBatch_State as State } from "../gen/gratitude/v1/note_pb";
import { Gesture_State, GestureKind } from "../gen/gratitude/v1/gesture_pb";
import type { QueueEntry } from "../gen/gratitude/v1/gesture_service_pb";
import { t } from "../i18n";
import { whileShown } from "../privacy";
import { printNote } from "../print";
import { others, readQueue } from "../queue";
import { complete } from "../visitor";
import { channelName, kindName } from "./CardView";
import { Icon } from "./icons";

const opened = signal("");

/** Notes that wait for somebody: whole batches for approval, single ones to be handed over or finished. */
export function NotesPane() {
  const isEmpty = batches.value.length + others.value.length === 0;
  return (
    <section class="pane notes-pane" aria-labelledby="notes">
      <h2 id="notes">
        {t.value["notes"]} <span class="count">{batches.value.length + others.value.length}</span>
      </h2>
      {isEmpty && <p class="quiet-text">{t.value["notes.none"]}</p>}
      {batches.value.length > 0 && <h3>{t.value["notes.batches"]}</h3>}
      <ul class="tasks">
        {batches.value.map((batch) => (
          <li key={batch.name} class="task">
            <Batch batch={batch} />
          </li>
        ))}
      </ul>
      {others.value.length > 0 && <h3>{t.value["notes.people"]}</h3>}
      <ul class="tasks">
        {others.value.map((entry) => (
          <li key={entry.gesture?.name} class="task">
            <Single entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function useOpened(name: string) {
  const isOpen = opened.value === name;
  useEffect(() => (isOpen ? whileShown(() => (opened.value = "")) : undefined), [isOpen]);
  return { isOpen, toggle: () => (opened.value = isOpen ? "" : name) };
}

function Single({ entry }: { entry: QueueEntry }) {
  const { gesture } = entry;
  const { isOpen, toggle } = useOpened(gesture?.name ?? "");
  if (!gesture) return null;
  return (
    <>
      <button type="button" class="task-head" aria-expanded={isOpen} onClick={toggle}>
        <Icon name="note" />
        <span class="task-name"><bdi>{entry.displayName || t.value["search.unnamed"]}</bdi></span>
        <span class="task-detail">{`${kindName(gesture.kind)}, ${channelName(gesture.channel)}`}</span>
      </button>
      {isOpen && (
        <div class="task-body">
          {gesture.state === Gesture_State.UNCERTAIN && <p class="notice warn">{t.value["uncertain"]}</p>}
          <p class="sentence">{entry.whatToSay}</p>
          <p class="quiet-text">{entry.why}</p>
          {isWritten(gesture.kind) && (
            <button type="button" class="secondary wide" onClick={() => void printNote(gesture.name)}>
              <Icon name="note" />
              {t.value["notes.print"]}
            </button>
          )}
          <button type="button" class="primary wide" onClick={() => void complete(gesture, readQueue)}>
            <Icon name="check" />
            {t.value["card.done"]}
          </button>
        </div>
      )}
    </>
  );
}

function isWritten(kind: GestureKind): boolean {
  return kind === GestureKind.NOTE || kind === GestureKind.APOLOGY;
}

function Batch({ batch }: { batch: NoteBatch }) {
  const { isOpen, toggle } = useOpened(batch.name);
  const [some, setSome] = useState<Note[]>();
  const waiting = Number(batch.composedCount);
  // Who approves has read: the button comes with the notes, however late.
  useEffect(() => {
    if (!isOpen) setSome(undefined);
    else if (isOnline.value && !some) void readSome(batch).then(setSome);
  }, [isOpen, isOnline.value]);
  return (
    <>
      <button type="button" class="task-head" aria-expanded={isOpen} onClick={toggle}>
        <Icon name="note" />
        <span class="task-name">{batch.displayName || t.value["notes.count"](waiting)}</span>
        <span class="task-detail">
          {batch.displayName && t.value["notes.count"](waiting)}
          {batch.withPersonCount > 0 && ` · ${t.value["notes.withPerson"](Number(batch.withPersonCount))}`}
        </span>
        {batch.state === State.STOPPED && <span class="badge danger">{t.value["notes.stopped"]}</span>}
      </button>
      {isOpen && some && (
        <div class="task-body">
          {some.map((note) => (
            <blockquote key={note.name} class="note-text" lang={note.languageCode}>
              {note.subject && <strong>{note.subject}</strong>}
              <p>{note.text || note.explanation}</p>
            </blockquote>
          ))}
          {batch.state === State.READY && (
            <button type="button" class="primary wide" onClick={() => void approve(batch)}>
              {t.value["notes.approve"]}
            </button>
          )}
        </div>
      )}
    </>
  );
}
