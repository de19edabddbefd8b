import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { serviceNow } from "../clock";
import { callWords } from "../drafts";
import { dayAndTime, hoursOn, instantIn, instantOf } from "../format";
import { LogCallRequest_CallOutcome as Outcome, type QueueEntry } from "../gen/gratitude/v1/gesture_service_pb";
import { t, type Texts } from "../i18n";
import { whileShown } from "../privacy";
import { calls, giveBack, hasMore, isMine, logCall, readMore, take } from "../queue";
import { timeZone } from "../state";
import { FacesAtOnce } from "./Faces";
import { Icon } from "./icons";

/** The call whose details are shown. */
const opened = signal("");

export function CallsPane() {
  return (
    <section class="pane calls-pane" aria-labelledby="calls">
      <h2 id="calls">
        {t.value["calls"]} <span class="count">{calls.value.length}</span>
      </h2>
      {calls.value.length === 0 && <p class="quiet-text">{t.value["calls.none"]}</p>}
      <ul class="tasks">
        {calls.value.map((entry) => (
          <li key={entry.gesture?.name} class="task">
            <Call entry={entry} />
          </li>
        ))}
      </ul>
      {hasMore.value && (
        <button type="button" class="secondary wide" onClick={() => void readMore()}>
          {t.value["more"]}
        </button>
      )}
    </section>
  );
}

function Call({ entry }: { entry: QueueEntry }) {
  const name = entry.gesture?.name ?? "";
  const isOpen = opened.value === name;
  const isOurs = isMine(entry);
  // Who speaks with somebody needs the words in view; anything else is covered like a card.
  useEffect(() => (isOpen && !isOurs ? whileShown(() => (opened.value = "")) : undefined), [isOpen, isOurs]);
  const due = instantOf(entry.gesture?.dueTime);
  return (
    <>
      <button type="button" class="task-head" aria-expanded={isOpen} onClick={() => (opened.value = isOpen ? "" : name)}>
        <Icon name="phone" />
        <span class="task-name"><bdi>{entry.displayName || t.value["search.unnamed"]}</bdi></span>
        <span class="task-detail">{due && t.value["calls.due"](dayAndTime(due))}</span>
        <span class="badges">
          {entry.gesture?.promised && <span class="badge accent">{t.value["calls.promised"]}</span>}
          {entry.takenBy && <span class="badge">{isOurs ? t.value["calls.mine"] : t.value["calls.with"](entry.takenBy)}</span>}
          {!entry.allowedNow && <span class="badge warn">{t.value["calls.notNow"]}</span>}
        </span>
      </button>
      {isOpen && <Details entry={entry} isOurs={isOurs} />}
    </>
  );
}

function Details({ entry, isOurs }: { entry: QueueEntry; isOurs: boolean }) {
  const hours = hoursOn(entry.allowedHours, entry.timeZone || "UTC", serviceNow());
  return (
    <div class="task-body">
      {entry.pause && <p class="notice warn">{t.value["calls.paused"](entry.pause.reason)}</p>}
      {entry.notToBeSaid.length > 0 && (
        <div class="notice danger">
          <strong>{t.value["calls.never"]}</strong>
          <ul>
            {entry.notToBeSaid.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
      <dl class="facts">
        <Line label={t.value["calls.why"]} text={entry.why} />
        <Line label={t.value["calls.say"]} text={entry.whatToSay} isStrong />
        <Line label={t.value["calls.last"]} text={entry.whatHappenedLast} />
        {entry.howToSay && <Line label={t.value["card.pronounced"]} text={entry.howToSay} />}
      </dl>
      {entry.phone && (
        <p class="number">
          <a href={`tel:${entry.phone}`}>{entry.phone}</a>
          <span class={entry.allowedNow ? "badge accent" : "badge warn"}>{entry.allowedNow ? t.value["calls.now"] : t.value["calls.notNow"]}</span>
        </p>
      )}
      {hours && <p class="quiet-text">{t.value["calls.hours"](hours, entry.timeZone)}</p>}
      {isOurs ? (
        <Report entry={entry} />
      ) : (
        <button type="button" class="primary wide" disabled={entry.takenBy !== ""} onClick={() => void take(entry)}>
          {entry.takenBy ? t.value["calls.with"](entry.takenBy) : t.value["calls.take"]}
        </button>
      )}
    </div>
  );
}

function Line({ label, text, isStrong = false }: { label: string; text: string; isStrong?: boolean }) {
  if (!text) return null;
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd class={isStrong ? "sentence" : undefined}>{text}</dd>
    </div>
  );
}

const AT_ONCE: { outcome: Outcome; text: keyof Texts & `calls.${string}` }[] = [
  { outcome: Outcome.NO_ANSWER, text: "calls.noAnswer" },
  { outcome: Outcome.BUSY, text: "calls.busy" },
  { outcome: Outcome.VOICEMAIL, text: "calls.voicemail" },
];

/** What has consequences that are not easily taken back asks twice. */
const GRAVE: { outcome: Outcome; text: keyof Texts & `calls.${string}` }[] = [
  { outcome: Outcome.WRONG_NUMBER, text: "calls.wrongNumber" },
  { outcome: Outcome.NEVER_AGAIN, text: "calls.neverAgain" },
  { outcome: Outcome.BEREAVEMENT, text: "calls.bereavement" },
  { outcome: Outcome.DIED, text: "calls.died" },
];

/** A tap that follows the question so closely is the second half of a double one: nobody has read it. */
const READ_MS = 600;

/** How the call went. A face says that we spoke. */
function Report({ entry }: { entry: QueueEntry }) {
  const name = entry.gesture?.name ?? "";
  const [words, setWords] = useState(callWords.of(name) ?? "");
  const [sure, setSure] = useState<{ outcome: Outcome; askedAt: number }>();
  const write = (text: string) => {
    callWords.keep(name, text);
    setWords(text);
  };
  const log = (outcome: Outcome, more: { happy?: number; callBackAt?: Date } = {}) =>
    void logCall(entry, { outcome, words: words.trim(), ...more });
  // When it was tapped counts, not when a busy page comes to it.
  const askOrLog = (outcome: Outcome, tappedAt: number) => {
    if (sure?.outcome !== outcome) setSure({ outcome, askedAt: performance.now() });
    else if (tappedAt - sure.askedAt >= READ_MS) log(outcome);
  };
  return (
    <div class="report">
      <label>
        {t.value["calls.words"]} <span class="optional">{t.value["optional"]}</span>
        <textarea rows={2} maxLength={2000} value={words} onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <FacesAtOnce label={t.value["calls.reached"]} onChoose={(happy) => log(Outcome.REACHED, { happy })} />
      <div class="endings-more">
        {AT_ONCE.map(({ outcome, text }) => (
          <button key={outcome} type="button" class="chip" onClick={() => log(outcome)}>
            {t.value[text] as string}
          </button>
        ))}
        {GRAVE.map(({ outcome, text }) => (
          <button key={outcome} type="button" class={sure?.outcome === outcome ? "chip danger" : "chip"} onClick={(event) => askOrLog(outcome, event.timeStamp)}>
            {sure?.outcome === outcome ? t.value["calls.sure"] : (t.value[text] as string)}
          </button>
        ))}
      </div>
      <CallBack zone={entry.timeZone || timeZone.value} onChoose={(callBackAt) => log(Outcome.CALL_BACK, { callBackAt })} />
      <button type="button" class="quiet" onClick={() => void giveBack(entry)}>
        {t.value["calls.giveBack"]}
      </button>
    </div>
  );
}

/** The time that was agreed is by the clock of whoever is called. */
function CallBack({ zone, onChoose }: { zone: string; onChoose: (at: Date) => void }) {
  const [at, setAt] = useState("");
  return (
    <details class="more">
      <summary>{t.value["calls.callBack"]}</summary>
      <p id="call-back-zone" class="quiet-text">{t.value["calls.callBack.zone"](zone)}</p>
      <div class="action-row">
        <input type="datetime-local" aria-label={t.value["calls.callBack"]} aria-describedby="call-back-zone" value={at} onInput={(event) => setAt(event.currentTarget.value)} />
        <button type="button" class="secondary" disabled={!at} onClick={() => onChoose(instantIn(zone, at))}>
          {t.value["calls.callBack.ok"]}
        </button>
      </div>
    </details>
  );
}
