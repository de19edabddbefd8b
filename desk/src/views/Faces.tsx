import { t } from "../i18n";
import { FacePicture } from "./icons";

export const LEVELS = [1, 2, 3, 4, 5] as const;
export type Level = (typeof LEVELS)[number];

interface Props {
  label: string;
  name: string;
  chosen: Level | undefined;
  onChoose: (level: Level) => void;
}

/** Five faces of which at most one is chosen: by touch, by arrow keys, or by the digits 1 to 5. */
export function Faces({ label, name, chosen, onChoose }: Props) {
  const byDigit = (event: KeyboardEvent) => {
    const level = LEVELS.find((one) => String(one) === event.key);
    if (level) onChoose(level);
  };
  return (
    <fieldset class="faces" onKeyDown={byDigit}>
      <legend>{label}</legend>
      <div class="faces-row">
        {LEVELS.map((level) => (
          <label key={level} class={`face face-${level}`}>
            <input type="radio" name={name} value={level} checked={chosen === level} onChange={() => onChoose(level)} />
            <FacePicture level={level} />
            <span class="face-label">{t.value[`face.${level}`]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
