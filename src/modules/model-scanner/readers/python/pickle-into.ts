/** The pickle engine's facts, written into an artefact. */

import { memberPlace } from '../../engine/place.ts';
import { type Draft, guarded, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, bytesSource } from '../../engine/source.ts';
import type { PickleFacts, PicklePlace } from '../../pickle/facts.ts';
import { readPickle } from '../../pickle/read-pickle.ts';

export type PickleStart = {
  readonly source: ByteSource;
  readonly offset: number;
  readonly whole: boolean;
  readonly flavour: NonNullable<PicklePlace['flavour']>;
};

/** @returns the engine's facts, or null when it could not run at all (the draft then says why). */
export function pickleInto(draft: Draft, start: PickleStart, tools: ReaderTools): PickleFacts | null {
  let facts: PickleFacts | null = null;
  guarded(draft, () => {
    const { source, offset, whole, flavour } = start;
    facts = readPickle(
      source,
      { containerPath: draft.where.containerPath, offset, whole, flavour },
      {
        budget: tools.budget,
        facts: tools.tables.pickle,
        nested: (bytes, name) => {
          tools.budget.spendMember();
          draft.members.push(tools.open(bytesSource(bytes), memberPlace(draft.where, name)));
        },
      },
    );
    addFacts(draft, facts);
  });
  return facts;
}

function addFacts(draft: Draft, facts: PickleFacts): void {
  draft.globals.push(...facts.globals);
  draft.anomalies.push(...facts.anomalies);
  draft.unread.push(...facts.unread);
  for (const { text, where } of facts.externalPaths)
    draft.externalPaths.push({ text, purpose: 'tensor-data', leavesFolder: /[/\\]/.test(text), effect: 'nested-load', where });
  draft.metadata.set('protocol', facts.protocol);
  if (facts.tensors > 0) draft.metadata.set('tensors', facts.tensors);
  if (facts.arrays.length > 0)
    draft.metadata.set(
      'arrayBytes',
      facts.arrays.reduce((sum, { dataBytes }) => sum + (dataBytes ?? 0), 0),
    );
  if (facts.parameters > 0) draft.metadata.set('parameters', facts.parameters);
}
