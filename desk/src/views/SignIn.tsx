import { useState } from "preact/hooks";
import { t } from "../i18n";
import { waiting } from "../outbox";
import { session, signIn, type SignedIn } from "../session";

/** Who works here, proved by a PIN; and which desk this is, by its key. Neither is kept by the page. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [result, setResult] = useState<SignedIn>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const said = new FormData(form);
    const text = (name: string) => String(said.get(name) ?? "").trim();
    setBusy(true);
    const result = await signIn(text("key"), text("staff"), text("pin")).catch((): SignedIn => ({ is: "wrong" }));
    setBusy(false);
    setResult(result);
    if (result.is === "in") onSignedIn();
  };
  return (
    <main class="sign-in" id="main">
      <form class="pane fields" onSubmit={submit}>
        <h1>{t.value["signIn"]}</h1>
        {waiting.value.length > 0 && <p class="notice warn">{t.value["offline.kept"](waiting.value.length)}</p>}
        {!session.value?.enrolled && (
          <label>
            {t.value["signIn.key"]}
            <input type="password" name="key" required autocomplete="off" />
          </label>
        )}
        <label>
          {t.value["signIn.staff"]}
          <input type="text" name="staff" required autocomplete="off" autocapitalize="off" spellcheck={false} />
        </label>
        <label>
          {t.value["signIn.pin"]}
          <input type="password" name="pin" required inputMode="numeric" autocomplete="off" />
        </label>
        <p role="alert" class="error">
          {result?.is === "wrong" && t.value["signIn.wrong"]}
          {result?.is === "waiting" && t.value["signIn.wait"](result.seconds)}
        </p>
        <button type="submit" class="primary big" disabled={isBusy}>{t.value["signIn"]}</button>
      </form>
    </main>
  );
}
