import { violations, type Violation } from "./faults";
import { Identifier_Kind, Identity_OnMissing } from "./gen/gratitude/v1/customer_pb";
import { t } from "./i18n";

/** Somebody who is not chosen from those we know: what they gave, all of it optional. */
export interface Newcomer {
  name: string;
  phone: string;
  email: string;
  /** How to tell them again while they are not known. */
  look: string;
}

/** What the service would not take, by field, in words. */
export type Faults = Partial<Record<keyof Newcomer, string>>;

export const nobody: Newcomer = { name: "", phone: "", email: "", look: "" };

/** Reads what was typed: an address or a number is one, anything else says how to tell them again. */
export function identified(typed: string): Newcomer {
  const text = typed.trim();
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return { ...nobody, email: text };
  // Digits of any script, and signs as wide as an ideograph.
  if (/^[+(]?[\p{Nd}\s()./-]{5,}$/u.test(text.normalize("NFKC"))) return { ...nobody, phone: text, look: text };
  return { ...nobody, look: text };
}

/** What was searched for in vain is where it belongs: a number, an address, or else a name. */
export function startingWith(typed: string): Newcomer {
  const read = identified(typed);
  return read.phone || read.email ? { ...read, look: "" } : { ...nobody, name: read.look };
}

/** What identifies them, in the order in which CheckIn is told. */
const IDENTIFYING = [
  ["phone", Identifier_Kind.PHONE],
  ["email", Identifier_Kind.EMAIL],
] as const;

/** How CheckIn is told. With a number or address they become a customer; without, they stay a stranger. */
export function profiled(newcomer: Newcomer) {
  const { name, look } = newcomer;
  const identifiers = IDENTIFYING.filter(([part]) => newcomer[part]).map(([part, kind]) => ({ kind, value: newcomer[part] }));
  const stranger = [name, look].filter(Boolean).join(", ");
  if (identifiers.length === 0) return { stranger };
  const onMissing = Identity_OnMissing.CREATE;
  const identity = { identifiers, ...(name && { profile: { displayName: name } }), onMissing };
  return { who: { who: { case: "identity" as const, value: identity } }, stranger };
}

/** What of them was refused; nothing if something else was. */
export function faultsOf(error: unknown, newcomer: Newcomer): Faults {
  const faults: Faults = {};
  for (const violation of violations(error)) {
    const part = partOf(violation, newcomer);
    if (part) faults[part] ??= inWords(part, violation);
  }
  return faults;
}

function partOf({ field }: Violation, newcomer: Newcomer): keyof Newcomer | undefined {
  const at = /^who\.identity\.identifiers\[(\d+)\]/.exec(field);
  if (at) return IDENTIFYING.filter(([part]) => newcomer[part])[Number(at[1])]?.[0];
  if (field.startsWith("who.identity.profile")) return "name";
  return field === "stranger" ? "look" : undefined;
}

function inWords(part: keyof Newcomer, { description }: Violation): string {
  switch (part) {
    case "phone":
      return t.value["new.phone.refused"](description);
    case "email":
      return t.value["new.email.refused"];
    default:
      return t.value["new.refused"](description);
  }
}
