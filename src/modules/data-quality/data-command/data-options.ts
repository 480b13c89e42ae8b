/** What the verbs of `ai-spm data` may be told, and how they end. */
import { isProblem } from '../../../contract/problem.ts';
import type { Sensitivity } from '../drift/drift-verdict.ts';
import { printable } from '../run-command.ts';

export type DataCommandOptions = {
  readonly json?: boolean;
  readonly delimiter?: string;
  /** commander sets it to true unless --no-header is given. */
  readonly header?: boolean;
  readonly table?: readonly (readonly [name: string, file: string])[];
  readonly format?: 'yaml' | 'json';
  readonly out?: string;
  readonly force?: boolean;
  readonly seed?: number;
  readonly sensitivity?: Sensitivity;
  readonly columns?: string;
  readonly time?: string;
  readonly rollingDays?: number;
  readonly burst?: number;
  readonly against?: 'previous' | 'first';
  readonly by?: string;
  readonly reference?: string;
  readonly rules?: string;
  readonly most?: number;
};

/** As those of the scanner. */
export const exitCodes = { well: 0, found: 1, unread: 2, usage: 3 } as const;

export type Ended = { readonly code: number; readonly out: string /** To people, beside the answer. */; readonly said: string };

export const answered = (code: number, out: string): Ended => ({ code, out, said: '' });

/** A file of ours that cannot be used is wrong usage, not bad data. */
export const unusable = (file: string, reason: string): Ended => ({
  code: exitCodes.usage,
  out: '',
  said: printable(`ai-spm: ${file} cannot be used: ${reason}\n`),
});

/** What the table or the engine refuses is said; everything else is a defect of ours. */
export async function ended(work: () => Promise<Ended>): Promise<Ended> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { code: exitCodes.unread, out: '', said: printable(`ai-spm: ${error.message}\n`) };
  }
}

export const asJson = (answer: unknown): string => `${JSON.stringify(answer, null, 2)}\n`;
