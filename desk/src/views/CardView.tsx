import type { ComponentChildren } from "preact";
import { Channel } from "../gen/gratitude/v1/types_pb";
import { Customer_Greeting as Greeting, CustomerSummary_ReturnStatus as Status, Fact_Origin as Origin } from "../gen/gratitude/v1/customer_pb";
import type { Card, ComingDate } from "../gen/gratitude/v1/card_pb";
import { type Gesture, GestureKind } from "../gen/gratitude/v1/gesture_pb";
import { calendarDate, dayAndTime, instantOf, isolated, list } from "../format";
import { t } from "../i18n";
import { complete } from "../visitor";
import { Icon } from "./icons";

/** What the desk needs to know, in the order in which it needs it: what first, what to say, what to hand over. */
export function CardView({ card }: { card: Card }) {
  const isBare = !card.first && !card.say && !card.ask && card.handOver.length === 0 && !card.lastVisit && !card.notice;
  return (
    <div class="card-body" tabIndex={0} role="region" aria-label={t.value["card"]}>
      {card.notice && <p class="notice danger">{card.notice}</p>}
      {card.first && (
        <section class="first" aria-label={t.value["card.first"]}>
          <h3>
            <Icon name="alert" />
            {t.value["card.first"]}
          </h3>
          <p>{card.first.text}</p>
        </section>
      )}
      {card.say && (
        <section class="say" aria-label={t.value["card.say"]}>
          <h3>
            <Icon name="speak" />
            {t.value["card.say"]}
            {origin(card.say.origin) && card.say.evidence && <span class="origin">{origin(card.say.origin)}</span>}
          </h3>
          <p class="sentence" lang={card.spokenLanguageCode}>{card.say.text}</p>
        </section>
      )}
      {card.handOver.length > 0 && (
        <section class="hand-over" aria-label={t.value["card.handOver"]}>
          <h3>
            <Icon name="gift" />
            {t.value["card.handOver"]}
          </h3>
          <ul>
            {card.handOver.map((gesture) => (
              <HandOver key={gesture.name} gesture={gesture} />
            ))}
          </ul>
        </section>
      )}
      {card.ask && (
        <section class="ask" aria-label={t.value["card.ask"]}>
          <h3>{t.value["card.ask"]}</h3>
          <p class="sentence" lang={card.spokenLanguageCode}>{card.ask}</p>
        </section>
      )}
      {isBare && <p class="quiet-text">{t.value["card.nothing"]}</p>}
      <dl class="facts">
        <Last card={card} />
        <Words label={t.value["card.likes"]} words={card.likes} />
        <Words label={t.value["card.dislikes"]} words={card.dislikes} />
        {card.dates.length > 0 && <Fact label={t.value["card.dates"]}>{card.dates.map(coming).join(" · ")}</Fact>}
        {card.openPromises.length > 0 && <Fact label={t.value["card.promises"]}>{card.openPromises.map(promise).join(" · ")}</Fact>}
        <Days label={t.value["card.purchase"]} days={card.daysSincePurchase} />
        <Days label={t.value["card.contact"]} days={card.daysSinceContact} />
        <Tags card={card} />
      </dl>
    </div>
  );
}

/** Where they stand on the way of returning, in one line below the name. */
export function Standing({ card }: { card: Card }) {
  const since = card.sinceDate && t.value["card.since"](calendarDate(card.sinceDate, false));
  return (
    <p class="standing">
      {card.welcomeBack ? <span class="badge accent">{t.value["status.welcomeBack"]}</span> : <StatusBadge status={card.returnStatus} />}
      {card.milestone && <span class="badge accent">{card.milestone}</span>}
      {card.visitDays > 0 && !card.milestone && <span>{t.value["card.visits"](card.visitDays)}</span>}
      {since && card.visitDays > 1 && <span>{since}</span>}
    </p>
  );
}

function StatusBadge({ status }: { status: Status }) {
  const text = {
    [Status.UNSPECIFIED]: "",
    [Status.NEW]: t.value["status.new"],
    [Status.RETURNING]: t.value["status.returning"],
    [Status.REGULAR]: t.value["status.regular"],
    [Status.LAPSED]: t.value["status.lapsed"],
  }[status];
  return text ? <span class="badge">{text}</span> : null;
}

/** How they like to be met. By name is the custom, so only the exceptions are told. */
export function GreetingAdvice({ greeting }: { greeting: Greeting }) {
  if (greeting === Greeting.WARM_WITHOUT_NAME) return <p class="greeting warn">{t.value["greeting.warm"]}</p>;
  if (greeting === Greeting.NONE) return <p class="greeting warn">{t.value["greeting.none"]}</p>;
  return null;
}

function HandOver({ gesture }: { gesture: Gesture }) {
  return (
    <li>
      <span class="gesture-kind">{kindName(gesture.kind)}</span>
      <span class="gesture-text">{gesture.content?.text}</span>
      <button type="button" class="secondary" onClick={() => void complete(gesture)}>
        <Icon name="check" />
        {t.value["card.done"]}
      </button>
    </li>
  );
}

export function kindName(kind: GestureKind): string {
  const texts = t.value;
  switch (kind) {
    case GestureKind.CALL:
      return texts["kind.call"];
    case GestureKind.RECOGNITION:
      return texts["kind.recognition"];
    case GestureKind.GIFT:
      return texts["kind.gift"];
    case GestureKind.APOLOGY:
      return texts["kind.apology"];
    default:
      return texts["kind.note"];
  }
}

export function channelName(channel: Channel): string {
  const texts = t.value;
  switch (channel) {
    case Channel.PHONE:
      return texts["channel.phone"];
    case Channel.EMAIL:
      return texts["channel.email"];
    case Channel.MESSAGE:
      return texts["channel.message"];
    case Channel.POST:
      return texts["channel.post"];
    case Channel.HAND_OVER:
      return texts["channel.handOver"];
    default:
      return texts["channel.inPerson"];
  }
}

function origin(origin: Origin): string {
  if (origin === Origin.TOLD_US) return t.value["origin.told"];
  if (origin === Origin.SEEN_HERE) return t.value["origin.seen"];
  return "";
}

function Last({ card }: { card: Card }) {
  const last = card.lastVisit;
  if (!last) return null;
  const items = last.seen?.about ?? [];
  const parts = [
    last.date && calendarDate(last.date),
    last.locationDisplayName,
    items.length > 0 && `${t.value["card.looked"]} ${list(items)}`,
    last.ending,
    last.seen?.staff && t.value["card.served"](last.seen.staff),
  ];
  return <Fact label={t.value["card.last"]}>{parts.filter(Boolean).join(" · ")}</Fact>;
}

function Words({ label, words }: { label: string; words: string[] }) {
  return words.length > 0 ? <Fact label={label}>{words.join(" · ")}</Fact> : null;
}

function Days({ label, days }: { label: string; days: number | undefined }) {
  return days === undefined ? null : <Fact label={label}>{t.value["card.daysAgo"](days)}</Fact>;
}

function Tags({ card }: { card: Card }) {
  if (card.tags.length + card.automaticTags.length === 0) return null;
  return (
    <Fact label={t.value["card.tags"]}>
      <span class="tags">
        {card.tags.map((tag) => (
          <span key={tag} class="badge">{tag}</span>
        ))}
        {card.automaticTags.map((tag) => (
          <span key={tag} class="badge automatic" title={t.value["card.automatic"]}>
            {tag}
            <span class="visually-hidden"> ({t.value["card.automatic"]})</span>
          </span>
        ))}
      </span>
    </Fact>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function coming({ date, displayName, daysAhead }: ComingDate): string {
  const when = date ? `${calendarDate(date)}, ${t.value["card.daysAhead"](daysAhead)}` : t.value["card.daysAhead"](daysAhead);
  return `${isolated(displayName)} (${when})`;
}

function promise(gesture: Gesture): string {
  const due = instantOf(gesture.deadlineTime ?? gesture.dueTime);
  const what = gesture.content?.text || `${kindName(gesture.kind)} ${channelName(gesture.channel)}`;
  return due ? `${what} (${t.value["calls.due"](dayAndTime(due))})` : what;
}
