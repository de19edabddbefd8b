import { notes } from "./api";
import { t } from "./i18n";
import { tell } from "./toasts";
import { fail } from "./visitor";

/** One note on paper: its PDF opens beside the page, in the browser's own viewer, from where it is printed. */

/** How long the PDF can be opened: until the viewer has it. */
const KEPT_MS = 60_000;

export async function printNote(gesture: string): Promise<void> {
  // At once: a window that opens later than the tap is taken for an advertisement.
  const viewer = window.open("", "_blank");
  try {
    const { pdf } = await notes.printNote({ subject: { case: "gesture", value: gesture } });
    const url = URL.createObjectURL(new Blob([new Uint8Array(pdf)], { type: "application/pdf" }));
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
    if (viewer) viewer.location.replace(url);
    else tell(t.value["notes.print.blocked"]);
  } catch (error) {
    viewer?.close();
    fail(error);
  }
}
