import { useEffect, useRef, useState } from "preact/hooks";
import type { Present } from "../arrivals";
import { clockTime, dayAndTime } from "../format";
import { t } from "../i18n";
import type { Newcomer } from "../newcomer";
import { waiting, type Arriving } from "../outbox";
import { coverAll, SHOWN_MS, touches, whileShown } from "../privacy";
import { isNarrow } from "../state";
import { arrive, arriveNew, closeVisitor, correct, correcting, coverVisitor, dismissVisitor, isArriving, isUnsent, setCorrecting, uncover, visitor, withdraw, type NewcomerForm, type Visitor } from "../visitor";
import { CardView, GreetingAdvice, Standing } from "./CardView";
import { CheckOut } from "./CheckOut";
import { nameOf } from "./HerePane";
import { Icon } from "./icons";
import { focusSearch } from "./SearchPane";

/** Whoever stands at the desk. */
export function VisitorPane() {
  const shown = visitor.value;
  const isCoverable = shown.kind !== "hidden" && shown.kind !== "nobody";
  useEffect(() => (isCoverable ? whileShown(coverVisitor) : undefined), [isCoverable]);
  // Where what had the focus is gone, the next one is looked for; on a narrow screen only as soon as somebody taps there.
  useEffect(() => {
    if (document.activeElement === document.body && !isNarrow()) focusSearch();
  }, [shown]);
  return (
    <section class={`pane visitor-pane is-${shown.kind}`} aria-live="off" aria-labelledby="visitor">
      {isCoverable && <TimeLeft key={touches.value} />}
      <Shown shown={shown} />
    </section>
  );
}

function Shown({ shown }: { shown: Visitor }) {
  switch (shown.kind) {
    case "nobody":
      return <Nobody />;
    case "hidden":
      return <Hidden />;
    case "newcomer":
      return <NewcomerFields key={shown.form} form={shown.form} />;
    case "stranger":
      return <Stranger visit={shown.visit} />;
    case "gone":
      return <Gone visit={shown.visit} />;
    case "customer":
      return <Known key={shown.customer} shown={shown} />;
  }
}

/** How long details still stay, as a line that grows shorter. */
function TimeLeft() {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    line.current?.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: SHOWN_MS, fill: "forwards" });
  }, []);
  return <div ref={line} class="time-left" aria-hidden="true" />;
}

function Nobody() {
  return (
    <div class="nobody">
      <h2 id="visitor" class="visually-hidden">{t.value["title"]}</h2>
      <Icon name="person" />
      <p class="quiet-text">{t.value["search.placeholder"]}</p>
    </div>
  );
}

function Hidden() {
  return (
    <div class="nobody" role="status">
      <Icon name="eyeOff" />
      <h2 id="visitor">{t.value["hidden"]}</h2>
      <button type="button" class="secondary" onClick={() => void uncover()}>
        {t.value["hidden.show"]}
      </button>
      <button type="button" class="quiet" onClick={() => (dismissVisitor(), focusSearch())}>
        {t.value["close"]}
      </button>
    </div>
  );
}

function Top({ name, children }: { name: string; children?: preact.ComponentChildren }) {
  return (
    <header class="card-top">
      <button type="button" class="quiet icon-button narrow-only" aria-label={t.value["back"]} onClick={closeVisitor}>
        <Icon name="back" />
      </button>
      <div class="card-name">
        <h2 id="visitor"><bdi>{name}</bdi></h2>
        {children}
      </div>
      <button type="button" class="quiet hide-button" onClick={coverAll}>
        <Icon name="eyeOff" />
        <span class="wide-text">{t.value["hide"]}</span>
      </button>
    </header>
  );
}

function Known({ shown }: { shown: Extract<Visitor, { kind: "customer" }> }) {
  const { customer, displayName, card, visit } = shown;
  const checkIn = useRef<HTMLButtonElement>(null);
  const isReady = card !== undefined;
  // Type, Enter, Enter: the second one checks in.
  useEffect(() => {
    if (!visit) checkIn.current?.focus({ preventScroll: true });
  }, [isReady]);
  return (
    <article class="card">
      <Top name={displayName || t.value["search.unnamed"]}>
        {card?.howToSay && <p class="how-to-say">{`${t.value["card.pronounced"]} “${card.howToSay}”`}</p>}
        {card && <Standing card={card} />}
        {card && <GreetingAdvice greeting={card.greeting} />}
      </Top>
      {card ? <CardView card={card} /> : <div class="card-body" />}
      <footer class="actions">
        {visit ? (
          <OpenVisit visit={visit} isJustIn={shown.isJustIn ?? false} />
        ) : (
          <div class="action-row">
            <button type="button" class="quiet" disabled={isArriving.value} onClick={() => (dismissVisitor(), focusSearch())}>
              {t.value["notThem"]}
            </button>
            <button ref={checkIn} type="button" class="primary big" onClick={() => void arrive({ customer, displayName })}>
              <Icon name="check" />
              {t.value["checkIn"]}
            </button>
          </div>
        )}
      </footer>
    </article>
  );
}

/** Who has just come in is to be welcomed first: the card has the room until they leave. */
function OpenVisit({ visit, isJustIn, whoElse = t.value["notThem"] }: { visit: Present | Arriving; isJustIn: boolean; whoElse?: string }) {
  const [isLeaving, setLeaving] = useState(!isJustIn);
  if (!isUnsent(visit) && correcting.value?.visit === visit.visit) return <Correcting visit={visit} />;
  const notThem = isUnsent(visit) ? (
    <TakeBack entry={visit} />
  ) : (
    <button type="button" class="quiet" onClick={() => (setCorrecting(true), focusSearch())}>
      {whoElse}
    </button>
  );
  if (isLeaving) return <CheckOut visit={visit} isAskedFor={isJustIn}>{notThem}</CheckOut>;
  return (
    <div class="action-row">
      {notThem}
      <button type="button" class="secondary big" onClick={() => setLeaving(true)}>
        {t.value["checkOut"]}
      </button>
    </div>
  );
}

/** What was never sent is taken back here; the service may have taken anything else. */
function TakeBack({ entry }: { entry: Arriving }) {
  if (entry.isTried || !waiting.value.includes(entry)) return null;
  return (
    <button type="button" class="quiet" onClick={() => withdraw(entry)}>
      {t.value["undo"]}
    </button>
  );
}

/** The right person is looked for by the search, which then knows what for. */
function Correcting({ visit }: { visit: Present }) {
  return (
    <div class="correcting" role="status">
      <p>{t.value["notThem.who"]}</p>
      <div class="action-row">
        <button type="button" class="quiet" onClick={() => setCorrecting(false)}>
          {t.value["notThem.cancel"]}
        </button>
        <button type="button" class="primary" onClick={() => void correct(visit, "")}>
          {t.value["notThem.nobody"]}
        </button>
      </div>
    </div>
  );
}

function Stranger({ visit }: { visit: Present | Arriving }) {
  const name = isUnsent(visit) ? nameOf(visit) : visit.stranger;
  const since = isUnsent(visit) ? visit.tappedAt : visit.since;
  return (
    <article class="card">
      <Top name={name || t.value["here.stranger"]}>
        <p class="standing">{t.value["here.since"](clockTime(since))}</p>
      </Top>
      <div class="card-body" />
      <footer class="actions">
        <OpenVisit visit={visit} isJustIn={false} whoElse={t.value["search"]} />
      </footer>
    </article>
  );
}

/** Whose visit it was is looked for by the search, which then knows what for. */
function Gone({ visit }: { visit: Present }) {
  return (
    <article class="card">
      <Top name={visit.stranger}>
        <p class="standing">{dayAndTime(visit.since)}</p>
      </Top>
      <div class="card-body" />
      <footer class="actions">
        <div class="correcting" role="status">
          <p>{t.value["gone.who"](visit.stranger)}</p>
          <div class="action-row">
            <button type="button" class="quiet" onClick={dismissVisitor}>
              {t.value["close"]}
            </button>
          </div>
        </div>
      </footer>
    </article>
  );
}

function NewcomerFields({ form }: { form: NewcomerForm }) {
  const fields = useRef<HTMLFormElement>(null);
  const said = form.said.value;
  const faults = form.faults.value;
  useEffect(() => {
    const refused = fields.current?.querySelector<HTMLInputElement>("[aria-invalid]");
    (refused ?? fields.current?.querySelector("input"))?.focus();
  }, [faults]);
  const change = (name: keyof Newcomer, text: string) => {
    form.said.value = { ...said, [name]: text };
  };
  // A text field each: a browser's own idea of a number or address must not refuse what people really give.
  const field = (name: keyof Newcomer, label: string, inputMode: "text" | "tel" | "email", hint = "") => (
    <div class="field">
      <label>
        {label} <span class="optional">{t.value["optional"]}</span>
        <input
          type="text"
          inputMode={inputMode}
          name={name}
          autocomplete="off"
          maxLength={200}
          placeholder={hint}
          value={said[name]}
          aria-invalid={faults[name] ? "true" : undefined}
          aria-describedby={faults[name] ? `${name}-refused` : undefined}
          onInput={(event) => change(name, event.currentTarget.value)}
        />
      </label>
      {faults[name] && <p id={`${name}-refused`} class="error" role="alert">{faults[name]}</p>}
    </div>
  );
  const submit = (event: Event) => {
    event.preventDefault();
    void arriveNew(form);
  };
  return (
    <form ref={fields} class="card" onSubmit={submit}>
      <Top name={t.value["new.title"]} />
      <div class="card-body fields">
        <p class="quiet-text">{t.value["new.hint"]}</p>
        {field("name", t.value["new.name"], "text")}
        {field("phone", t.value["new.phone"], "tel")}
        {field("email", t.value["new.email"], "email")}
        {field("look", t.value["new.look"], "text", t.value["new.look.hint"])}
      </div>
      <footer class="actions">
        <div class="action-row">
          <button type="submit" class="primary big">
            <Icon name="check" />
            {t.value["checkIn"]}
          </button>
        </div>
      </footer>
    </form>
  );
}
