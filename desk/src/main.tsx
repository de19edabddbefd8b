import { effect, untracked } from "@preact/signals";
import { render } from "preact";
import { isSignedOut, places } from "./api";
import { watchArrivals } from "./arrivals";
import { watchBack } from "./back";
import { readBatches } from "./batches";
import { watchClock } from "./clock";
import { noticed, onReturn, watchConnection } from "./connection";
import { watchOutbox } from "./outbox";
import { watchTouches } from "./privacy";
import { readQueue } from "./queue";
import { watchQuery } from "./search";
import { askToSignIn, mustSignIn, readSession, session } from "./session";
import { isKiosk, locationName, offerLocations } from "./state";
import { readStrangers } from "./strangers";
import { App } from "./views/App";
import { dismissVisitor } from "./visitor";
import "./styles/main.css";

/** How often what is to be done is read again, as others do it too. */
const ROUND_MS = 20_000;
const PAGE_SIZE = 500;

async function start(): Promise<void> {
  try {
    await readSession();
    if (mustSignIn.value) return;
    const { locations } = await places.listLocations({ pageSize: PAGE_SIZE });
    const allowed = session.value?.locations ?? [];
    offerLocations(locations.filter(({ name }) => allowed.length === 0 || allowed.includes(name)));
  } catch (error) {
    if (isSignedOut(error)) askToSignIn();
    else noticed(error);
  }
}

async function readWork(): Promise<void> {
  if (!isKiosk && locationName.value) await Promise.all([readQueue(), readBatches(), readStrangers()]);
}

watchConnection();
watchOutbox();
watchTouches();
if (!isKiosk) watchBack();
watchQuery();
effect(() => {
  const location = locationName.value;
  // Whoever signs in anew sees what they may see.
  if (!session.value || !location || isKiosk) return undefined;
  // What these look at is none of what this depends on: a lost connection dismisses nobody.
  return untracked(() => {
    dismissVisitor();
    void readWork();
    const stop = new AbortController();
    void watchArrivals(location, stop.signal);
    return () => stop.abort();
  });
});
onReturn(() => void (locationName.peek() ? readWork() : start()));
setInterval(() => void readWork(), ROUND_MS);
render(<App start={() => void start()} />, document.body);
void watchClock().then(start);
