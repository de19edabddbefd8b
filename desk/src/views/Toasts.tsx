import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { dismiss, toasts, type Toast } from "../toasts";
import { Icon } from "./icons";

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function One({ toast }: { toast: Toast }) {
  return (
    <div class={toast.isError ? "toast danger" : "toast"}>
      <span>{toast.text}</span>
      {toast.undo && <Undo toast={toast} undo={toast.undo} />}
      <button type="button" class="quiet icon-button" aria-label={t.value["close"]} onClick={() => dismiss(toast.id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Takes back what was done, and says for how many seconds it still can. */
function Undo({ toast, undo }: { toast: Toast; undo: NonNullable<Toast["undo"]> }) {
  const left = () => Math.max(0, Math.ceil((undo.until.getTime() - Date.now()) / 1_000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left), 1_000);
    return () => clearInterval(timer);
  }, []);
  const run = () => {
    dismiss(toast.id);
    void undo.run();
  };
  return (
    <button type="button" class="undo" onClick={run}>
      {t.value["undo"]} <span aria-hidden="true">{seconds}</span>
    </button>
  );
}
