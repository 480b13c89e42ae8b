/** The table behind a chart: the accessible truth, and a CSV of the same numbers. */
import { Download, Table2 } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { IconButton } from './button.tsx';

export type ChartRow = readonly (string | number | null)[];
type ChartFrameProps = {
  /** What is drawn, with its first, last, lowest and highest value. */
  summary: string;
  heads: readonly string[];
  rows: readonly ChartRow[];
  /** Name of the CSV file, without ending. */
  fileName: string;
  children: ReactNode;
  /** Hides the buttons where the chart is tiny; the table stays for screen readers. */
  quiet?: boolean;
};

/** Cells that a spreadsheet would run are made text. */
const csvCell = (value: string | number | null): string => {
  const text = value === null ? 'unknown' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
export const toCsv = (heads: readonly string[], rows: readonly ChartRow[]): string =>
  [heads, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');

function saveCsv(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function ChartFrame({ summary, heads, rows, fileName, children, quiet = false }: ChartFrameProps) {
  const [isTable, setTable] = useState(false);
  const id = useId();
  return (
    <figure className="group/chart relative" aria-labelledby={id}>
      <figcaption id={id} className="sr-only">
        {summary}
      </figcaption>
      {!isTable && <div aria-hidden="true">{children}</div>}
      <div className={isTable ? 'scroll-quiet max-h-60 overflow-y-auto' : 'sr-only'}>
        <table className="w-full text-label tabular-nums">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col" className="border-b border-line py-1 pr-3 text-left font-regular text-ink-3">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.join(' ')}>
                {row.map((value, place) => (
                  <td key={heads[place]} className="border-b border-line py-1 pr-3">
                    {value ?? 'unknown'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!quiet && (
        <span
          data-print="no"
          className="absolute -top-1 right-0 flex rounded-control bg-raised opacity-0 shadow-press transition-opacity group-focus-within/chart:opacity-100 group-hover/chart:opacity-100"
        >
          <IconButton
            icon={Table2}
            size={14}
            label={isTable ? 'Show the chart' : 'Show the numbers as a table'}
            onClick={() => setTable(!isTable)}
          />
          <IconButton icon={Download} size={14} label="Save the numbers as CSV" onClick={() => saveCsv(fileName, toCsv(heads, rows))} />
        </span>
      )}
    </figure>
  );
}
