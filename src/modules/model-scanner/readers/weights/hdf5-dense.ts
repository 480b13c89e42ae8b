/** Dense storage: objects of a fractal heap, found through a version-2 B-tree of their ids. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { Cursor } from '../parts/cursor.ts';
import { cursorAt, expectText, type Hdf5File, isUndefinedAddress, sized } from './hdf5-file.ts';

export type HeapObject = { readonly start: number; readonly size: number };

const mostRecords = 100_000;
const mostNodes = 50_000;
const deepestTree = 16;

type Heap = {
  readonly idBytes: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly tableWidth: number;
  readonly startBlock: number;
  readonly largestDirect: number;
  readonly root: number;
  readonly rootRows: number;
  readonly filtered: boolean;
};

/**
 * The managed objects whose ids the index holds, as file ranges.
 * @throws MalformedBytes for filtered heaps and huge objects, which this reader does not follow.
 * @source HDF5 File Format Specification 3.0, sections III.A.2 and III.G.
 */
export function heapObjects(file: Hdf5File, heapAddress: number, indexAddress: number): HeapObject[] {
  const heap = heapHeader(file, heapAddress);
  if (heap.filtered) throw new MalformedBytes('hdf5-dense', file.base + heapAddress, 'a filtered heap is not supported');
  if (isUndefinedAddress(indexAddress, file)) return [];
  return heapIds(file, indexAddress, heap.idBytes).map((id) => locate(file, heap, id));
}

function heapHeader(file: Hdf5File, address: number): Heap {
  const cursor = cursorAt(file, address);
  expectText(cursor, 'FRHP');
  cursor.skip(1);
  const idBytes = cursor.u16();
  const filterBytes = cursor.u16();
  cursor.skip(1 + 4);
  // next huge id, huge tree, free space, free-space manager, managed space, allocated, iterator, managed, huge size, huge count, tiny size, tiny count
  cursor.skip(10 * file.lengthBytes + 2 * file.offsetBytes);
  const tableWidth = cursor.u16();
  const startBlock = sized(cursor, file.lengthBytes);
  const largestDirect = sized(cursor, file.lengthBytes);
  const heapBits = cursor.u16();
  cursor.skip(2);
  const root = sized(cursor, file.offsetBytes);
  const rootRows = cursor.u16();
  if (tableWidth === 0 || startBlock === 0 || largestDirect < startBlock)
    throw new MalformedBytes('hdf5-dense', cursor.at, 'a heap has impossible block sizes');
  return {
    idBytes,
    offsetBytes: Math.ceil(heapBits / 8),
    lengthBytes: bytesFor(largestDirect),
    tableWidth,
    startBlock,
    largestDirect,
    root,
    rootRows,
    filtered: filterBytes > 0,
  };
}

/** Bytes that hold any length up to the largest direct block. */
function bytesFor(value: number): number {
  return Math.floor(Math.log2(Math.max(1, value)) / 8) + 1;
}

type Id = { readonly offset: number; readonly length: number };

function heapIds(file: Hdf5File, address: number, idBytes: number): Uint8Array[] {
  const cursor = cursorAt(file, address);
  expectText(cursor, 'BTHD');
  cursor.skip(1);
  const type = cursor.u8();
  const nodeBytes = cursor.u32();
  const recordBytes = cursor.u16();
  const depth = cursor.u16();
  cursor.skip(2);
  const root = sized(cursor, file.offsetBytes);
  const rootRecords = cursor.u16();
  if (recordBytes === 0 || depth > deepestTree) throw new MalformedBytes('hdf5-dense', cursor.at, 'an index has an impossible shape');
  // Where the heap id stands in a record: links by name 4, by order 8; attributes 0.
  const idAt = type === 5 ? 4 : type === 6 ? 8 : 0;
  const tree: Tree = { file, nodeBytes, recordBytes, idAt, idBytes, ids: [], nodes: 0 };
  if (!isUndefinedAddress(root, file)) readNode(tree, root, rootRecords, depth);
  return tree.ids;
}

type Tree = {
  readonly file: Hdf5File;
  readonly nodeBytes: number;
  readonly recordBytes: number;
  readonly idAt: number;
  readonly idBytes: number;
  readonly ids: Uint8Array[];
  /** Visited so far: empty nodes that point at each other would fan out without end. */
  nodes: number;
};

function readNode(tree: Tree, address: number, records: number, depth: number): void {
  const { file, recordBytes } = tree;
  tree.nodes += 1;
  if (tree.nodes > mostNodes) throw new MalformedBytes('hdf5-dense', file.base + address, `more than ${mostNodes} nodes in an index`);
  const cursor = cursorAt(file, address);
  expectText(cursor, depth === 0 ? 'BTLF' : 'BTIN');
  cursor.skip(2);
  for (let i = 0; i < records; i++) {
    if (tree.ids.length >= mostRecords) throw new MalformedBytes('hdf5-dense', cursor.at, `more than ${mostRecords} records in an index`);
    const record = cursor.bytes(recordBytes);
    tree.ids.push(record.slice(tree.idAt, tree.idAt + tree.idBytes));
  }
  if (depth === 0) return;
  const children = childPointers(tree, cursor, records, depth);
  for (const child of children) readNode(tree, child.address, child.records, depth - 1);
}

/** The width of a child's record count depends on how many a node of that level can hold. */
function childPointers(tree: Tree, cursor: Cursor, records: number, depth: number) {
  const most = recordsPerLevel(tree, depth);
  const children: { address: number; records: number }[] = [];
  for (let i = 0; i <= records; i++) {
    const address = sized(cursor, tree.file.offsetBytes);
    const count = sized(cursor, bytesFor(most.own[depth - 1] ?? 1));
    if (depth > 1) cursor.skip(bytesFor(most.below[depth - 1] ?? 1));
    children.push({ address, records: count });
  }
  return children;
}

function recordsPerLevel({ nodeBytes, recordBytes, file }: Tree, depth: number): { own: number[]; below: number[] } {
  const leaf = Math.floor((nodeBytes - 10) / recordBytes);
  const own = [leaf];
  const below = [leaf];
  for (let level = 1; level < depth; level++) {
    const pointer = file.offsetBytes + bytesFor(own[level - 1] ?? 1) + (level > 1 ? bytesFor(below[level - 1] ?? 1) : 0);
    const most = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    own.push(most);
    below.push((most + 1) * (below[level - 1] ?? 0) + most);
  }
  return { own, below };
}

function locate(file: Hdf5File, heap: Heap, id: Uint8Array): HeapObject {
  const kind = ((id[0] ?? 0) >> 4) & 3;
  if (kind !== 0) throw new MalformedBytes('hdf5-dense', file.base, 'huge and tiny heap objects are not supported');
  const { offset, length } = managedId(heap, id);
  return { start: addressOf(file, heap, { offset, length }), size: length };
}

function managedId(heap: Heap, id: Uint8Array): Id {
  const number = (at: number, bytes: number) => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += (id[at + i] ?? 0) * 2 ** (8 * i);
    return value;
  };
  return { offset: number(1, heap.offsetBytes), length: number(1 + heap.offsetBytes, heap.lengthBytes) };
}

/** Rows 0 and 1 hold blocks of the start size, then each row doubles. Offsets count block headers too. */
function addressOf(file: Hdf5File, heap: Heap, { offset, length }: Id): number {
  if (heap.rootRows === 0) return inBlock(file, heap.root, offset, length, heap.startBlock);
  let address = heap.root;
  let base = 0;
  for (let level = 0; level < deepestTree; level++) {
    const cursor = cursorAt(file, address);
    expectText(cursor, 'FHIB');
    cursor.skip(1 + file.offsetBytes + heap.offsetBytes);
    const entry = entryFor(heap, offset - base);
    cursor.skip(entry.index * file.offsetBytes);
    address = sized(cursor, file.offsetBytes);
    if (isUndefinedAddress(address, file)) break;
    base += entry.start;
    if (entry.size <= heap.largestDirect) return inBlock(file, address, offset - base, length, entry.size);
  }
  throw new MalformedBytes('hdf5-dense', file.base + heap.root, 'a heap object lies in no block');
}

function entryFor(heap: Heap, offset: number): { index: number; start: number; size: number } {
  let start = 0;
  let size = heap.startBlock;
  for (let row = 0; row < 64; row++) {
    const rowBytes = size * heap.tableWidth;
    if (offset < start + rowBytes) {
      const column = Math.floor((offset - start) / size);
      return { index: row * heap.tableWidth + column, start: start + column * size, size };
    }
    start += rowBytes;
    if (row > 0) size *= 2;
  }
  throw new MalformedBytes('hdf5-dense', 0, 'a heap offset is out of range');
}

function inBlock(file: Hdf5File, address: number, offset: number, length: number, blockSize: number): number {
  if (offset + length > blockSize) throw new MalformedBytes('hdf5-dense', file.base + address, 'a heap object leaves its block');
  return file.base + address + offset;
}
