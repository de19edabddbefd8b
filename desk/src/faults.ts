import { BinaryReader } from "@bufbuild/protobuf/wire";
import { ConnectError } from "@connectrpc/connect";

/** What is wrong with a field of a request. */
export interface Violation {
  /** Its path, such as `who.identity.identifiers[0].value`. */
  field: string;
  /** Why, to be read behind "It" or what the field is. */
  description: string;
}

/** What the service says of the fields that it refused; nothing if that was not why a call failed. */
export function violations(error: unknown): Violation[] {
  const { details } = ConnectError.from(error);
  return details.flatMap((detail) => ("type" in detail && detail.type === "google.rpc.BadRequest" ? badRequest(detail.value) : []));
}

/** The service's name for why a call failed, such as `INTERACTION_NOT_OPEN`; empty if it gave none. */
export function reasonOf(error: unknown): string {
  const { details } = ConnectError.from(error);
  const info = details.find((detail) => "type" in detail && detail.type === "google.rpc.ErrorInfo");
  return info && "type" in info ? firstText(info.value) : "";
}

/** `google.rpc.ErrorInfo`: field 1 is the reason. */
function firstText(bytes: Uint8Array): string {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1) return reader.string();
    reader.skip(type);
  }
  return "";
}

/** `google.rpc.BadRequest`: field 1 repeats the violations, of which 1 is the field and 2 the description. */
function badRequest(bytes: Uint8Array): Violation[] {
  const found: Violation[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1) found.push(violation(reader.bytes()));
    else reader.skip(type);
  }
  return found;
}

function violation(bytes: Uint8Array): Violation {
  const read = { field: "", description: "" };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1) read.field = reader.string();
    else if (number === 2) read.description = reader.string();
    else reader.skip(type);
  }
  return read;
}
