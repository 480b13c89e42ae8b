/** A labelled table with a trigger and flipped labels, and the same table untouched. */
import type { InputOf } from '../../../contract/endpoint.ts';
import { randomSource } from '../../../math/random.ts';
import type { checkPoisoning } from '../../data-quality/contract.ts';
import type { PoisoningAnswer } from '../poisoning/translate.ts';
import type { PlantedCount } from './planted-count.ts';

type Check = InputOf<typeof checkPoisoning>;
export type PlantedTable = { readonly check: Check; readonly planted: ReadonlySet<number> };

const rows = 400;
const columns = 6;
const flipped = 12;
const triggered = 16;

/** @param isAttacked false: no row is touched. */
export function plantedTable(seed: number, isAttacked: boolean): PlantedTable {
  const random = randomSource(seed);
  const planted = new Set<number>();
  const cells = Array.from({ length: columns }, () => new Array<number>(rows).fill(0));
  const labels = Array.from({ length: rows }, (_, row) => {
    const label = row % 2;
    for (const [d, column] of cells.entries()) column[row] = (d % 2 === label ? 2 : -2) * (d < 4 ? 1 : 0) + random.normal();
    return label;
  });
  if (isAttacked)
    for (let k = 0; k < flipped + triggered; k++) {
      const row = 5 + k * 13;
      planted.add(row);
      if (k < flipped) labels[row] = 1 - (labels[row] as number);
      else {
        labels[row] = 1;
        (cells[4] as number[])[row] = 7;
        (cells[5] as number[])[row] = 7;
      }
    }
  const data = {
    columns: [
      ...cells.map((values, d) => ({ name: `x${d + 1}`, values })),
      { name: 'label', values: labels.map((label) => `class ${label}`) },
    ],
  };
  return { check: { data, label: 'label', seed }, planted };
}

/** Rows named by the verdict, or carrying a proven trigger, against those planted. */
export function countTables(attacked: PoisoningAnswer, clean: PoisoningAnswer, planted: ReadonlySet<number>): PlantedCount {
  const named = rowsNamed(attacked);
  const missed = [...planted].filter((row) => !named.has(row));
  return {
    planted: planted.size,
    found: planted.size - missed.length,
    missed: missed.map((row) => `row ${row}`),
    cleanRows: 2 * rows - planted.size,
    falseFlags: [...named].filter((row) => !planted.has(row)).length + rowsNamed(clean).size,
  };
}

function rowsNamed({ verdict, flagged, families }: PoisoningAnswer): Set<number> {
  if (verdict !== 'poisoned' && verdict !== 'suspicious') return new Set();
  const carriers = families.flatMap(({ family, findings }) =>
    family === 'trigger-search' ? findings.filter(({ counts }) => counts).flatMap((finding) => finding.rows) : [],
  );
  return new Set([...flagged.map(({ row }) => row), ...carriers]);
}
