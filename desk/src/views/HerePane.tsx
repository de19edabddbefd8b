import { isLive, present, unsent, type Present } from "../arrivals";
import { isOnline } from "../connection";
import { clockTime, dayAndTime } from "../format";
import { t } from "../i18n";
import { profiled } from "../newcomer";
import { isLeaving, type Arriving } from "../outbox";
import { strangers } from "../strangers";
import { isUnsent, showGone, showPresent, showUnsent, visitor } from "../visitor";
import { Icon } from "./icons";
import { focusSearch, walk } from "./SearchPane";

/** Who is here, as it happens; whoever was entered without a connection stands on top. */
export function HerePane() {
  const still = unsent.value.filter((entry) => !present.value.some((one) => isOf(one, entry)));
  const count = present.value.length + still.length;
  return (
    <section class="pane here-pane" aria-labelledby="here">
      <h2 id="here">
        {t.value["here"]} <span class="count">{count}</span>
        <span class={isLive.value ? "live" : "live is-waiting"} role="status">{isOnline.value && t.value[isLive.value ? "here.live" : "here.waiting"]}</span>
      </h2>
      {count === 0 && <p class="quiet-text">{t.value["here.nobody"]}</p>}
      <ul class="people" onKeyDown={walk}>
        {still.map((entry) => (
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
      {strangers.value.length > 0 && <Gone />}
    </section>
  );
}

/**
 * News of an arrival may come before the answer to the tap that made it: then it is listed already. Only the answer names
 * the visit. Until then, who was not known when they came in is told by what the visit took over from the tap: its time,
 * at which somebody else may have come too, and how they are described. What was never sent is no visit yet.
 */
function isOf({ customer, since, stranger }: Present, { whom, tappedAt, isTried }: Arriving): boolean {
  if ("customer" in whom) return customer === whom.customer;
  const isSaid = "newcomer" in whom && stranger === profiled(whom.newcomer).stranger;
  return isTried && isSaid && since.getTime() === tappedAt.getTime();
}

/** Who left without having been known, until somebody knows them. */
function Gone() {
  return (
    <details class="more gone">
      <summary>{t.value["gone"](strangers.value.length)}</summary>
      <ul class="people" onKeyDown={walk}>
        {strangers.value.map((one) => (
          <li key={one.visit}>
            <button type="button" class="person" onClick={() => (showGone(one), focusSearch())}>
              <span class="person-name stranger"><bdi>{one.stranger}</bdi></span>
              <span class="person-detail">{dayAndTime(one.since)}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Row({ one }: { one: Present }) {
  const shown = visitor.value;
  const isShown = (shown.kind === "customer" || shown.kind === "stranger") && shown.visit !== undefined && !isUnsent(shown.visit) && shown.visit.visit === one.visit;
  const name = one.customer ? one.displayName || t.value["search.unnamed"] : one.stranger || t.value["here.stranger"];
  return (
    <button type="button" class="person" aria-current={isShown ? "true" : undefined} onClick={() => showPresent(one)}>
      <span class={one.customer ? "person-name" : "person-name stranger"}><bdi>{name}</bdi></span>
      <span class="person-detail">{t.value["here.since"](clockTime(one.since))}</span>
      {one.isOwedApology && (
        <span class="badge danger">
          <Icon name="alert" />
          {t.value["here.sorry"]}
        </span>
      )}
      {one.isUnclear && <span class="badge warn">{t.value["here.several"]}</span>}
      {isLeaving(one) && <NotSent />}
    </button>
  );
}

function Unsent({ entry }: { entry: Arriving }) {
  return (
    <button type="button" class="person" onClick={() => showUnsent(entry)}>
      <span class="person-name"><bdi>{nameOf(entry)}</bdi></span>
      <span class="person-detail">{t.value["here.since"](clockTime(entry.tappedAt))}</span>
      <NotSent />
    </button>
  );
}

/** Who came, or left, is known here only so far. */
function NotSent() {
  return (
    <span class="badge warn">
      <Icon name="clock" />
      {t.value["outbox.waiting"]}
    </span>
  );
}

/** What the desk called whoever was entered. */
export function nameOf({ whom }: Arriving): string {
  if ("customer" in whom) return whom.displayName || t.value["search.unnamed"];
  if ("typed" in whom) return whom.typed;
  const { name, look, phone, email } = whom.newcomer;
  return name || look || phone || email || t.value["here.stranger"];
}
