/** JSON pointers (RFC 6901) into what strangers send. */
import { commonProblems } from '../../../../contract/problem.ts';

/** @returns null when the text is no pointer: it begins with / or is empty, and ~ is written ~0, / is written ~1. */
export function pointerSteps(text: string): string[] | null {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return null;
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export type Fault = (reason: string) => Error;

/** What the pointer leads to. @param fault makes the refusal of this side, request or answer */
export function follow(document: unknown, pointer: string, fault: Fault): unknown {
  const steps = pointerSteps(pointer);
  if (steps === null) throw commonProblems.internal({}, { cause: 'a stored pointer is none' });
  let place = document;
  for (const step of steps) place = Array.isArray(place) ? itemOf(place, step, { pointer, fault }) : fieldOf(place, step, fault);
  return place;
}

type Way = { readonly pointer: string; readonly fault: Fault };
function itemOf(list: readonly unknown[], step: string, { pointer, fault }: Way): unknown {
  const place = /^(?:0|[1-9]\d{0,8})$/.test(step) ? Number(step) : list.length;
  if (place >= list.length) throw fault(`there is nothing at ${pointer}`);
  return list[place];
}

/**
 * A field that is the object's own.
 * Some servers match names without regard to case (Go's encoding/json does), so that a second spelling could be the one they take.
 * @throws fault when there is none, or one more that differs in case alone
 */
export function fieldOf(value: unknown, name: string, fault: Fault): unknown {
  const field = optionalFieldOf(value, name, fault);
  if (field === undefined) throw fault(`there is no field ${name}`);
  return field;
}

/** As {@link fieldOf}; undefined when there is none. */
export function optionalFieldOf(value: unknown, name: string, fault: Fault): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault(`the field ${name} is not in an object`);
  const folded = foldCase(name);
  for (const key of Object.keys(value))
    if (key !== name && foldCase(key) === folded) throw fault(`the field ${name} is written in two ways`);
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** Both ways, because some letters have only one of them: the Kelvin sign is a k, the long s an s. */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
}
