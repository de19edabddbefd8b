import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { reasonOf } from "./faults";
import { CustomerService } from "./gen/gratitude/v1/customer_service_pb";
import { FrontDeskService } from "./gen/gratitude/v1/front_desk_service_pb";
import { GestureService } from "./gen/gratitude/v1/gesture_service_pb";
import { InteractionService } from "./gen/gratitude/v1/interaction_service_pb";
import { LocationService } from "./gen/gratitude/v1/location_service_pb";
import { NoteService } from "./gen/gratitude/v1/note_service_pb";
import { t } from "./i18n";
import { staff } from "./state";

/** The contract, as any client has it: gRPC-Web to where the page came from. */

/** How long a call may take before the desk goes on without it. */
const CALL_MS_MAX = 8_000;

/** Says who works at the desk. Header values are ASCII, so the name travels percent-encoded only where it must. */
const onBehalfOf: Interceptor = (next) => (request) => {
  if (staff.value) request.header.set("x-gratitude-staff", headerValue(staff.value));
  return next(request);
};

function headerValue(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name : encodeURIComponent(name);
}

const transport = createGrpcWebTransport({
  baseUrl: window.location.origin,
  interceptors: [onBehalfOf],
  defaultTimeoutMs: CALL_MS_MAX,
});

export const customers = createClient(CustomerService, transport);
export const desk = createClient(FrontDeskService, transport);
export const gestures = createClient(GestureService, transport);
export const interactions = createClient(InteractionService, transport);
export const places = createClient(LocationService, transport);
export const notes = createClient(NoteService, transport);

/** Whether a call failed because it did not reach the service, so that it may be made again later. */
export function isConnectionLost(error: unknown): boolean {
  const failure = ConnectError.from(error);
  if (failure.code === Code.DeadlineExceeded) return true;
  // An answer of the service has its trailers, or at least headers; a broken connection has a cause instead.
  return failure.cause instanceof TypeError || (failure.code === Code.Unavailable && failure.details.length === 0);
}

/** Whether the same call may succeed in a moment: the service is stopping, starting or busy. */
export function isPassing(error: unknown): boolean {
  return [Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded].includes(ConnectError.from(error).code);
}

/** Whether asking again would bring the same refusal. */
export function isRefused(error: unknown): boolean {
  return [Code.Unimplemented, Code.PermissionDenied, Code.Unauthenticated, Code.NotFound].includes(ConnectError.from(error).code);
}

export function isCancelled(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Canceled;
}

export function isSignedOut(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Unauthenticated;
}

/** What to tell the desk about an error. The service's own words never hold personal data. */
export function inWords(error: unknown): string {
  const failure = ConnectError.from(error);
  switch (reasonOf(error)) {
    case "INTERACTION_NOT_OPEN":
      return t.value["error.notOpen"];
    case "INTERACTION_VOIDED":
      return t.value["error.voided"];
  }
  switch (failure.code) {
    case Code.Aborted:
      return t.value["error.changed"];
    case Code.PermissionDenied:
      return t.value["error.denied"];
    case Code.ResourceExhausted:
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return t.value["error.busy"];
    case Code.Unimplemented:
      return t.value["error.unsupported"];
    default:
      return failure.rawMessage ? `${t.value["error"]}: ${failure.rawMessage}` : t.value["error"];
  }
}
