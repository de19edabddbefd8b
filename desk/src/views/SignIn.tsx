import { useState } from "preact/hooks";
import { t } from "../i18n";
import { signIn, type SignedIn } from "../session";

/** Who works here, proved by a PIN; and which desk this is, by its key. Neither is kept by the page. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [result, setResult] = useState<SignedIn>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const said = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    const result = await signIn(said("key"), said("staff"), said("pin")).catch((): SignedIn => "wrong");
    setBusy(false);
    setResult(result);
    if (result === "yes") onSignedIn();
  };
  return (
    <main class="sign-in">
      <form class="pane fields" onSubmit={submit}>
        <h1>{t.value["signIn"]}</h1>
        <label>
          {t.value["signIn.key"]}
          <input type="password" name="key" required autocomplete="off" />
        </label>
        <label>
          {t.value["signIn.staff"]}
          <input type="text" name="staff" required autocomplete="off" autocapitalize="off" spellcheck={false} />
        </label>
        <label>
          {t.value["signIn.pin"]}
          <input type="password" name="pin" required inputMode="numeric" autocomplete="off" />
        </label>
        <p role="alert" class="error">
          {result === "wrong" && t.value["signIn.wrong"]}
          {result === "wait" && t.value["signIn.wait"]}
        </p>
        <button type="submit" class="primary big" disabled={isBusy}>{t.value["signIn"]}</button>
      </form>
    </main>
  );
}
