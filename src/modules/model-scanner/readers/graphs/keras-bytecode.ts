/** Python byte code stored in a Keras configuration: what it names says what it can reach. */
import { memberPlace } from '../../engine/place.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { bytesSource } from '../../engine/source.ts';
import type { JsonValue } from '../parts/json-tokens.ts';
import { marshalNames } from '../python/python-marshal.ts';

/**
 * Finds base64 texts in the configuration of a Lambda, a stored function or a wrapped torch module, and reads them:
 * marshalled code becomes a code fact with the names it uses, anything else is opened as a member.
 */
export function addBytecode(name: string, config: JsonValue, draft: Draft, tools: ReaderTools): void {
  for (const text of base64Texts(config, 6).slice(0, 20)) {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    const names = marshalNames(bytes);
    if (names === null) {
      tools.budget.spendMember();
      const member = tools.open(bytesSource(bytes), memberPlace(draft.where, `${name} (stored bytes)`));
      if (member.format !== 'unknown' && member.format !== 'text') draft.members.push(member);
      continue;
    }
    draft.code.push({
      language: 'python-bytecode',
      activated: true,
      detail: `${name} holds byte code`,
      text: names.join(' ').slice(0, 4000),
      where: draft.where,
    });
  }
}

function base64Texts(value: JsonValue | undefined, depth: number): string[] {
  if (typeof value === 'string') return value.length >= 32 && /^[A-Za-z0-9+/=\s]+$/.test(value) && value.length < 1 << 24 ? [value] : [];
  if (depth === 0 || value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => base64Texts(item, depth - 1));
  return value instanceof Map ? [...value.values()].flatMap((item) => base64Texts(item, depth - 1)) : [];
}
