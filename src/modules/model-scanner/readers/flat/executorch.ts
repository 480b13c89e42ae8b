/** ExecuTorch programs: tables and segments in range, operators and delegates by name. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import type { GraphOperators } from '../../engine/tables.ts';
import { executableFacts } from '../archives/executable-facts.ts';
import { Cursor } from '../parts/cursor.ts';
import { FlatBuffer, type FlatTable, verifyFlatBuffer } from '../parts/flatbuffer.ts';
import { executorchSchema, slots } from './executorch-schema.ts';

export default defineReader({
  format: 'executorch',
  certain: ({ head }) => head[4] === 0x45 && head[5] === 0x54 && head[6] === 0x31 && (head[7] === 0x32 || head[7] === 0x33),
  read: (source, where, tools) => {
    const draft = draftArtefact('executorch', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readProgram(source, draft, tools));
    return draft;
  },
});

type Layout = { readonly programSize: number; readonly segmentBase: number };

/** The extended header stands behind the identifier. @source executorch/runtime/executor and schema/extended_header.h. */
function layoutOf(source: ByteSource): Layout {
  const plain = { programSize: source.size, segmentBase: 0 };
  const cursor = new Cursor(source, 8);
  if (cursor.left < 24 || cursor.text(4) !== 'eh00') return plain;
  cursor.skip(4);
  const programSize = cursor.u64();
  const segmentBase = cursor.u64();
  if (programSize > source.size || segmentBase > source.size)
    throw new MalformedBytes(
      'executorch-header',
      12,
      `the program has ${programSize} bytes and segments at ${segmentBase}, the file ${source.size}`,
    );
  return { programSize, segmentBase };
}

function readProgram(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const { programSize, segmentBase } = layoutOf(source);
  const program = new FlatBuffer(source, 0, programSize).root();
  draft.metadata.set('version', program.number(slots.program.version, 4));
  const table = tools.tables.operators.graphs.get('executorch') ?? { harmful: new Map(), known: new Set() };
  for (const plan of program.tables(slots.program.plans)) addNames(plan, table, draft);
  verifyFlatBuffer(program, 'Program', executorchSchema, () => tools.budget.checkTime());
  const segments = checkSegments(program, segmentBase, { source, draft });
  for (const plan of program.tables(slots.program.plans)) checkPlan(plan, program, segments, draft);
  for (const inline of program.tables(slots.program.inline)) {
    const data = inline.vector(0, 1);
    if (data) addExecutable(source, { at: data.at, size: data.count }, draft);
  }
  draft.metadata.set('methods', program.count(slots.program.plans));
}

function addNames(plan: FlatTable, { harmful, known }: GraphOperators, draft: Draft): void {
  const push = (name: string, table: FlatTable, detail: string, fact = harmful.get(name)) => {
    if (draft.operators.some((operator) => operator.name === name)) return;
    draft.operators.push({
      framework: 'executorch',
      domain: '',
      name,
      known: fact !== undefined,
      effect: fact?.effect ?? 'none',
      certainty: fact?.certainty ?? 'possible',
      detail: fact?.why ?? detail,
      where: rangePlace(draft.where, table.at, table.size),
    });
  };
  for (const operator of plan.tables(slots.plan.operators)) {
    const name = operator.text(slots.operator.name, 300);
    const namespace = name.includes('::') ? name.slice(0, name.indexOf('::')) : 'aten';
    if (harmful.has(name) || !known.has(namespace))
      push(name, operator, 'a custom operator, for which the program that runs the model must bring code');
  }
  for (const delegate of plan.tables(slots.plan.delegates)) {
    const id = delegate.text(slots.delegate.id, 300);
    draft.metadata.set(
      'delegates',
      [...new Set([...String(draft.metadata.get('delegates') ?? '').split(', '), id])].filter(Boolean).join(', ').slice(0, 300),
    );
    if (!known.has(`delegate:${id}`))
      push(id, delegate, 'a delegate that is not one of ExecuTorch itself: its part of the model is opaque');
  }
}

type Span = { readonly at: number; readonly size: number };

function checkSegments(program: FlatTable, base: number, { source, draft }: { source: ByteSource; draft: Draft }): Span[] {
  const spans: Span[] = [];
  for (const segment of program.tables(slots.program.segments)) {
    const at = base + segment.number(0, 8);
    const size = segment.number(1, 8);
    const place = rangePlace(draft.where, segment.at, segment.size);
    if (at + size > source.size) {
      const detail = `A segment of ${size} bytes at ${at} ends beyond the file.`;
      draft.anomalies.push(broken('executorch-segment', detail, place));
      draft.unread.push({ reason: 'truncated', detail, where: place });
    } else addExecutable(source, { at, size }, draft);
    spans.push({ at, size });
  }
  for (const offsets of program.tables(slots.program.named))
    if (offsets.number(1, 4) >>> 0 >= spans.length)
      draft.anomalies.push(
        lie('executorch-index', 'Named data lies in a segment that does not exist.', rangePlace(draft.where, offsets.at)),
      );
  const constants = program.table(slots.program.constantSegment);
  const span = constants ? spans[constants.number(0, 4) >>> 0] : undefined;
  const offsets = constants?.vector(1, 8);
  for (let i = 0; constants && span && offsets && i < offsets.count; i++)
    if (program.buffer.bytes.u64(offsets.at + 8 * i) > span.size) {
      draft.anomalies.push(
        broken('executorch-segment', 'A constant starts beyond its segment.', rangePlace(draft.where, offsets.at + 8 * i, 8)),
      );
      break;
    }
  return spans;
}

function addExecutable(source: ByteSource, { at, size }: Span, draft: Draft): void {
  if (size >= 64) draft.code.push(...executableFacts(source.read(at, Math.min(size, 4096)), size, rangePlace(draft.where, at, size)));
}

/** Instruction kinds of the union. */
const kernelCall = 1;
const delegateCall = 2;

function checkPlan(plan: FlatTable, program: FlatTable, segments: readonly Span[], draft: Draft): void {
  const operators = plan.count(slots.plan.operators);
  const delegates = plan.count(slots.plan.delegates);
  const report = (table: FlatTable, detail: string) =>
    draft.anomalies.push(lie('executorch-index', detail, rangePlace(draft.where, table.at, table.size)));
  for (const chain of plan.tables(slots.plan.chains))
    for (const instruction of chain.tables(slots.chain.instructions)) {
      const kind = instruction.number(0, 1);
      const call = instruction.table(1);
      const index = call ? call.number(0, 4) : 0;
      if (kind === kernelCall && (index < 0 || index >= operators))
        report(instruction, `An instruction calls operator ${index} of ${operators}.`);
      if (kind === delegateCall && (index < 0 || index >= delegates))
        report(instruction, `An instruction calls delegate ${index} of ${delegates}.`);
    }
  for (const delegate of plan.tables(slots.plan.delegates)) {
    const reference = delegate.table(slots.delegate.processed);
    if (!reference) continue;
    const index = reference.number(slots.reference.index, 4) >>> 0;
    const count = reference.number(slots.reference.location, 1) === 1 ? segments.length : program.count(slots.program.inline);
    if (index >= count) report(delegate, `A delegate has its data in part ${index} of ${count}.`);
  }
}
