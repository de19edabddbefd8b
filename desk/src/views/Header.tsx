import { useState } from "preact/hooks";
import { isOnline } from "../connection";
import { chooseLanguage, language, LANGUAGE_NAMES, t, type Language } from "../i18n";
import { clockTime } from "../format";
import { discard, refused, sentLate, waiting, type Entry } from "../outbox";
import { session, signOut } from "../session";
import { chooseLocation, location, locations, staff } from "../state";
import { isCorrectable, showRefused } from "../visitor";
import { nameOf } from "./HerePane";
import { Icon } from "./icons";

export function Header() {
  const [isOpen, setOpen] = useState(false);
  return (
    <header>
      <h1 class="visually-hidden">{t.value["title"]}</h1>
      <div class={isOpen ? "top is-open" : "top"}>
      <label class="visually-hidden" for="location">{t.value["location"]}</label>
      <select id="location" class="location" value={location.value?.name} onChange={(event) => chooseLocation(event.currentTarget.value)}>
        {locations.value.map((one) => (
          <option key={one.name} value={one.name}>{one.displayName}</option>
        ))}
      </select>
      <Connection />
      <span class="spacer" />
      <button type="button" class="quiet icon-button narrow-only" aria-expanded={isOpen} aria-label={t.value["settings"]} onClick={() => setOpen(!isOpen)}>
        <Icon name="more" />
      </button>
      <div class="settings">
        <Staff />
        <label class="visually-hidden" for="language">{t.value["language"]}</label>
        <select id="language" value={language.value} onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}>
          {Object.entries(LANGUAGE_NAMES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>{name}</option>
          ))}
        </select>
      </div>
      </div>
      <Banner />
    </header>
  );
}

function Staff() {
  if (session.value?.staff) {
    return (
      <button type="button" class="quiet" onClick={() => void signOut()}>
        <span>{session.value.displayName}</span>{` · ${t.value["signOut"]}`}
      </button>
    );
  }
  // What is being typed is the field's own: who is signed in may become known only after somebody began.
  return (
    <label class="staff">
      <span class="staff-label">{t.value["staff"]}</span>
      <input type="text" autocomplete="off" maxLength={60} placeholder={t.value["staff.placeholder"]} defaultValue={staff.peek()} onChange={(event) => (staff.value = event.currentTarget.value.trim())} />
    </label>
  );
}

/** Online or not, and what is on its way. */
function Connection() {
  const count = waiting.value.length;
  const isWaiting = count > 0 && !isOnline.value;
  return (
    <p class={isOnline.value ? "connection" : "connection is-offline"} role="status">
      <span class="dot" aria-hidden="true" />
      {t.value[isOnline.value ? "online" : "offline"]}
      {isWaiting && <span class="kept">{` · ${t.value["offline.kept"](count)}`}</span>}
    </p>
  );
}

/** What the desk must know of the connection, across the page. */
function Banner() {
  const count = waiting.value.length;
  return (
    <div class="banners">
      {!isOnline.value && <p class="banner warn">{t.value["offline.hint"]}</p>}
      {isOnline.value && count > 0 && <p class="banner" role="status">{t.value["outbox.sending"](count)}</p>}
      {isOnline.value && count === 0 && sentLate.value > 0 && (
        <p class="banner good" role="status">
          {t.value["outbox.sent"](sentLate.value)}
          <button type="button" class="quiet" onClick={() => (sentLate.value = 0)}>{t.value["close"]}</button>
        </p>
      )}
      {refused.value.length > 0 && (
        <div class="banner danger" role="alert">
          <strong>{t.value["outbox.refused"](refused.value.length)}</strong>
          <ul>
            {refused.value.map((entry) => (
              <li key={entry.requestId}>
                <bdi>{whose(entry)}</bdi>
                {`, ${clockTime(entry.tappedAt)} · ${entry.refusal}`}
                {isCorrectable(entry) && (
                  <button type="button" class="quiet" onClick={() => showRefused(entry)}>{t.value["outbox.correct"]}</button>
                )}
                <button type="button" class="quiet" onClick={() => discard(entry)}>{t.value["outbox.drop"]}</button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function whose(entry: Entry): string {
  if (entry.kind === "checkIn") return nameOf(entry);
  return typeof entry.visit === "string" ? entry.who || t.value["checkOut"] : nameOf(entry.visit);
}
