/** XML of strangers as a small tree: bounded, without document types, entities of their own, comments and processing instructions. */
import { SaxesParser, type SaxesTagNS } from 'saxes';

export type Element = {
  readonly space: string;
  readonly name: string;
  /** By local name for attributes without a namespace; others as `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  readonly parent: Element | null;
  text: string;
};
export type TreeResult = { readonly root: Element } | { readonly refused: string };

const most = { depth: 40, elements: 5000, attributes: 40, name: 200 } as const;

/** Thrown inside this file only, to leave the parser at the first fault. */
class Refused extends Error {}
const refuse = (why: string): never => {
  throw new Refused(why);
};

/**
 * @param text at most what the caller bounded; O(length).
 * @returns the root, or why it is not taken. Comments are refused, not skipped: readers that skip them see other names than were signed.
 */
export function treeOf(text: string): TreeResult {
  try {
    return { root: parsed(text) };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message };
    return { refused: error instanceof Error ? `it is not well-formed: ${error.message.slice(0, 120)}` : 'it is not well-formed' };
  }
}

function parsed(text: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  let root: Element | null = null;
  let at: Element | null = null;
  let depth = 0;
  let count = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => refuse('it has a document type'));
  parser.on('comment', () => refuse('it has a comment'));
  parser.on('cdata', () => refuse('it has a CDATA section'));
  parser.on('processinginstruction', () => refuse('it has a processing instruction'));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-8$/i.test(encoding)) refuse('it is not UTF-8');
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    count += 1;
    if (depth > most.depth) refuse('it is nested too deep');
    if (count > most.elements) refuse('it has too many elements');
    const element = elementOf(tag, at);
    at?.children.push(element);
    root ??= element;
    at = element;
  });
  parser.on('closetag', () => {
    depth -= 1;
    at = at?.parent ?? null;
  });
  parser.on('text', (part) => {
    if (at !== null) at.text += part;
  });
  parser.write(text).close();
  return root ?? refuse('it is empty');
}

function elementOf({ uri, local, attributes }: SaxesTagNS, parent: Element | null): Element {
  const given = Object.values(attributes);
  if (given.length > most.attributes) refuse('an element has too many attributes');
  if (local.length > most.name) refuse('a name is too long');
  const named = given.map((one) => [one.uri === '' ? one.local : `{${one.uri}}${one.local}`, one.value] as const);
  return { space: uri, name: local, attributes: new Map(named), children: [], parent, text: '' };
}

/** All elements in document order, the root first. */
export function* everyElement(root: Element): Generator<Element> {
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    waiting.push(...next.children.toReversed());
  }
}

export function childrenOf({ children }: Element, space: string, name: string): Element[] {
  return children.filter((child) => child.space === space && child.name === name);
}

export function childOf(element: Element | undefined, space: string, name: string): Element | undefined {
  return element === undefined ? undefined : childrenOf(element, space, name)[0];
}
