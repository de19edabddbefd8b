import { isLive, present, unsent, type Present } from "../arrivals";
import { isOnline } from "../connection";
import { clockTime } from "../format";
import { t } from "../i18n";
import type { Arriving } from "../outbox";
import { isUnsent, showPresent, showUnsent, visitor } from "../visitor";
import { Icon } from "./icons";
import { walk } from "./SearchPane";

/** Who is here, as it happens; whoever was entered without a connection stands on top. */
export function HerePane() {
  const count = present.value.length + unsent.value.length;
  return (
    <section class="pane here-pane" aria-labelledby="here">
      <h2 id="here">
        {t.value["here"]} <span class="count">{count}</span>
        <span class={isLive.value ? "live" : "live is-waiting"} role="status">{isOnline.value && t.value[isLive.value ? "here.live" : "here.waiting"]}</span>
      </h2>
      {count === 0 && <p class="quiet-text">{t.value["here.nobody"]}</p>}
      <ul class="people" onKeyDown={walk}>
        {unsent.value.map((entry) => (
          <li key={entry.requestId}>
            <Unsent entry={entry} />
          </li>
        ))}
        {present.value.map((one) => (
          <li key={one.visit}>
            <Row one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ one }: { one: Present }) {
  const shown = visitor.value;
  const isShown = (shown.kind === "customer" || shown.kind === "stranger") && shown.visit !== undefined && !isUnsent(shown.visit) && shown.visit.visit === one.visit;
  const name = one.customer ? one.displayName || t.value["search.unnamed"] : one.stranger || t.value["here.stranger"];
  return (
    <button type="button" class="person" aria-current={isShown ? "true" : undefined} onClick={() => showPresent(one)}>
      <span class={one.customer ? "person-name" : "person-name stranger"}>{name}</span>
      <span class="person-detail">{t.value["here.since"](clockTime(one.since))}</span>
      {one.isOwedApology && (
        <span class="badge danger">
          <Icon name="alert" />
          {t.value["here.sorry"]}
        </span>
      )}
      {one.isUnclear && <span class="badge warn">{t.value["here.several"]}</span>}
    </button>
  );
}

function Unsent({ entry }: { entry: Arriving }) {
  return (
    <button type="button" class="person" onClick={() => showUnsent(entry)}>
      <span class="person-name">{nameOf(entry)}</span>
      <span class="person-detail">{t.value["here.since"](clockTime(entry.tappedAt))}</span>
      <span class="badge warn">
        <Icon name="clock" />
        {t.value["outbox.waiting"]}
      </span>
    </button>
  );
}

/** What the desk called whoever was entered. */
export function nameOf({ whom }: Arriving): string {
  if ("customer" in whom) return whom.displayName || t.value["search.unnamed"];
  if ("typed" in whom) return whom.typed;
  const { name, look, phone, email } = whom.newcomer;
  return name || look || phone || email || t.value["here.stranger"];
}
