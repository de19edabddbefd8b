import { desk, isPassing, isSignedOut } from "./api";
import { noticed } from "./connection";
import type { Card } from "./gen/gratitude/v1/card_pb";
import { Identifier_Kind as Kind } from "./gen/gratitude/v1/customer_pb";

/** What somebody gives to be known by: a whole number, address or card. A name is known to many, and opens nothing by itself. */

interface Given {
  kind: Kind;
  system?: string;
  value: string;
  /** What was typed beside a number: they have to be called so. */
  nameHint?: string;
}

/** As what a text can be taken, what is one customer's alone first. Digits may be of any script. */
export function given(typed: string): Given[] {
  const text = typed.normalize("NFKC").trim();
  const address = text.replace(/^mailto:/i, "");
  if (/^[^\s@]+@[^\s@]+$/.test(address)) return [{ kind: Kind.EMAIL, value: address }];
  if (!/\p{Nd}/u.test(text)) return [];
  const [, system, id] = /^(?!tel:)([^\s:]+):\s*(\S+)$/i.exec(text) ?? [];
  if (system && id) return [{ kind: Kind.EXTERNAL_ID, system, value: id }];
  return [{ kind: Kind.LOYALTY, value: text }, ...numberIn(text)];
}

/** A telephone number, alone or beside a name. */
function numberIn(text: string): Given[] {
  const pieces = text.replace(/^tel:/i, "").split(/\s+/);
  const isOfNumber = (piece: string) => /[\p{Nd}+()]/u.test(piece);
  const value = pieces.filter(isOfNumber).join(" ");
  const nameHint = pieces.filter((piece) => !isOfNumber(piece)).join(" ");
  return /^[\p{Nd}\s()+./\p{Pd}]{5,}$/u.test(value) ? [{ kind: Kind.PHONE, value, ...(nameHint && { nameHint }) }] : [];
}

/** Whose that is, if it is clear. Fails only where the service was not reached, or nobody may ask it. */
export async function recognizedBy(typed: string, location: string, isTaken: (one: Given) => boolean = () => true): Promise<Card | undefined> {
  for (const { nameHint = "", ...identifier } of given(typed).filter(isTaken)) {
    const card = await recognized({ location, identifiers: [identifier], nameHint });
    if (card) return card;
  }
  return undefined;
}

async function recognized(asked: Parameters<typeof desk.recognize>[0]): Promise<Card | undefined> {
  try {
    return (await desk.recognize(asked)).card;
  } catch (error) {
    if (noticed(error) || isPassing(error) || isSignedOut(error)) throw error;
    // What can't be such a number is nobody's.
    return undefined;
  }
}
