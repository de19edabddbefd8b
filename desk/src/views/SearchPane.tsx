import { useEffect, useRef } from "preact/hooks";
import { isOnline } from "../connection";
import type { Candidate } from "../gen/gratitude/v1/front_desk_service_pb";
import { t } from "../i18n";
import { whileShown } from "../privacy";
import { clearSearch, enter, found, isEnough, isEntered, query } from "../search";
import { arrive, correct, correcting, showCustomer, showNewcomer, visitor } from "../visitor";
import { Icon } from "./icons";

export const SEARCH_ID = "search";

export function focusSearch(): void {
  document.getElementById(SEARCH_ID)?.focus();
}

/** Somebody out of the list: their card, or the visit that was entered for somebody else. */
function choose({ customer, displayName }: Candidate): void {
  const visit = correcting.peek();
  if (visit) void correct(visit, customer);
  else void showCustomer(customer, displayName);
}

function candidates(): Candidate[] {
  const now = found.value;
  return now.state === "found" || now.state === "searching" ? now.candidates : [];
}

export function SearchPane() {
  const results = useRef<HTMLUListElement>(null);
  const typed = query.value.trim();
  // What is typed or scanned first is a search, unless something else was begun while the page came up.
  useEffect(() => {
    if (document.activeElement === document.body) focusSearch();
  }, []);
  useEffect(() => (typed ? whileShown(clearSearch) : undefined), [typed !== ""]);

  const toResults = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") results.current?.querySelector("button")?.focus();
    else if (event.key === "Escape") clearSearch();
    else return;
    event.preventDefault();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isOnline.value && typed) void arrive({ typed });
    else enter();
  };
  useEffect(() => {
    const now = found.value;
    const first = candidates()[0];
    if (!isEntered.value || now.state === "searching") return;
    isEntered.value = false;
    if (now.state === "found" && first && now.fit === "one") choose(first);
    else results.current?.querySelector("button")?.focus();
  }, [found.value, isEntered.value]);
  return (
    <section class="pane search-pane" aria-label={t.value["search"]}>
      <form role="search" onSubmit={submit}>
        <label class="search-label" for={SEARCH_ID}>{t.value["search"]}</label>
        <div class="search-box">
          <Icon name="search" />
          <input
            id={SEARCH_ID}
            type="search"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            enterkeyhint="search"
            maxLength={200}
            placeholder={t.value["search.placeholder"]}
            value={query.value}
            onInput={(event) => (query.value = event.currentTarget.value)}
            onKeyDown={toResults}
          />
          {typed !== "" && (
            <button type="button" class="quiet icon-button" aria-label={t.value["search.clear"]} onClick={() => (clearSearch(), focusSearch())}>
              <Icon name="close" />
            </button>
          )}
        </div>
      </form>
      <Results list={results} typed={typed} />
    </section>
  );
}

function Results({ list, typed }: { list: { current: HTMLUListElement | null }; typed: string }) {
  const now = found.value;
  const all = candidates();
  const isEmpty = now.state === "found" && all.length === 0;
  return (
    <div class="results">
      <p class="results-said" role="status">
        {typed !== "" && now.state === "idle" && !isEnough(typed) && isOnline.value && t.value["search.few"]}
        {typed !== "" && !isOnline.value && t.value["search.offline"]}
        {now.state === "failed" && now.why}
        {isEmpty && t.value["search.none"]}
        {now.state === "found" && now.noNumberBecause && t.value["search.noNumber"](now.noNumberBecause)}
        {now.state === "found" && now.fit === "several" && <strong>{t.value["search.ask"]}</strong>}
      </p>
      {all.length > 0 && (
        <ul ref={list} class="people" aria-label={t.value["search.results"]} onKeyDown={walk}>
          {all.map((candidate) => (
            <li key={candidate.customer}>
              <Result candidate={candidate} />
            </li>
          ))}
        </ul>
      )}
      {now.state === "found" && now.hasMore && <p class="results-said">{t.value["search.more"]}</p>}
      {typed !== "" && !isOnline.value && (
        <button type="button" class="primary wide" onClick={() => void arrive({ typed })}>
          {`${t.value["checkIn"]}: ${typed}`}
        </button>
      )}
      <button type="button" class="secondary wide" onClick={() => showNewcomer(typed)}>
        <Icon name="plus" />
        {t.value["new"]}
      </button>
    </div>
  );
}

function Result({ candidate }: { candidate: Candidate }) {
  const shown = visitor.value;
  const isShown = shown.kind === "customer" && shown.customer === candidate.customer;
  return (
    <button type="button" class="person" aria-current={isShown ? "true" : undefined} onClick={() => choose(candidate)}>
      <span class="person-name"><bdi>{candidate.displayName || t.value["search.unnamed"]}</bdi></span>
      <span class="person-detail">{[candidate.town, ...candidate.maskedIdentifiers.slice(0, 2)].filter(Boolean).join(" · ")}</span>
      <span class="person-detail">{candidate.reasons.join(" · ")}</span>
      {candidate.deceased && <span class="badge warn">{t.value["search.deceased"]}</span>}
    </button>
  );
}

/** Up and down walk through a list of buttons; up from the first goes back to the search. */
export function walk(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLButtonElement>("button.person")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) focusSearch();
  else buttons[Math.min(next, buttons.length - 1)]?.focus();
}
