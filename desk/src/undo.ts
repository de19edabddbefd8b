import { desk, isPassing } from "./api";
import { here } from "./clock";
import { noticed } from "./connection";
import { instantOf } from "./format";
import type { Undo } from "./gen/gratitude/v1/desk_action_pb";
import { t } from "./i18n";
import { requestId } from "./outbox";
import { tell, type Toast } from "./toasts";

/** How what was just done is taken back, as a message offers it; nothing where the service says that it can't be. */
export function undoing(undo: Undo | undefined, then: () => void, failed: (error: unknown) => void): Toast["undo"] {
  const until = instantOf(undo?.expireTime);
  if (!undo || !until) return undefined;
  // However often it is tapped, it is one wish.
  const request = { action: undo.action, requestId: requestId() };
  const run = async () => {
    try {
      await desk.undoAction(request);
    } catch (error) {
      if (isPassing(error) || noticed(error)) tell(t.value["undo.notYet"], offer);
      return failed(error);
    }
    tell(t.value["undo.done"]);
    then();
  };
  const offer = { until: here(until), run };
  return offer;
}
