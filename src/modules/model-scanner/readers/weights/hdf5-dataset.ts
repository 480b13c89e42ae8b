/** What a data set needs while it is read: other files, plug-in filters, memory far beyond what is stored. */
import { rangePlace } from '../../engine/place.ts';
import { bomb, broken, type Draft } from '../../engine/reader.ts';
import { leavesFolder } from '../archives/archive-path.ts';
import { Cursor } from '../parts/cursor.ts';
import { type Hdf5File, isUndefinedAddress, type Message, sized } from './hdf5-file.ts';
import { heapText, localHeap } from './hdf5-group.ts';
import { dataSpace, dataType, globalHeapObject } from './hdf5-value.ts';

/**
 * Filters of the library itself, and the compressions of the registry that h5py, PyTables and hdf5plugin bring: LZO, bzip2, LZF, Blosc, LZ4, bitshuffle,
 * ZFP, Zstandard, SZ, SZ3, Blosc2. Any other id makes the library look for a plug-in in its folder.
 * @source The HDF Group, registered filter plug-ins.
 */
const knownFilters = new Set([1, 2, 3, 4, 5, 6, 305, 307, 32000, 32001, 32004, 32008, 32013, 32015, 32017, 32024, 32026]);
/** Compression of zeros reaches about 1,000; a shape that needs more than this is not data. */
const shapeRatio = 5000n;
const shapeFloor = 4n * 2n ** 30n;

export function readDataset(file: Hdf5File, messages: readonly Message[], draft: Draft): void {
  const find = (type: number) => messages.find((message) => message.type === type);
  const external = find(0x07);
  const filters = find(0x0b);
  const layout = find(0x08);
  if (external) addExternalFiles(file, external, draft);
  if (filters) checkFilters(file, filters, draft);
  if (layout) readLayout(file, layout, draft);
  const space = find(0x01);
  const type = find(0x03);
  if (space && type) checkShape(file, space, type, draft);
}

/** @source HDF5 File Format Specification 3.0, section IV.A.2.h. */
function addExternalFiles(file: Hdf5File, { start, size }: Message, draft: Draft): void {
  const cursor = new Cursor(file.source, start, start + size);
  cursor.skip(4 + 2);
  const used = cursor.u16();
  const heap = localHeap(file, sized(cursor, file.offsetBytes));
  for (let i = 0; i < Math.min(used, 1000); i++) {
    const name = heapText(file, heap, sized(cursor, file.lengthBytes));
    cursor.skip(2 * file.lengthBytes);
    draft.externalPaths.push({
      text: name.slice(0, 1000),
      purpose: 'external-storage',
      leavesFolder: leavesFolder(name),
      effect: 'fs-read',
      where: rangePlace(draft.where, start, size),
    });
    draft.anomalies.push(
      broken('hdf5-external-storage', 'The values of a data set lie in another file.', rangePlace(draft.where, start, size)),
    );
  }
}

function checkFilters(file: Hdf5File, { start, size }: Message, draft: Draft): void {
  const cursor = new Cursor(file.source, start, start + size);
  const version = cursor.u8();
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  for (let i = 0; i < count && cursor.left >= 6; i++) {
    const id = cursor.u16();
    const nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    cursor.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    cursor.skip(4 * (values + (version === 1 ? values % 2 : 0)));
    if (!knownFilters.has(id))
      draft.anomalies.push(
        broken(
          'hdf5-plugin-filter',
          `Reading needs the filter ${id}, which the library loads from a plug-in folder.`,
          rangePlace(draft.where, start, size),
        ),
      );
  }
}

/** Layout class 3 is a virtual data set: its parts lie in other files. */
function readLayout(file: Hdf5File, { start, size }: Message, draft: Draft): void {
  const cursor = new Cursor(file.source, start, start + size);
  const version = cursor.u8();
  if (version < 4 || cursor.u8() !== 3) return;
  const address = sized(cursor, file.offsetBytes);
  const index = cursor.u32();
  const place = rangePlace(draft.where, start, size);
  draft.anomalies.push(broken('hdf5-virtual-dataset', 'A data set is put together from other files.', place));
  if (isUndefinedAddress(address, file)) return;
  for (const name of virtualSources(file, globalHeapObject(file, address, index)))
    draft.externalPaths.push({
      text: name.slice(0, 1000),
      purpose: 'virtual-dataset',
      leavesFolder: leavesFolder(name),
      effect: 'fs-read',
      where: place,
    });
}

/**
 * Mapping block: version, count, then for each source a file name, a data set name and two selections of varying length.
 * Selections are binary, so file names are the readable runs that end with NUL and do not follow another one at once.
 */
function virtualSources(file: Hdf5File, block: Uint8Array): string[] {
  const names = new Set<string>();
  let start = 1 + file.lengthBytes;
  let previousEnd = -1;
  for (let at = start; at < block.length && names.size < 200; at++) {
    const byte = block[at] ?? 0;
    if (byte >= 0x20 && byte !== 0x7f) continue;
    const name = new TextDecoder('latin1').decode(block.subarray(start, Math.min(at, start + 4096)));
    const ends = byte === 0 && at > start;
    if (ends && start !== previousEnd && name !== '.' && /\w/.test(name)) names.add(name);
    if (ends) previousEnd = at + 1;
    start = at + 1;
  }
  return [...names];
}

function checkShape(file: Hdf5File, space: Message, type: Message, draft: Draft): void {
  const dimensions = dataSpace(file, new Cursor(file.source, space.start, space.start + space.size));
  const { size } = dataType(new Cursor(file.source, type.start, type.start + type.size));
  const bytes = dimensions.reduce((product, dimension) => product * dimension, 1n) * BigInt(size);
  if (bytes > shapeFloor && bytes > shapeRatio * BigInt(file.source.size))
    draft.anomalies.push(
      bomb(
        'hdf5-shape',
        `A data set declares ${dimensions.join(' × ')} elements of ${size} bytes; the whole file has ${file.source.size}.`,
        rangePlace(draft.where, space.start, space.size),
      ),
    );
}
