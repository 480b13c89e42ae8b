/** What an action is: one file in actions/, with its own parameters, way back, words and examples. */
import { z } from 'zod';
import type { Severity } from '../../contract/severity.ts';
import { type ActorWord, actProblems as problems } from './contract.ts';
import type { JsonObject } from './table.ts';

/** What an action knows of the act it carries out. */
export type ActFacts = {
  readonly actId: string;
  /** Travels to whoever acts outside, so that a repetition is recognised. */
  readonly key: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly requestedBy: ActorWord;
  readonly detectionId: string | null;
  readonly incident: {
    readonly id: string;
    readonly number: number;
    readonly title: string;
    readonly assetId: string | null;
    readonly assetName: string | null;
  } | null;
  /** What must be true by then, in milliseconds from the request. */
  readonly deadlineMs: number;
};
/** `executing`: it comes into force later, by a confirmation; whoever started that settles the act. */
export type Executed = { readonly state: 'in_force' | 'executing'; readonly outcome: JsonObject };

export type Action = {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly parameters: z.ZodType;
  readonly containing: boolean;
  readonly revertible: boolean;
  readonly parse: (parameters: unknown) => JsonObject;
  /** Two acts of one matter with the same key are one. */
  readonly key: (parameters: unknown) => string;
  readonly describe: (parameters: unknown) => string;
  /** How long it stays in force; null: until it is taken back. */
  readonly lastsMs: (parameters: unknown) => number | null;
  /** Runs in the transaction of the act; what it throws undoes its own changes and fails the act. */
  readonly execute: (parameters: unknown, act: ActFacts) => Promise<Executed>;
  /** Looks whether what was started is in force; called once the outcome is stored. */
  readonly settle: (outcome: JsonObject) => Promise<void>;
  readonly revert: (parameters: unknown, act: ActFacts, outcome: JsonObject) => Promise<void>;
  /** Its way back has states and people of its own, and moves the act by itself. */
  readonly leadsOwnWayBack: boolean;
  readonly examples: { readonly fits: readonly unknown[]; readonly refused: readonly unknown[] };
};

type Draft<P extends z.ZodType> = {
  id: string;
  title: string;
  says: string;
  parameters: P;
  containing?: boolean;
  key: (parameters: z.output<P>) => string;
  describe: (parameters: z.output<P>) => string;
  lastsMs?: (parameters: z.output<P>) => number | null;
  execute: (parameters: z.output<P>, act: ActFacts) => Promise<Executed>;
  settle?: (outcome: JsonObject) => Promise<void>;
  revert?: (parameters: z.output<P>, act: ActFacts, outcome: JsonObject) => Promise<void>;
  leadsOwnWayBack?: boolean;
  examples: { fits: readonly z.input<P>[]; refused: readonly unknown[] };
};

const Stored = z.record(z.string(), z.json());

export function defineAction<P extends z.ZodType>(draft: Draft<P>): Action {
  const { revert } = draft;
  const parse = (parameters: unknown): z.output<P> => {
    const parsed = draft.parameters.safeParse(parameters);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw problems.parametersInvalid({ action: draft.id, reason: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() });
  };
  return {
    id: draft.id,
    title: draft.title,
    says: draft.says,
    parameters: draft.parameters,
    containing: draft.containing ?? false,
    revertible: revert !== undefined,
    parse: (parameters) => Stored.parse(parse(parameters)),
    key: (parameters) => draft.key(parse(parameters)),
    describe: (parameters) => draft.describe(parse(parameters)),
    lastsMs: (parameters) => draft.lastsMs?.(parse(parameters)) ?? null,
    execute: (parameters, act) => draft.execute(parse(parameters), act),
    settle: async (outcome) => draft.settle?.(outcome),
    leadsOwnWayBack: draft.leadsOwnWayBack ?? false,
    revert: async (parameters, act, outcome) => {
      if (revert === undefined) throw problems.notRevertible({ action: draft.title });
      await revert(parse(parameters), act, outcome);
    },
    examples: draft.examples,
  };
}
