import { useEffect } from "preact/hooks";
import { batches } from "../batches";
import { language, t } from "../i18n";
import { coverAll } from "../privacy";
import { calls, others } from "../queue";
import { mustSignIn } from "../session";
import { isKiosk, location, locations, tab, type Tab } from "../state";
import { correcting, visitor } from "../visitor";
import { CallsPane } from "./CallsPane";
import { Header } from "./Header";
import { HerePane } from "./HerePane";
import { Kiosk } from "./Kiosk";
import { NotesPane } from "./NotesPane";
import { focusSearch, SEARCH_ID, SearchPane } from "./SearchPane";
import { SignIn } from "./SignIn";
import { Toasts } from "./Toasts";
import { VisitorPane } from "./VisitorPane";
import { Icon } from "./icons";

export function App({ start }: { start: () => void }) {
  useEffect(() => {
    document.documentElement.lang = language.value;
    document.title = [location.value?.displayName, t.value["title"]].filter(Boolean).join(" · ");
  }, [language.value, location.value]);
  if (mustSignIn.value) return <SignIn onSignedIn={start} />;
  if (isKiosk) return <Kiosk />;
  return <Desk />;
}

function Desk() {
  useEffect(() => {
    window.addEventListener("keydown", byKey);
    return () => window.removeEventListener("keydown", byKey);
  }, []);
  return (
    <div class="desk" data-tab={tab.value} data-visitor={visitor.value.kind} data-correcting={correcting.value ? "" : undefined}>
      <a class="skip" href={`#${SEARCH_ID}`}>{t.value["skip"]}</a>
      <Header />
      {location.value || locations.value.length > 0 ? (
        <main class="columns" id="main">
          <div class="column find-column">
            <SearchPane />
            <HerePane />
          </div>
          <div class="column visitor-column">
            <VisitorPane />
          </div>
          <div class="column work-column">
            <CallsPane />
            <NotesPane />
          </div>
        </main>
      ) : (
        <main id="main"><p class="pane">{t.value["location.none"]}</p></main>
      )}
      <Tabs />
      <Toasts />
    </div>
  );
}

/** `/` goes to the search from anywhere but where it is written, Escape covers what is shown. */
function byKey(event: KeyboardEvent): void {
  if (event.key === "/" && !takesText(event.target)) {
    event.preventDefault();
    tab.value = "desk";
    focusSearch();
  }
  if (event.key === "Escape" && !event.defaultPrevented) coverAll();
}

function takesText(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "radio" && target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement;
}

/** On a narrow screen one thing at a time. */
function Tabs() {
  const counts: Record<Tab, number> = { desk: 0, calls: calls.value.length, notes: batches.value.length + others.value.length };
  const icons = { desk: "person", calls: "phone", notes: "note" } as const;
  return (
    <nav class="tabs" aria-label={t.value["title"]}>
      {(["desk", "calls", "notes"] as const).map((one) => (
        <button key={one} type="button" aria-current={tab.value === one ? "page" : undefined} onClick={() => (tab.value = one)}>
          <Icon name={icons[one]} />
          <span>{t.value[`tab.${one}`]}</span>
          {counts[one] > 0 && <span class="count">{counts[one]}</span>}
        </button>
      ))}
    </nav>
  );
}
