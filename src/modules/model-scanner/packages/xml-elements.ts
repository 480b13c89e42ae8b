/** Elements of an XML text with their places; no entity is ever expanded, a DOCTYPE ends the reading. */
import { createRequire } from 'node:module';
import { MalformedBytes } from '../engine/reader.ts';

export type XmlElement = {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** Text directly inside, trimmed. */
  text: string;
  /** Character offset just behind the opening tag. */
  readonly offset: number;
};

// The library is loaded when the first such file appears: most scans meet none, and worker threads start sooner.
const load = createRequire(import.meta.url);
let library: typeof import('saxes') | undefined;

const deepest = 100;
const mostElements = 200_000;

/** @throws MalformedBytes: broken, too deep, too many elements, or a DOCTYPE. Names lose their prefix. */
export function parseXml(text: string): XmlElement {
  const top: XmlElement = { name: '', attributes: new Map(), children: [], text: '', offset: 0 };
  const open: XmlElement[] = [top];
  let count = 0;
  library ??= load('saxes') as typeof import('saxes');
  const parser = new library.SaxesParser({ position: true });
  const stop = (code: string, what: string): never => {
    throw new MalformedBytes(code, parser.position, what);
  };
  parser.on('doctype', () => stop('xml-doctype', 'The XML holds a DOCTYPE: entities in it could be expanded.'));
  parser.on('error', (error) => stop('xml-broken', `XML: ${error.message.slice(0, 200)}`));
  parser.on('opentag', (tag) => {
    count += 1;
    if (open.length > deepest) stop('xml-depth', `XML nested deeper than ${deepest} levels.`);
    if (count > mostElements) stop('xml-size', `XML of more than ${mostElements} elements.`);
    const attributes = new Map(Object.entries(tag.attributes).map(([name, value]) => [localName(name), String(value)]));
    const element: XmlElement = { name: localName(tag.name), attributes, children: [], text: '', offset: parser.position };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (more) => {
    const element = open.at(-1);
    if (element !== undefined && element.text.length < 10_000) element.text = (element.text + more).trimStart();
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined) element.text = element.text.trim();
  });
  parser.write(text).close();
  return top;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** First child of this name, then its child, and so on. */
export function childAt(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let at = element;
  for (const name of names) at = at?.children.find((child) => child.name === name);
  return at;
}
export function textAt(element: XmlElement | undefined, ...names: readonly string[]): string | null {
  const text = childAt(element, ...names)?.text;
  return text === undefined || text === '' ? null : text;
}
/** Every element of this name at any depth, without recursion. */
export function* descendants(element: XmlElement, name: string): Generator<XmlElement> {
  const waiting = [element];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.name === name) yield next;
    waiting.push(...next.children.toReversed());
  }
}
