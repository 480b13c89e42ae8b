/** From raw request parts to the one input object an endpoint asks for: bounded JSON, typed query values, path parameters. */
import { type ZodType, z } from 'zod';
import { commonProblems, type InputIssue } from '../../contract/problem.ts';

export const maxJsonDepth = 40;
/** Keeps nothing between texts that are decoded whole. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON body after checking its depth in one linear pass, because JSON.parse recurses.
 * @throws request.malformed, request.tooDeep
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  if (jsonDepth(bytes) > maxJsonDepth) throw commonProblems.tooDeep({ limit: maxJsonDepth });
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw commonProblems.malformed({ reason: error instanceof SyntaxError ? error.message.slice(0, 160) : 'it is not UTF-8' });
  }
}

const quote = 0x22;
const backslash = 0x5c;
/** Deepest nesting of brackets outside strings. */
export function jsonDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (inString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}

type Kind = 'number' | 'boolean' | 'list' | 'text';

/** Query values are text: numbers, booleans and lists are made from it as the schema asks. */
export function typedQuery(query: Readonly<Record<string, unknown>>, schema: ZodType): Record<string, unknown> {
  const kinds = queryKinds(schema);
  const typed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) typed[name] = typeValue(value, kinds.get(name) ?? 'text');
  return typed;
}

function typeValue(value: unknown, kind: Kind): unknown {
  if (kind === 'list') return Array.isArray(value) ? value : String(value).split(',');
  if (typeof value !== 'string') return value;
  if (kind === 'number') return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  if (kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

const kindsOf = new WeakMap<ZodType, ReadonlyMap<string, Kind>>();
function queryKinds(schema: ZodType): ReadonlyMap<string, Kind> {
  const known = kindsOf.get(schema);
  if (known) return known;
  const kinds = new Map<string, Kind>();
  if (schema instanceof z.ZodObject) for (const [name, field] of Object.entries(schema.shape)) kinds.set(name, kindOf(field as ZodType));
  kindsOf.set(schema, kinds);
  return kinds;
}

function kindOf(schema: ZodType): Kind {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodPrefault
  )
    return kindOf(schema.unwrap() as ZodType);
  if (schema instanceof z.ZodPipe) return kindOf(schema.in as ZodType);
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodArray) return 'list';
  return 'text';
}

/** @throws request.invalid listing every wrong value by dotted path */
export function parseInput<T>(schema: ZodType<T>, value: unknown): T {
  const unstorable = unstorableText(value, '');
  if (unstorable !== null)
    throw commonProblems.invalid(
      { count: 1 },
      { issues: [{ path: unstorable, message: 'Text may not hold NUL or half a surrogate pair.' }] },
    );
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues: InputIssue[] = parsed.error.issues.slice(0, 50).map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  throw commonProblems.invalid({ count: parsed.error.issues.length }, { issues });
}

/** Path of the first text the database cannot hold (NUL, lone surrogate), or null. Depth is bounded by the body's. */
function unstorableText(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    const inner = path === '' ? name : `${path}.${name}`;
    if (name.includes('\0')) return path;
    const found = unstorableText(part, inner);
    if (found !== null) return found;
  }
  return null;
}
