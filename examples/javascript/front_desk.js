// A front desk: recognises who comes in, checks them in and out, and sees it happen on the stream that every desk watches.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { explain, patiently } from "./errors.js";
import { ArrivalChange_Kind as Change } from "./gen/gratitude/v1/arrival_pb.js";
import { Identifier_Kind as Kind, Identity_OnMissing as OnMissing } from "./gen/gratitude/v1/customer_pb.js";
import { FrontDeskService } from "./gen/gratitude/v1/front_desk_service_pb.js";
import { NoPurchaseReason, Outcome } from "./gen/gratitude/v1/interaction_kinds_pb.js";
import { LocationService } from "./gen/gratitude/v1/location_service_pb.js";

const { values } = parseArgs({
  options: { server: { type: "string", default: "http://127.0.0.1:50051" }, key: { type: "string" } },
});

/** Says who calls: the key of a service that wants one, and the member of staff. */
const identify = (next) => (request) => {
  if (values.key) request.header.set("authorization", `Bearer ${values.key}`);
  request.header.set("x-gratitude-staff", "mia");
  return next(request);
};
const transport = createGrpcWebTransport({ baseUrl: values.server, interceptors: [identify] });
const locations = createClient(LocationService, transport);
const desk = createClient(FrontDeskService, transport);

const location = await ensureLocation("corner-shop");
const phone = { kind: Kind.PHONE, value: "912 345 679" };

const stop = new AbortController();
const arrivals = desk.watchArrivals({ location }, { signal: stop.signal })[Symbol.asyncIterator]();
const { value: first } = await arrivals.next();
console.log(`watching: ${first.news.value.arrivals.length} here`);

const identity = {
  identifiers: [phone],
  profile: { displayName: "João", givenName: "João" },
  onMissing: OnMissing.CREATE,
};
const request = { location, who: { who: { case: "identity", value: identity } }, requestId: randomUUID() };
const { interaction, card } = await patiently(() => desk.checkIn(request));
console.log(`checked in: ${card.displayName}, visit ${card.visitDays}`);
console.log(`the same call again: ${(await desk.checkIn(request)).replayed ? "replayed" : "checked in twice!"}`);
console.log(`watched: ${await next(interaction.name)}`);

const found = await desk.recognize({ location, query: "+351 912345679" });
console.log(`recognised: ${found.card.displayName}`);

try {
  await desk.checkOut({ interaction: interaction.name, mood: 7, requestId: "today" });
} catch (error) {
  const { code, reason, fields } = explain(error);
  console.log(`refused: ${code}, ${reason}`);
  for (const [field, description] of Object.entries(fields)) console.log(`  ${field} ${description}`);
}

const leaving = {
  interaction: interaction.name,
  outcome: Outcome.NOT_PURCHASED,
  noPurchaseReason: NoPurchaseReason.JUST_LOOKING,
  itemsLookedAt: ["the red teapot"],
  mood: 1,
  requestId: randomUUID(),
};
const { obligation } = await patiently(() => desk.checkOut(leaving));
console.log(`checked out: ${obligation.explanation}`);
console.log(`watched: ${await next(interaction.name)}`);
stop.abort();

/** What the stream tells next of a visit. */
async function next(visit) {
  for (;;) {
    const { value: message } = await arrivals.next();
    if (message.news.case === "change" && message.news.value.arrival.interaction === visit) {
      return Change[message.news.value.kind];
    }
  }
}

/** Makes the location unless it is there, and returns its name. */
async function ensureLocation(locationId) {
  const location = { displayName: "The corner shop", timeZone: "Europe/Lisbon", regionCode: "PT", languageCode: "en" };
  try {
    await locations.createLocation({ locationId, location });
  } catch (error) {
    if (ConnectError.from(error).code !== Code.AlreadyExists) throw error;
  }
  return `locations/${locationId}`;
}
