import { signal } from "@preact/signals";
import { staff } from "./state";

/** Who is signed in at the desk. The service keeps that in a cookie that scripts can't read. */

export interface Session {
  /** Whether nothing works without signing in. */
  required: boolean;
  staff: string;
  role: string;
}

const PATH = "/desk/session";

/** Absent until it is known. A service without keys asks nobody. */
export const session = signal<Session | undefined>(undefined);
export const mustSignIn = signal(false);

export function askToSignIn(): void {
  mustSignIn.value = true;
}

export async function readSession(): Promise<void> {
  const answer = await fetch(PATH, { cache: "no-store" });
  const isKnown = answer.ok && answer.headers.get("content-type")?.startsWith("application/json");
  const told = isKnown ? ((await answer.json()) as Partial<Session>) : {};
  session.value = { required: told.required ?? false, staff: told.staff ?? "", role: told.role ?? "" };
  if (session.value.staff) staff.value = session.value.staff;
  mustSignIn.value = session.value.required && !session.value.staff;
}

export type SignedIn = "yes" | "wrong" | "wait";

export async function signIn(key: string, who: string, pin: string): Promise<SignedIn> {
  const body = JSON.stringify({ key, staff: who, pin });
  const answer = await fetch(PATH, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (answer.status === 429) return "wait";
  if (!answer.ok) return "wrong";
  await readSession();
  return "yes";
}

export async function signOut(): Promise<void> {
  await fetch(PATH, { method: "DELETE" });
  // Everything that was read in their name goes with them.
  window.location.reload();
}
