/** Made-up rounds, for tests, figures and the planted test: clients with a shared direction, own differences, attackers among them. */
import { randomSource } from '../../../math/random.ts';
import type { Round } from './judge-round.ts';
import { keepRows, rowOf, type UpdateMatrix, type Vector } from './update-matrix.ts';

/** Clients in each planted round, and attackers among them. */
const plantedClients = 20;
const plantedAttackers = 4;
const plantedParameters = 2000;

export type PlantedRounds = {
  readonly planted: number;
  readonly found: number;
  readonly missed: string[];
  readonly cleanRows: number;
  readonly falseFlags: number;
};

/** One round of each attack and as many harmless ones; `judge` names the rows it excludes. */
export function testRounds(seed: number, judge: (round: Round) => readonly number[]): PlantedRounds {
  const result = { planted: 0, found: 0, missed: [] as string[], cleanRows: 0, falseFlags: 0 };
  const first = plantedClients - plantedAttackers;
  for (const [k, attack] of attacks.entries()) {
    const shape = { clients: plantedClients, parameters: plantedParameters };
    const attacked = harmlessMatrix({ ...shape, seed: seed + k });
    plantAttack(attacked, { attack, count: plantedAttackers, seed: seed + k });
    const excluded = judge(roundOf(attacked));
    const hits = excluded.filter((row) => row >= first).length;
    result.planted += plantedAttackers;
    result.found += hits;
    if (hits < plantedAttackers) result.missed.push(`${plantedAttackers - hits} of ${plantedAttackers} clients: ${attack}`);
    result.falseFlags += excluded.length - hits + judge(roundOf(harmlessMatrix({ ...shape, seed: seed + 1000 + k }))).length;
    result.cleanRows += first + plantedClients;
  }
  return result;
}

export type RoundShape = {
  readonly clients: number;
  readonly parameters: number;
  readonly seed: number;
  /** Length of each client's own difference relative to the shared step: 0 all alike, 3 very different data. */
  readonly difference?: number;
  /** Logarithmic deviation of the clients' step lengths. */
  readonly lengths?: number;
  /** For the clients' own differences; left out, the seed goes on. */
  readonly ownSeed?: number;
};

/** Two tensors whose numbers differ a hundredfold in size, as weights and biases do. */
export function harmlessMatrix({
  clients,
  parameters,
  seed,
  difference = 1,
  lengths = 0.1,
  ownSeed,
}: RoundShape): UpdateMatrix & { shared: Float32Array } {
  let random = randomSource(seed);
  const scale = (c: number): number => (c < parameters * 0.9 ? 0.01 : 1);
  const shared = Float32Array.from({ length: parameters }, (_, c) => random.normal() * scale(c));
  if (ownSeed !== undefined) random = randomSource(ownSeed + 1000);
  const values = new Float32Array(clients * parameters);
  for (let i = 0; i < clients; i++) {
    const length = Math.exp(lengths * random.normal());
    for (let c = 0; c < parameters; c++)
      values[i * parameters + c] = length * ((shared[c] as number) + difference * random.normal() * scale(c));
  }
  return { values, rows: clients, parameters, shared };
}

export type Attack = 'boosted' | 'sign-flip' | 'colluding' | 'one-coordinate' | 'few-coordinates' | 'zero' | 'noise';
export const attacks: readonly Attack[] = ['boosted', 'sign-flip', 'colluding', 'one-coordinate', 'few-coordinates', 'zero', 'noise'];

/** The last `count` rows become attackers. */
export function plantAttack(matrix: UpdateMatrix, { attack, count, seed }: { attack: Attack; count: number; seed: number }): void {
  const random = randomSource(seed);
  const { rows, parameters: d } = matrix;
  const first = rowOf(matrix, rows - count);
  const model = first.slice();
  for (let k = 0; k < count; k++) {
    const row = rowOf(matrix, rows - count + k);
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (attack === 'boosted') for (let c = 0; c < d; c++) row[c] = 10 * (row[c] as number);
    if (attack === 'sign-flip') for (let c = 0; c < d; c++) row[c] = -(row[c] as number);
    if (attack === 'zero') row.fill(0);
    if (attack === 'noise') for (let c = 0; c < d; c++) row[c] = (random.normal() * norm) / Math.sqrt(d);
    if (attack === 'one-coordinate') row[17 % d] = (row[17 % d] as number) + 0.5 * norm;
    if (attack === 'few-coordinates')
      for (let c = 0; c < Math.max(2, d / 1000); c++) row[c] = (row[c] as number) + (0.5 * norm) / Math.sqrt(Math.max(2, d / 1000));
    if (attack === 'colluding') for (let c = 0; c < d; c++) row[c] = (model[c] as number) * (1 + 0.01 * random.normal());
  }
}

export function roundOf(matrix: UpdateMatrix, extra: { root?: Vector; previous?: Vector; past?: Round['past'] } = {}): Round {
  const { rows, parameters } = matrix;
  const cut = Math.floor(parameters * 0.9);
  return {
    updates: Array.from({ length: rows }, (_, i) => ({ clientId: `client-${i}`, row: i, unusable: null })),
    matrix: keepRows(
      matrix,
      Array.from({ length: rows }, (_, i) => i),
    ),
    tensors: [
      { start: 0, length: cut },
      { start: cut, length: parameters - cut },
    ],
    root: extra.root ?? null,
    previous: extra.previous ?? null,
    past: extra.past ?? new Map(),
  };
}
