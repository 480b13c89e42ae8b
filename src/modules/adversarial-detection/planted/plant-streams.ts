/** Clients that copy, search the boundary, sweep and probe, and clients that do nothing of the kind. */
import { streamOf } from '../streams/detector.ts';
import { judgeStream, noHistory } from '../streams/judge-stream.ts';
import { queriesOf, type StreamKind, sketchesOf } from '../streams/planted-streams.ts';
import { counted, type PlantedCount } from './planted-count.ts';

const each = 5;
const attacks: readonly StreamKind[] = ['boundary-walk', 'record-probe', 'attribute-sweep', 'synthetic'];
const harmless: readonly StreamKind[] = ['harmless', 'harmless', 'harmless', 'repeats'];

export function plantStreams(seed: number): PlantedCount {
  const cases = [...attacks, ...harmless].flatMap((kind, place) =>
    Array.from({ length: each }, (_, k) => {
      const sketches = sketchesOf(queriesOf(kind, { count: 150, dimensions: 8, seed: seed + 100 * place + k }));
      const { decision } = judgeStream(streamOf(sketches), noHistory, { targetRate: 0.01, modelId: 'planted', clientId: null });
      return { name: `${kind} ${k}`, isAttack: attacks.includes(kind), isFlagged: decision === 'threat' };
    }),
  );
  return counted(cases);
}
