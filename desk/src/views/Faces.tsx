import { t } from "../i18n";
import { FacePicture } from "./icons";

export const LEVELS = [1, 2, 3, 4, 5] as const;
export type Level = (typeof LEVELS)[number];

interface AtOnce {
  label: string;
  onChoose: (level: Level) => void;
}

interface Props {
  label: string;
  name: string;
  chosen: Level | undefined;
  onChoose: (level: Level) => void;
}

/** Five faces of which at most one is chosen: by touch, by arrow keys, or by the digits 1 to 5. */
export function Faces({ label, name, chosen, onChoose }: Props) {
  return (
    <fieldset class="faces" onKeyDown={byDigit(onChoose)}>
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

/** Five faces that act as soon as one is tapped: buttons, since arrow keys choose a radio on the way past it. */
export function FacesAtOnce({ label, onChoose }: AtOnce) {
  return (
    <fieldset class="faces" onKeyDown={byDigit(onChoose)}>
      <legend>{label}</legend>
      <div class="faces-row">
        {LEVELS.map((level) => (
          <button key={level} type="button" class={`face face-${level}`} onClick={() => onChoose(level)}>
            <FacePicture level={level} />
            <span class="face-label">{t.value[`face.${level}`]}</span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function byDigit(choose: (level: Level) => void) {
  return (event: KeyboardEvent) => {
    const level = LEVELS.find((one) => String(one) === event.key);
    if (level) choose(level);
  };
}
