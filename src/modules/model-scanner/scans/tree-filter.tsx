/** What the tree of scanned files shows: by path, verdict, severity, format and kind of file; all are asked of the server. */
import { SlidersHorizontal } from 'lucide-react';
import { useRef, useState } from 'react';
import { severities } from '../../../contract/severity.ts';
import { Button } from '../../../ui/button.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { useKeys } from '../../../ui/keys.ts';
import { useIsPhone } from '../../../ui/media.ts';
import { type FileOutline, listScanFiles, verdictChoices } from '../contract.ts';

export type TreeFilter = {
  readonly text: string;
  readonly verdict: string;
  readonly severity: string;
  readonly format: string;
  readonly only: 'judged' | 'findings' | 'all';
};
export const noTreeFilter: TreeFilter = { text: '', verdict: '', severity: '', format: '', only: 'judged' };

/** What the contract does not know is left out. */
export function treeQuery({ text, verdict, severity, format, only }: TreeFilter) {
  const { verdict: verdicts, severity: severityWords } = listScanFiles.input.shape;
  const wantedVerdict = verdicts.safeParse(verdict === '' ? undefined : verdict).data;
  const wantedSeverity = severityWords.safeParse(severity === '' ? undefined : severity).data;
  return {
    ...(text === '' ? {} : { q: text }),
    ...(wantedVerdict === undefined ? {} : { verdict: wantedVerdict }),
    ...(wantedSeverity === undefined ? {} : { severity: wantedSeverity }),
    ...(format === '' ? {} : { format }),
    ...(only === 'judged' ? { judged: true } : only === 'findings' ? { findings: true } : {}),
  };
}

const control = 'finger h-7 w-full min-w-0 rounded-control border border-line-strong bg-surface px-2 text-label';
type Option = readonly [value: string, word: string];
const onlyOptions: readonly Option[] = [
  ['judged', 'AI files'],
  ['findings', 'With findings'],
  ['all', 'Every file'],
];
const plain = (words: readonly string[]): Option[] => words.map((word) => [word, word]);

type BarProps = { filter: TreeFilter; onFilter: (filter: TreeFilter) => void; formats: FileOutline['formats'] };

export function TreeFilterBar({ filter, onFilter, formats }: BarProps) {
  const field = useRef<HTMLInputElement>(null);
  const isPhone = useIsPhone();
  const [isOpen, setOpen] = useState(false);
  useKeys('Files', [{ keys: '/', label: 'Filter the files', run: () => field.current?.focus() }]);
  const set = (changed: Partial<TreeFilter>): void => onFilter({ ...filter, ...changed });
  const isFiltered = Object.entries(noTreeFilter).some(([key, value]) => Reflect.get(filter, key) !== value);
  return (
    <div className="grid grid-cols-2 gap-1.5 border-b border-line px-4 py-2">
      <input
        ref={field}
        type="search"
        aria-label="Filter files by path"
        placeholder="Path  /"
        value={filter.text}
        onChange={(event) => set({ text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        className={`${control} col-span-2`}
      />
      {isPhone && (
        <div className="col-span-2">
          <Button wide icon={SlidersHorizontal} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide the filters' : 'More filters'}
          </Button>
        </div>
      )}
      {(isOpen || !isPhone) && <Selects filter={filter} set={set} formats={formats} />}
      {isFiltered && (
        <div className="col-span-2">
          <Button kind="quiet" size="small" wide onClick={() => onFilter(noTreeFilter)}>
            Drop the filters
          </Button>
        </div>
      )}
    </div>
  );
}

type SelectsProps = { filter: TreeFilter; set: (changed: Partial<TreeFilter>) => void; formats: FileOutline['formats'] };
function Selects({ filter, set, formats }: SelectsProps) {
  const formatOptions = formats.map(({ format, files }): Option => [format, `${inertLine(format, 40)} (${formatNumber(files)})`]);
  return (
    <>
      <Select
        label="Files of this verdict"
        none="Any verdict"
        value={filter.verdict}
        options={plain(verdictChoices)}
        onChange={(verdict) => set({ verdict })}
      />
      <Select
        label="Files with a finding of this severity"
        none="Any severity"
        value={filter.severity}
        options={plain(severities)}
        onChange={(severity) => set({ severity })}
      />
      <Select
        label="Files of this format"
        none="Any format"
        value={filter.format}
        options={formatOptions}
        onChange={(format) => set({ format })}
      />
      <Select
        label="Which files"
        value={filter.only}
        options={onlyOptions}
        onChange={(only) => set({ only: only as TreeFilter['only'] })}
      />
    </>
  );
}

type SelectProps = { label: string; none?: string; value: string; options: readonly Option[]; onChange: (value: string) => void };
function Select({ label, none, value, options, onChange }: SelectProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} className={control}>
      {none !== undefined && <option value="">{none}</option>}
      {options.map(([one, word]) => (
        <option key={one} value={one}>
          {word}
        </option>
      ))}
    </select>
  );
}
