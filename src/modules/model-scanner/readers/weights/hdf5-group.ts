/** Members of HDF5 groups: symbol tables with their B-tree and heap, link messages, and dense storage. */
import { MalformedBytes } from '../../engine/reader.ts';
import { Cursor } from '../parts/cursor.ts';
import { heapObjects } from './hdf5-dense.ts';
import { cursorAt, expectText, type Hdf5File, isUndefinedAddress, type Message, sized } from './hdf5-file.ts';

export type Link =
  | { readonly kind: 'hard'; readonly name: string; readonly address: number; readonly at: number }
  | { readonly kind: 'soft'; readonly name: string; readonly target: string; readonly at: number }
  | { readonly kind: 'external'; readonly name: string; readonly file: string; readonly target: string; readonly at: number };

const mostLinks = 100_000;
const deepestTree = 32;

export function groupLinks(file: Hdf5File, messages: readonly Message[]): Link[] {
  const links: Link[] = [];
  for (const message of messages) {
    if (message.type === 0x06) links.push(linkMessage(file, new Cursor(file.source, message.start, message.start + message.size)));
    if (message.type === 0x11) links.push(...symbolTable(file, message));
    if (message.type === 0x02) links.push(...denseLinks(file, message));
  }
  return links;
}

/** @source HDF5 File Format Specification 3.0, section IV.A.2.g. */
export function linkMessage(file: Hdf5File, cursor: Cursor): Link {
  const at = cursor.at;
  if (cursor.u8() !== 1) throw new MalformedBytes('hdf5-link', at, 'a link message has an unknown version');
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  if (flags & 4) cursor.skip(8);
  if (flags & 16) cursor.skip(1);
  const name = cursor.text(sized(cursor, 2 ** (flags & 3)));
  if (type === 0) return { kind: 'hard', name, address: sized(cursor, file.offsetBytes), at };
  const value = cursor.bytes(cursor.u16());
  const text = new TextDecoder().decode(value);
  if (type === 1) return { kind: 'soft', name, target: text, at };
  if (type !== 64) throw new MalformedBytes('hdf5-link', at, `link type ${type} is not known`);
  const [target = '', object = ''] = text.slice(1).split('\0');
  return { kind: 'external', name, file: target, target: object, at };
}

/** Link info: dense links lie in a fractal heap. */
function denseLinks(file: Hdf5File, message: Message): Link[] {
  const cursor = new Cursor(file.source, message.start, message.start + message.size);
  cursor.skip(1);
  const flags = cursor.u8();
  if (flags & 1) cursor.skip(8);
  const heap = sized(cursor, file.offsetBytes);
  const index = sized(cursor, file.offsetBytes);
  if (isUndefinedAddress(heap, file)) return [];
  return heapObjects(file, heap, index).map(({ start, size }) => linkMessage(file, new Cursor(file.source, start, start + size)));
}

function symbolTable(file: Hdf5File, message: Message): Link[] {
  const cursor = new Cursor(file.source, message.start, message.start + message.size);
  const tree = sized(cursor, file.offsetBytes);
  const heap = localHeap(file, sized(cursor, file.offsetBytes));
  const links: Link[] = [];
  const waiting = [{ address: tree, depth: 0 }];
  const seen = new Set<number>();
  for (let node = waiting.pop(); node && links.length < mostLinks; node = waiting.pop()) {
    if (seen.has(node.address) || node.depth > deepestTree)
      throw new MalformedBytes('hdf5-tree', node.address, 'the tree of a group loops');
    seen.add(node.address);
    const inner = cursorAt(file, node.address);
    const sign = inner.text(4);
    if (sign === 'SNOD') links.push(...symbolNode(file, inner, heap));
    else if (sign === 'TREE') waiting.push(...treeChildren(file, inner).map((address) => ({ address, depth: (node?.depth ?? 0) + 1 })));
    else throw new MalformedBytes('hdf5-tree', inner.at - 4, 'a group node has an unknown signature');
  }
  return links;
}

function treeChildren(file: Hdf5File, cursor: Cursor): number[] {
  const type = cursor.u8();
  if (type !== 0) throw new MalformedBytes('hdf5-tree', cursor.at - 1, 'a group has a tree of another kind');
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(2 * file.offsetBytes);
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    cursor.skip(file.lengthBytes);
    children.push(sized(cursor, file.offsetBytes));
  }
  return children.reverse();
}

type Heap = { readonly start: number; readonly size: number };

export function localHeap(file: Hdf5File, address: number): Heap {
  const cursor = cursorAt(file, address);
  expectText(cursor, 'HEAP');
  cursor.skip(4);
  const size = sized(cursor, file.lengthBytes);
  cursor.skip(file.lengthBytes);
  const start = file.base + sized(cursor, file.offsetBytes);
  if (start + size > file.source.size) throw new MalformedBytes('hdf5-heap', cursor.at, 'a heap lies outside the file');
  return { start, size };
}

export function heapText(file: Hdf5File, heap: Heap, offset: number): string {
  if (offset >= heap.size) throw new MalformedBytes('hdf5-heap', heap.start, 'a name lies outside its heap');
  const bytes = file.source.read(heap.start + offset, Math.min(4096, heap.size - offset));
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function symbolNode(file: Hdf5File, cursor: Cursor, heap: Heap): Link[] {
  cursor.skip(2);
  const count = cursor.u16();
  const links: Link[] = [];
  for (let i = 0; i < count; i++) {
    const at = cursor.at;
    const name = heapText(file, heap, sized(cursor, file.offsetBytes));
    const address = sized(cursor, file.offsetBytes);
    const cache = cursor.u32();
    cursor.skip(4);
    const scratch = cursor.u32();
    cursor.skip(12);
    links.push(cache === 2 ? { kind: 'soft', name, target: heapText(file, heap, scratch), at } : { kind: 'hard', name, address, at });
  }
  return links;
}
