import { signal } from "@preact/signals";

/** Short messages about what was just done, with what takes it back. They never name a person. */
export interface Toast {
  id: number;
  text: string;
  isError: boolean;
  /** Takes back what was done, until the instant. */
  undo?: { until: Date; run: () => Promise<void> } | undefined;
}

const SHOWN_MS = 6_000;
const TOASTS_MAX = 3;

export const toasts = signal<readonly Toast[]>([]);
let last = 0;

export function tell(text: string, undo?: Toast["undo"]): void {
  show({ id: ++last, text, isError: false, ...(undo && { undo }) });
}

export function tellError(text: string): void {
  show({ id: ++last, text, isError: true });
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

function show(toast: Toast): void {
  toasts.value = [...toasts.value, toast].slice(-TOASTS_MAX);
  const shownMs = toast.undo ? toast.undo.until.getTime() - Date.now() : SHOWN_MS;
  setTimeout(() => dismiss(toast.id), Math.max(shownMs, SHOWN_MS));
}
