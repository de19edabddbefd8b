import { effect, signal } from "@preact/signals";

/** Details of people leave the screen when nobody has touched it for a while, on a tap, and when the page is hidden. */

export const SHOWN_MS = 20_000;

/** Grows with each touch of the page, while details are shown: whoever draws the time that is left starts anew. */
export const touches = signal(0);

/** What is to be done when the time is over, by those who show details now. */
const coverings = signal<readonly (() => void)[]>([]);

/** Has `cover` called once details must leave the screen. Returns what ends that. */
export function whileShown(cover: () => void): () => void {
  coverings.value = [...coverings.value, cover];
  return () => {
    coverings.value = coverings.value.filter((one) => one !== cover);
  };
}

export function coverAll(): void {
  const now = coverings.value;
  coverings.value = [];
  for (const cover of now) cover();
}

const TOUCHES = ["pointerdown", "keydown", "wheel", "touchmove"] as const;
/** A wheel turns often: so close together, touches are one. */
const SAME_TOUCH_MS = 500;

export function watchTouches(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let touchedAt = 0;
  const restart = () => {
    clearTimeout(timer);
    if (coverings.peek().length > 0) timer = setTimeout(coverAll, SHOWN_MS);
  };
  const touched = () => {
    if (Date.now() - touchedAt < SAME_TOUCH_MS) return;
    touchedAt = Date.now();
    touches.value += 1;
    restart();
  };
  for (const kind of TOUCHES) window.addEventListener(kind, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) coverAll();
  });
  effect(() => {
    if (coverings.value.length > 0) restart();
    else clearTimeout(timer);
  });
}
