/** ExecuTorch's tables. @source executorch/schema/program.fbs, file identifier ET12. */
import type { FlatSchema } from '../parts/flatbuffer.ts';

export const executorchSchema: FlatSchema = {
  Program: ['4', '[Plan]', '[Buffer]', '[Inline]', '[Segment]', 'Subsegments', '[Subsegments]', '[Named]'],
  Plan: ['text', 'Container', '[Value]', '[4]', '[4]', '[Chain]', '[Operator]', '[Delegate]', '[8]'],
  Container: ['text', 'text'],
  Value: ['1', '?'],
  Chain: ['[4]', '[4]', '[Instruction]', '[?]'],
  Instruction: ['1', '?'],
  Operator: ['text', 'text'],
  Delegate: ['text', 'Reference', '[CompileSpec]'],
  Reference: ['1', '4'],
  CompileSpec: ['text', '[1]'],
  Buffer: ['[1]'],
  Inline: ['[1]'],
  Segment: ['8', '8'],
  Subsegments: ['4', '[8]'],
  Named: ['text', '4'],
};

export const slots = {
  program: { version: 0, plans: 1, constants: 2, inline: 3, segments: 4, constantSegment: 5, named: 7 },
  plan: { name: 0, chains: 5, operators: 6, delegates: 7 },
  chain: { instructions: 2 },
  operator: { name: 0, overload: 1 },
  delegate: { id: 0, processed: 1 },
  reference: { location: 0, index: 1 },
} as const;
