import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Present } from "../arrivals";
import { blankCheckOut, checkOutDrafts as drafts, type CheckOutDraft as Draft } from "../drafts";
import { FeelingAbout, NoPurchaseReason as Why, Outcome } from "../gen/gratitude/v1/interaction_kinds_pb";
import { t, type Texts } from "../i18n";
import { isLeaving, type Arriving, type Ending } from "../outbox";
import { isUnsent, leave } from "../visitor";
import { Faces } from "./Faces";

const ENDINGS: { text: keyof Texts & `checkOut.${string}`; reason: Why }[] = [
  { text: "checkOut.outOfStock", reason: Why.OUT_OF_STOCK },
  { text: "checkOut.price", reason: Why.PRICE },
  { text: "checkOut.notOffered", reason: Why.NOT_OFFERED },
  { text: "checkOut.wait", reason: Why.WAIT },
  { text: "checkOut.undecided", reason: Why.UNDECIDED },
  { text: "checkOut.question", reason: Why.QUESTION },
  { text: "checkOut.other", reason: Why.OTHER },
];

const ABOUT = [
  [FeelingAbout.US, "about.us"],
  [FeelingAbout.OWN_LIFE, "about.ownLife"],
  [FeelingAbout.UNKNOWN, "about.unknown"],
] as const;

/** The end of a visit in two taps: a face, and how it ended. Everything else is optional. */
export function CheckOut({ visit, isAskedFor, children }: { visit: Present | Arriving; isAskedFor: boolean; children?: ComponentChildren }) {
  const section = useRef<HTMLElement>(null);
  const key = isUnsent(visit) ? (visit.visit ?? visit.requestId) : visit.visit;
  const [draft, setDraft] = useState<Draft>(drafts.of(key) ?? blankCheckOut);
  const change = (changed: Partial<Draft>) => {
    const next = { ...draft, ...changed };
    drafts.keep(key, next);
    setDraft(next);
  };
  const end = (outcome: Outcome, reason: Why) => {
    drafts.drop(key);
    void leave(visit, ending(draft, outcome, reason));
  };
  // Who asked for the faces goes on there: 1 to 5 choose one.
  useEffect(() => {
    if (isAskedFor) section.current?.querySelector("input")?.focus({ preventScroll: true });
  }, []);
  const isOver = isLeaving(visit);
  return (
    <section ref={section} class="check-out" aria-label={t.value["checkOut"]}>
      <Faces label={t.value["checkOut.how"]} name="mood" chosen={draft.level} onChoose={(level) => change({ level })} />
      {draft.level !== undefined && draft.level <= 2 && <About chosen={draft.about} onChoose={(about) => change({ about })} />}
      <div class="endings" role="group" aria-label={t.value["checkOut.end"]}>
        <button type="button" class="primary" disabled={isOver} onClick={() => end(Outcome.PURCHASED, Why.UNSPECIFIED)}>
          {t.value["checkOut.bought"]}
        </button>
        <button type="button" class="primary" disabled={isOver} onClick={() => end(Outcome.NOT_PURCHASED, Why.JUST_LOOKING)}>
          {t.value["checkOut.looked"]}
        </button>
        <div class="endings-more">
          {ENDINGS.map(({ text, reason }) => (
            <button key={text} type="button" class="chip" disabled={isOver} onClick={() => end(Outcome.NOT_PURCHASED, reason)}>
              {t.value[text] as string}
            </button>
          ))}
        </div>
      </div>
      <div class="check-out-last">
        <details class="more">
          <summary>{t.value["checkOut.more"]}</summary>
          <label>
            {t.value["checkOut.items"]}
            <input type="text" maxLength={250} autocomplete="off" value={draft.items} onInput={(event) => change({ items: event.currentTarget.value })} />
          </label>
          <label>
            {t.value["checkOut.remarks"]}
            <textarea rows={2} maxLength={2000} aria-describedby="remarks-hint" value={draft.remarks} onInput={(event) => change({ remarks: event.currentTarget.value })} />
          </label>
          <p id="remarks-hint" class="quiet-text">{t.value["remarks.hint"]}</p>
          <label class="tick">
            <input type="checkbox" checked={draft.isThanked} onChange={(event) => change({ isThanked: event.currentTarget.checked })} />
            {t.value["checkOut.thanked"]}
          </label>
        </details>
        {children}
      </div>
    </section>
  );
}

/** Misery about us and misery in their own life ask for opposite things. */
function About({ chosen, onChoose }: { chosen: FeelingAbout; onChoose: (about: FeelingAbout) => void }) {
  return (
    <fieldset class="choices">
      <legend>{t.value["checkOut.about"]}</legend>
      {ABOUT.map(([about, text]) => (
        <label key={about} class="choice">
          <input type="radio" name="about" checked={chosen === about} onChange={() => onChoose(about)} />
          {t.value[text]}
        </label>
      ))}
    </fieldset>
  );
}

function ending(draft: Draft, outcome: Outcome, reason: Why): Ending {
  const items = draft.items.split(/[,;]/).map((item) => item.trim()).filter(Boolean);
  return {
    outcome,
    reason,
    // Faces go from 1 to 5, moods from -2 to +2.
    mood: draft.level === undefined ? undefined : draft.level - 3,
    about: draft.about,
    items,
    remarks: draft.remarks.trim(),
    thanked: draft.isThanked,
  };
}
