/** Hours of a week: on or off, from, to, days and time zone. */
import { CheckLine, TextLine } from '../../../ui/controls.tsx';
import type { Hours } from '../contract.ts';
import { dayWord } from '../notification-words.tsx';

const week = [1, 2, 3, 4, 5, 6, 7];
const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones: readonly string[] = Intl.supportedValuesOf('timeZone');

type HoursFieldsProps = {
  /** What holds within them. */
  words: string;
  value: Hours | null;
  start: Pick<Hours, 'from' | 'to' | 'days'>;
  onChange: (value: Hours | null) => void;
};

export function HoursFields({ words, value, start, onChange }: HoursFieldsProps) {
  const set = (part: Partial<Hours>): void => {
    if (value !== null) onChange({ ...value, ...part });
  };
  const toggle = (day: number, isOn: boolean): void => {
    const others = (value?.days ?? []).filter((one) => one !== day);
    set({ days: isOn ? [...others, day].sort((a, b) => a - b) : others });
  };
  return (
    <div className="grid gap-2">
      <CheckLine checked={value !== null} onChange={(isOn) => onChange(isOn ? { ...start, zone: ownZone() } : null)}>
        {words}
      </CheckLine>
      {value !== null && (
        <div className="grid gap-3 pl-6">
          <div className="grid grid-cols-2 gap-3 tablet:grid-cols-[6rem_6rem_1fr]">
            <TextLine plain label="From" value={value.from} onChange={(from) => set({ from })} />
            <TextLine plain label="To" value={value.to} onChange={(to) => set({ to })} />
            <div className="col-span-2 tablet:col-span-1">
              <TextLine plain label="Time zone" value={value.zone} list={zones} onChange={(zone) => set({ zone })} />
            </div>
          </div>
          <fieldset>
            <legend className="sr-only">Days on which they begin</legend>
            <div className="flex flex-wrap gap-x-4">
              {week.map((day) => (
                <CheckLine key={day} checked={value.days.includes(day)} onChange={(isOn) => toggle(day, isOn)}>
                  {dayWord(day)}
                </CheckLine>
              ))}
            </div>
          </fieldset>
        </div>
      )}
    </div>
  );
}

export const nightHours = { from: '22:00', to: '07:00', days: week };
export const officeHours = { from: '09:00', to: '17:00', days: [1, 2, 3, 4, 5] };
