import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AdminService } from "../src/gen/gratitude/v1/admin_service_pb";
import { CaseService } from "../src/gen/gratitude/v1/case_service_pb";
import { CreateCustomerRequest_OnMatch as OnMatch, CustomerService } from "../src/gen/gratitude/v1/customer_service_pb";
import { Consent_State, type Customer, Customer_Greeting as Greeting, Fact_Kind, Fact_Origin, Identifier_Kind as Kind, IdentifierSchema } from "../src/gen/gratitude/v1/customer_pb";
import { FrontDeskService } from "../src/gen/gratitude/v1/front_desk_service_pb";
import { GestureKind, Tone } from "../src/gen/gratitude/v1/gesture_pb";
import { GestureService } from "../src/gen/gratitude/v1/gesture_service_pb";
import type { InteractionSchema } from "../src/gen/gratitude/v1/interaction_pb";
import { InteractionKind, NoPurchaseReason, Outcome } from "../src/gen/gratitude/v1/interaction_kinds_pb";
import { InteractionService } from "../src/gen/gratitude/v1/interaction_service_pb";
import { LocationService } from "../src/gen/gratitude/v1/location_service_pb";
import { NoteService } from "../src/gen/gratitude/v1/note_service_pb";
import { Channel, InteractionChannel, Purpose } from "../src/gen/gratitude/v1/types_pb";

/** A tea house and its guests, told to the service as any client would. The names are made up. */

export const SHOP = "locations/mill-lane";
const DAY_MS = 86_400_000;

export class Town {
  readonly admin;
  readonly cases;
  readonly customers;
  readonly desk;
  readonly gestures;
  readonly interactions;
  readonly locations;
  readonly notes;

  /** With the token of a key, where the service wants one. */
  constructor(readonly url: string, token?: string) {
    const identify: Interceptor = (next) => (request) => {
      if (token) request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    };
    const transport = createGrpcWebTransport({ baseUrl: url, interceptors: [identify] });
    this.admin = createClient(AdminService, transport);
    this.cases = createClient(CaseService, transport);
    this.customers = createClient(CustomerService, transport);
    this.desk = createClient(FrontDeskService, transport);
    this.gestures = createClient(GestureService, transport);
    this.interactions = createClient(InteractionService, transport);
    this.locations = createClient(LocationService, transport);
    this.notes = createClient(NoteService, transport);
  }

  /** What time it is for the service. */
  async now(): Promise<number> {
    const answer = await fetch(`${this.url}/clock`);
    return Date.parse((await answer.text()).trim());
  }

  async advance(by: string): Promise<void> {
    const answer = await fetch(`${this.url}/clock/advance`, { method: "POST", body: by });
    if (!answer.ok) throw new Error(`the clock did not move: ${await answer.text()}`);
  }

  async openShop(): Promise<void> {
    await this.locations.createLocation({
      locationId: "mill-lane",
      location: { displayName: "Mill Lane Tea House", timeZone: "Europe/London", regionCode: "GB", languageCode: "en" },
    });
  }

  /** A customer who is found by a telephone number or an e-mail address. */
  async guest(displayName: string, foundBy: string, more: Omit<Partial<Customer>, "$typeName"> = {}): Promise<string> {
    const kind = foundBy.includes("@") ? Kind.EMAIL : Kind.PHONE;
    const customer = { ...more, displayName, identifiers: [create(IdentifierSchema, { kind, value: foundBy })] };
    const made = await this.customers.createCustomer({ customer, onMatch: OnMatch.CREATE_ANYWAY });
    return made.customer!.name;
  }

  /** A visit some days ago. */
  async visited(customer: string, daysAgo: number, looked: string[], more: MessageInitShape<typeof InteractionSchema> = {}): Promise<void> {
    const begin = (await this.now()) - daysAgo * DAY_MS;
    await this.interactions.recordInteraction({
      who: { who: { case: "customer", value: customer } },
      interaction: {
        location: SHOP,
        kind: InteractionKind.VISIT,
        channel: InteractionChannel.IN_STORE,
        startTime: timestampFromMs(begin),
        endTime: timestampFromMs(begin + 1_200_000),
        outcome: Outcome.NOT_PURCHASED,
        noPurchaseReason: NoPurchaseReason.JUST_LOOKING,
        itemsLookedAt: looked,
        history: true,
        ...more,
      },
    });
  }

  /** A regular, somebody to apologise to, a couple with one number, and somebody who is not to be named. */
  async guests() {
    const amara = await this.guest("Ms Okafor", "+44 20 7946 0012", {
      givenName: "Amara",
      familyName: "Okafor",
      howToSay: "oh-KAH-for",
      tags: ["tasting club"],
    });
    for (const daysAgo of [402, 180, 95, 61, 30]) await this.visited(amara, daysAgo, ["sencha"]);
    await this.visited(amara, 9, ["the red cast-iron teapot"], { staff: "Bea" });
    await this.fact(amara, Fact_Kind.LIKE, "green tea, the grassier the better");
    await this.fact(amara, Fact_Kind.DISLIKE, "anything with bergamot");
    await this.gestures.scheduleGesture({
      gesture: {
        customer: amara,
        kind: GestureKind.GIFT,
        channel: Channel.HAND_OVER,
        location: SHOP,
        content: { text: "A tin of this year’s first flush, set aside for her on the shelf behind the till." },
      },
    });
    const rufus = await this.guest("Rufus Adeyemi", "+44 20 7946 0044", { givenName: "Rufus", familyName: "Adeyemi" });
    await this.visited(rufus, 20, ["a glass strainer"]);
    await this.cases.openCase({ case: { customer: rufus, summary: "the strainer we sent was cracked, and nobody answered his letter" } });
    const ruth = await this.guest("Ruth Baker", "+44 20 7946 0077", { givenName: "Ruth", familyName: "Baker" });
    const tom = await this.guest("Tom Baker", "+44 20 7946 0077", { givenName: "Tom", familyName: "Baker" });
    const quiet = await this.guest("Dr. Ellis", "+44 20 7946 0088", { greeting: Greeting.WARM_WITHOUT_NAME });
    await this.visited(quiet, 14, ["chamomile"]);
    return { amara, rufus, ruth, tom, quiet };
  }

  async fact(name: string, kind: Fact_Kind, text: string): Promise<void> {
    await this.customers.addFact({ name, fact: { kind, text, origin: Fact_Origin.TOLD_US } });
  }

  /** A call that is due now. */
  async call(customer: string, text: string): Promise<string> {
    const made = await this.gestures.scheduleGesture({
      gesture: { customer, kind: GestureKind.CALL, channel: Channel.PHONE, location: SHOP, tone: Tone.CARING, purpose: Purpose.SERVICE, content: { text } },
    });
    return made.gesture!.name;
  }

  /** Nobody is to be called any more. */
  async noCalls(): Promise<void> {
    const { entries } = await this.gestures.listQueue({ location: SHOP, pageSize: 100 });
    for (const { gesture } of entries) {
      if (gesture?.channel === Channel.PHONE) await this.gestures.cancelGesture({ name: gesture.name, reason: "the day is over" });
    }
  }

  /** A note in somebody's own words, to be handed over. */
  async note(customer: string, text: string): Promise<string> {
    const made = await this.gestures.scheduleGesture({
      gesture: { customer, kind: GestureKind.NOTE, channel: Channel.HAND_OVER, location: SHOP, content: { text } },
    });
    return made.gesture!.name;
  }

  /** A batch of notes that has been written and waits for approval. */
  async batch(displayName: string): Promise<string> {
    for (const [name, email, looked] of [
      ["Ines Duarte", "ines@example.com", "a tasting set of white teas"],
      ["Jürgen Vogel", "juergen@example.com", "the blue gaiwan"],
    ] as const) {
      const customer = await this.guest(name, email);
      await this.customers.setConsent({
        name: customer,
        consent: { channel: Channel.EMAIL, purpose: Purpose.GRATITUDE, state: Consent_State.GRANTED, source: "form" },
      });
      await this.visited(customer, 0.05, [looked], { history: false });
    }
    await this.advance("2d");
    const made = await this.notes.createNoteBatch({ noteBatch: { displayName, selection: { case: "due", value: {} } } });
    await this.advance("1m");
    return made.noteBatch!.name;
  }
}
