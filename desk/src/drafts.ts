import { FeelingAbout } from "./gen/gratitude/v1/interaction_kinds_pb";
import type { Level } from "./views/Faces";

/** What has been filled in and not been entered: in memory, so that neither covering nor closing loses it. */
class Drafts<T> {
  private readonly kept = new Map<string, T>();

  of(key: string): T | undefined {
    return this.kept.get(key);
  }

  keep(key: string, draft: T): void {
    this.kept.set(key, draft);
    const [oldest] = this.kept.keys();
    if (oldest !== undefined && this.kept.size > DRAFTS_MAX) this.kept.delete(oldest);
  }

  drop(key: string): void {
    this.kept.delete(key);
  }

  /** What it is of goes by another name from now on. */
  rename(key: string, next: string): void {
    const draft = this.kept.get(key);
    if (!draft) return;
    this.drop(key);
    this.keep(next, draft);
  }
}

const DRAFTS_MAX = 50;

/** How a visit ends. */
export interface CheckOutDraft {
  level?: Level;
  about: FeelingAbout;
  items: string;
  remarks: string;
  isThanked: boolean;
}

/** By visit, or by the request of an arrival that has none yet. */
export const checkOutDrafts = new Drafts<CheckOutDraft>();
export const blankCheckOut: CheckOutDraft = { about: FeelingAbout.UNKNOWN, items: "", remarks: "", isThanked: false };

/** What was said in a call, by its gesture. */
export const callWords = new Drafts<string>();
