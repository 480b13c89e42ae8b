/** Reads every pickle stream of a source and says what loading it would do. Never executes, never recurses. */
import type { GlobalFact, UnreadFact } from '../artefact.ts';
import type { ByteSource } from '../source.ts';
import { Cursor, StreamBroken } from './cursor.ts';
import type { PickleFacts, PicklePlace, PickleTools } from './facts.ts';
import { opcodeOf } from './opcodes.ts';

export type { PickleFacts, PicklePlace, PickleTools } from './facts.ts';
export { loadPickleTables, withoutEffects } from './tables.ts';

export function readPickle(source: ByteSource, place: PicklePlace, tools: PickleTools): PickleFacts {
  const cursor = new Cursor(source, place.offset);
  const globals: GlobalFact[] = [];
  const unread: UnreadFact[] = [];
  const texts: string[] = [];
  let [pickles, opcodes, protocol, persistentIds] = [0, 0, 0, 0];
  const where = (offset: number, index: number) => ({ containerPath: [...place.containerPath], offset, length: cursor.position - offset, opcodeIndex: index });
  const add = (module: string, name: string, offset: number) => {
    const allowed = tools.facts.allow.has(`${module} ${name}`);
    const harm = tools.facts.effects.get(`${module} ${name}`);
    globals.push({ kind: 'global', module, name, position: 'call', judgement: allowed ? 'allowed' : harm ? 'harmful' : 'unlisted',
      effect: harm?.effect ?? 'none', certainty: harm ? 'proved' : 'unknown', origin: 'unknown-package', expression: `${module}.${name}`, where: where(offset, opcodes) });
  };
  try {
    while (!cursor.atEnd) {
      const offset = cursor.position;
      const opcode = opcodeOf(cursor.u1());
      if (!opcode) throw new StreamBroken('unknown-opcode', `no opcode at byte ${offset}`);
      opcodes += 1;
      switch (opcode.argument) {
        case 'none': break;
        case 'u1': { const value = cursor.u1(); if (opcode.name === 'PROTO') protocol = Math.max(protocol, value); break; }
        case 'u2': cursor.u2(); break;
        case 'i4': case 'u4': cursor.u4(); break;
        case 'u8': case 'float8': cursor.u8(); break;
        case 'long1': case 'bytes1': case 'string1': cursor.skip(cursor.u1()); break;
        case 'long4': case 'bytes4': case 'string4': cursor.skip(cursor.u4()); break;
        case 'bytes8': cursor.skip(cursor.u8()); break;
        case 'text1': texts.push(cursor.text(cursor.u1())); break;
        case 'text4': texts.push(cursor.text(cursor.u4())); break;
        case 'text8': texts.push(cursor.text(cursor.u8())); break;
        case 'lines1': cursor.line(65536); break;
        case 'lines2': { const module = cursor.line(65536).text; add(module, cursor.line(65536).text, offset); break; }
      }
      if (opcode.name === 'STACK_GLOBAL') add(texts.at(-2) ?? '', texts.at(-1) ?? '', offset);
      if (opcode.name.endsWith('PERSID')) persistentIds += 1;
      if (opcode.name !== 'STOP') continue;
      pickles += 1;
      if (!place.whole) break;
    }
  } catch (error) {
    if (!(error instanceof StreamBroken)) throw error;
    unread.push({ reason: 'reader-failed', detail: error.message, where: where(cursor.position, opcodes) });
  }
  return { globals, anomalies: [], unread, strings: [], end: cursor.position, pickles, persistentIds, storages: [], arrays: [], externalPaths: [],
    protocol, opcodes, tensors: 0, parameters: 0 };
}
