import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { given as identifiersIn, recognizedBy } from "../given";
import type { Card } from "../gen/gratitude/v1/card_pb";
import { Customer_Greeting as Greeting } from "../gen/gratitude/v1/customer_pb";
import { t } from "../i18n";
import { checkIn, type Whom } from "../outbox";
import { nobody } from "../newcomer";
import { locationName } from "../state";

/**
 * A screen that customers look at themselves: it takes a number or card, and shows a greeting, nothing else. It takes none
 * before it knows where it stands: whose number that is depends on it, and so does where they are.
 */

const SHOWN_MS = 8_000;

interface Greeted {
  text: string;
  more: string;
  language?: string;
}

const greeting = signal<Greeted | undefined>(undefined);

export function Kiosk() {
  const [typed, setTyped] = useState("");
  const shown = greeting.value;
  useEffect(() => {
    if (!shown) return undefined;
    const timer = setTimeout(() => (greeting.value = undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  const submit = (event: Event) => {
    event.preventDefault();
    const given = typed.trim();
    setTyped("");
    if (given) void welcome(given);
  };
  return (
    <main class="kiosk" id="main">
      {shown ? (
        <div role="status" onClick={() => (greeting.value = undefined)}>
          <h1 lang={shown.language}>{shown.text}</h1>
          <p>{shown.more}</p>
        </div>
      ) : (
        <form onSubmit={submit}>
          <label for="kiosk">{t.value["kiosk.ask"]}</label>
          <input id="kiosk" type="text" inputMode="tel" autocomplete="off" autofocus maxLength={60} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          <button type="submit" class="primary big" disabled={!locationName.value}>{t.value["kiosk.go"]}</button>
        </form>
      )}
    </main>
  );
}

/** Checks in whoever that clearly is, as one who is known; anybody else as somebody to look after. */
async function welcome(given: string): Promise<void> {
  try {
    const card = await recognizedBy(given, locationName.value, (one) => !one.nameHint);
    const whom: Whom = card
      ? { customer: card.customer, displayName: card.displayName }
      : { newcomer: { ...nobody, look: t.value["kiosk.stranger"] } };
    await checkIn(whom);
    greeting.value = card ? greet(card) : { text: t.value["kiosk.none"], more: t.value["kiosk.soon"] };
  } catch {
    // Who gave a number came, whoever that is: it is looked for once there is a connection.
    if (identifiersIn(given).length > 0) await checkIn({ typed: given }).catch(() => undefined);
    greeting.value = { text: t.value["kiosk.none"], more: t.value["kiosk.offline"] };
  }
}

function greet(card: Card): Greeted {
  const more = t.value["kiosk.soon"];
  if (card.notice || card.greeting === Greeting.NONE) return { text: t.value["kiosk.none"], more };
  if (card.hello) return { text: card.hello, more, language: card.spokenLanguageCode };
  return { text: t.value["kiosk.warm"], more };
}
