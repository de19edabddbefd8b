import { Identifier_Kind, Identity_OnMissing } from "./gen/gratitude/v1/customer_pb";

/** Somebody who is not chosen from those we know: what they gave, all of it optional. */
export interface Newcomer {
  name: string;
  phone: string;
  email: string;
  /** How to tell them again while they are not known. */
  look: string;
}

export const nobody: Newcomer = { name: "", phone: "", email: "", look: "" };

/** Reads what was typed: an address or a number is one, anything else says how to tell them again. */
export function identified(typed: string): Newcomer {
  const text = typed.trim();
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return { ...nobody, email: text };
  if (/^[+(]?[\d\s()./-]{5,}$/.test(text)) return { ...nobody, phone: text, look: text };
  return { ...nobody, look: text };
}

/** How CheckIn is told. With a number or address they become a customer; without, they stay a stranger. */
export function profiled({ name, phone, email, look }: Newcomer) {
  const identifiers = [
    ...(phone ? [{ kind: Identifier_Kind.PHONE, value: phone }] : []),
    ...(email ? [{ kind: Identifier_Kind.EMAIL, value: email }] : []),
  ];
  const stranger = [name, look].filter(Boolean).join(", ");
  if (identifiers.length === 0) return { stranger };
  const onMissing = Identity_OnMissing.CREATE;
  const identity = { identifiers, ...(name && { profile: { displayName: name } }), onMissing };
  return { who: { who: { case: "identity" as const, value: identity } }, stranger };
}
