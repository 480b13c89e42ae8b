/** One run of `ai-spm data-quality poisoning`: file → verdict in a child process → a page of text or JSON → exit code. */
import type { IngestReport } from '../answer-shape.ts';
import { type CheckQuestion, runCheck } from '../run-check.ts';
import { limits, printable, readingText, reported, sourceOf } from '../run-command.ts';
import type { Poisoning } from './poisoning-shape.ts';

export type PoisoningCommandOptions = {
  readonly label: string;
  readonly split?: string;
  readonly order?: string;
  readonly baseline?: string;
  readonly seed: number;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly json?: boolean;
};
type Answer = Poisoning & { readonly ingest: IngestReport };

const exitCodes = { clean: 0, suspicious: 1, poisoned: 1, unknown: 2 } as const;

/** @returns the exit code. */
export function runPoisoningCommand(file: string, options: PoisoningCommandOptions): Promise<number> {
  return reported(async () => {
    const given = { columns: undefined, gradients: undefined, activations: undefined, modelPredictions: undefined };
    const question = async (): Promise<CheckQuestion> => ({
      kind: 'poisoning',
      data: await sourceOf(file, options),
      baseline: options.baseline === undefined ? null : await sourceOf(options.baseline, options),
      options: { label: options.label, split: options.split, order: options.order, seed: options.seed, ...given },
    });
    // The child is our own code: its answer has the shape the door checks.
    const answer = (await runCheck(question, { limits })) as Answer;
    process.stdout.write(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : pageOf(answer));
    return exitCodes[answer.verdict];
  });
}

const shownRows = 20;

function pageOf({ ingest, verdict, reason, confidence, families, notRun, flagged, flaggedCount }: Answer): string {
  const head = `${verdict.toUpperCase()}${confidence === null ? '' : `  confidence ${confidence.toFixed(3)}`}  ${reason}`;
  const evidence = families.flatMap(({ family, flaggedCount: rows, findings }) => [
    `  ${family.padEnd(20)} ${rows} rows flagged`,
    ...findings
      .slice(0, 5)
      .map(
        ({ what, label, rowCount, adjustedP, counts }) =>
          `    ${counts ? '!' : ' '} ${what}${label === null ? '' : ` → ${label}`}: ${rowCount} rows, adjusted p ${adjustedP.toPrecision(2)}`,
      ),
  ]);
  const missing = notRun.map(({ family, reason: why }) => `  ${family.padEnd(20)} not run: ${why}`);
  const rows = flagged
    .slice(0, shownRows)
    .map(
      ({ row, label, p, families: by }) =>
        `  row ${row}  label ${label ?? 'missing'}  p ${p.toPrecision(2)}  ${by.map(({ family }) => family).join(', ')}`,
    );
  const more = flaggedCount > shownRows ? [`  and ${flaggedCount - shownRows} more (--json names the first thousand)`] : [];
  const found = flaggedCount === 0 ? [] : ['', `Flagged rows (${flaggedCount})`, ...rows, ...more];
  return printable([readingText(ingest), '', head, '', 'Evidence', ...evidence, ...missing, ...found, ''].join('\n'));
}
