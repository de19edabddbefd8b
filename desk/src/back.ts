import { effect } from "@preact/signals";
import { present } from "./arrivals";
import { callWords, checkOutDrafts } from "./drafts";
import { calls } from "./queue";
import { isNarrow } from "./state";
import { closeVisitor, isFilledIn, visitor } from "./visitor";

/** The way back: on a narrow screen it closes the card first, and what was typed is not left without a word. */

/** Marks the step that is taken back to close a card. It says nothing about whose. */
const SHOWN = "shown";

export function watchBack(): void {
  effect(() => {
    const { kind } = visitor.value;
    const isShown = kind !== "nobody" && kind !== "hidden";
    if (isShown && isNarrow() && history.state !== SHOWN) history.pushState(SHOWN, "");
  });
  window.addEventListener("popstate", () => {
    if (isNarrow() && history.state !== SHOWN) closeVisitor();
  });
  window.addEventListener("beforeunload", (event) => {
    if (isSomethingWritten()) event.preventDefault();
  });
}

function isSomethingWritten(): boolean {
  const hasWords = (visit: string) => {
    const draft = checkOutDrafts.of(visit);
    return draft !== undefined && (draft.items + draft.remarks).trim() !== "";
  };
  return isFilledIn() || present.peek().some((one) => hasWords(one.visit)) || calls.peek().some(({ gesture }) => callWords.of(gesture?.name ?? ""));
}
