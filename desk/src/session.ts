import { Code, ConnectError } from "@connectrpc/connect";
import { signal } from "@preact/signals";
import { staff } from "./state";

/** Who is signed in at the desk. The service keeps that in a cookie that scripts can't read. */

export interface Session {
  /** Whether nothing works without signing in. */
  required: boolean;
  /** Whether the service knows this browser: then the desk's key need not be given again. */
  enrolled: boolean;
  /** Id of who is signed in; empty if nobody is. */
  staff: string;
  displayName: string;
  /** What they go by in what is recorded: a pseudonym, where the operator wants that. */
  called: string;
  /** Where they work; empty if everywhere. */
  locations: string[];
}

const PATH = "/desk/session";

/** Absent until it is known. */
export const session = signal<Session | undefined>(undefined);
export const mustSignIn = signal(false);

export function askToSignIn(): void {
  mustSignIn.value = true;
}

export async function readSession(): Promise<void> {
  const answer = await fetch(PATH, { cache: "no-store" });
  if (!answer.ok) throw new ConnectError("the service can't say who is signed in", Code.Unavailable);
  const told = await answer.json();
  const { required = false, enrolled = false } = told;
  const { staff: who, called, display_name: displayName, locations } = told;
  session.value = { required, enrolled, staff: who ?? "", displayName: displayName ?? who ?? "", called: called ?? "", locations: locations ?? [] };
  if (session.value.staff) staff.value = session.value.staff;
  mustSignIn.value = required && !session.value.staff;
}

export type SignedIn = { is: "in" } | { is: "wrong" } | { is: "waiting"; seconds: number };

export async function signIn(key: string, who: string, pin: string): Promise<SignedIn> {
  const body = JSON.stringify({ ...(key && { key }), staff: who, pin });
  const answer = await fetch(PATH, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (answer.status === 429) return { is: "waiting", seconds: Number(answer.headers.get("retry-after") ?? 60) };
  if (!answer.ok) return { is: "wrong" };
  await readSession();
  return { is: "in" };
}

export async function signOut(): Promise<void> {
  await fetch(PATH, { method: "DELETE" });
  // Everything that was read in their name goes with them.
  window.location.reload();
}
