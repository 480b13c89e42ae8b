/** HDF5: Keras models and weights, data sets; every object that can be reached, its links and its text attributes. */
import { memberPlace, rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, bytesSource } from '../../engine/source.ts';
import { leavesFolder } from '../archives/archive-path.ts';
import { isKerasConfig, readKerasConfig } from '../graphs/keras-config.ts';
import { Cursor } from '../parts/cursor.ts';
import { parseJson } from '../parts/json-tokens.ts';
import { walksLikePickle } from '../python/pickle-shape.ts';
import { readDataset } from './hdf5-dataset.ts';
import { heapObjects } from './hdf5-dense.ts';
import { type Hdf5File, isUndefinedAddress, type Message, objectMessages, openHdf5, signatureAt, sized } from './hdf5-file.ts';
import { groupLinks, type Link } from './hdf5-group.ts';
import { attribute } from './hdf5-value.ts';

const mostObjects = 200_000;
const utf8 = new TextDecoder('utf-8');

export default defineReader({
  format: 'hdf5',
  certain: ({ head }) => signatureAt(head) !== null,
  read: (source, where, tools) => {
    const draft = draftArtefact('hdf5', where, source.size);
    draft.role = 'dataset';
    guarded(draft, () => new Hdf5Walk(source, draft, tools).all());
    return draft;
  },
});

/** Names that only model files have at their top. */
const modelNames = new Set([
  'model_weights',
  'layer_names',
  'optimizer_weights',
  'layers',
  'vars',
  '_layer_checkpoint_dependencies',
  'model_config',
  'keras_version',
  'weight_names',
]);

class Hdf5Walk {
  readonly #file: Hdf5File;
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  readonly #seen = new Set<number>();
  readonly #soft: { readonly link: Link; readonly path: string }[] = [];
  #datasets = 0;

  constructor(source: ByteSource, draft: Draft, tools: ReaderTools) {
    const at = signatureAt(source.read(0, 4096)) ?? 0;
    this.#file = openHdf5(source, at);
    this.#draft = draft;
    this.#tools = tools;
  }

  all(): void {
    const waiting: { address: number; path: string }[] = [{ address: this.#file.root, path: '' }];
    for (let object = waiting.pop(); object; object = waiting.pop()) {
      if (this.#seen.has(object.address) || isUndefinedAddress(object.address, this.#file)) continue;
      this.#seen.add(object.address);
      if (this.#seen.size > mostObjects) throw new MalformedBytes('hdf5-objects', 0, `more than ${mostObjects} objects`);
      if ((this.#seen.size & 0xff) === 0) this.#tools.budget.checkTime();
      const { path } = object;
      guarded(this.#draft, () => waiting.push(...this.#object(object?.address ?? 0, path)));
    }
    this.#checkSoftLinks();
    this.#draft.metadata.set('objects', this.#seen.size);
    this.#draft.metadata.set('datasets', this.#datasets);
  }

  /** @returns the members that lie in this file. */
  #object(address: number, path: string): { address: number; path: string }[] {
    const messages = objectMessages(this.#file, address);
    for (const message of messages) if (message.type === 0x0c) this.#attribute(message);
    for (const message of messages) if (message.type === 0x15) this.#denseAttributes(message);
    if (messages.some(({ type }) => type === 0x08)) {
      this.#datasets += 1;
      readDataset(this.#file, messages, this.#draft);
    }
    return groupLinks(this.#file, messages).flatMap((link) => this.#link(link, path));
  }

  #link(link: Link, path: string): { address: number; path: string }[] {
    if (path === '' && modelNames.has(link.name)) this.#draft.role = 'model';
    if (link.kind === 'hard') return [{ address: link.address, path: `${path}/${link.name}` }];
    if (link.kind === 'external') {
      const place = rangePlace(this.#draft.where, link.at);
      this.#draft.externalPaths.push({
        text: link.file.slice(0, 1000),
        purpose: 'link',
        leavesFolder: leavesFolder(link.file),
        effect: 'fs-read',
        where: place,
      });
      this.#draft.anomalies.push(broken('hdf5-external-link', `The member ${link.name.slice(0, 100)} is a link into another file.`, place));
    }
    if (link.kind === 'soft') this.#soft.push({ link, path });
    return [];
  }

  /** Weights are written as they are: a name in their tree that stands for something outside it was put there. */
  #checkSoftLinks(): void {
    if (this.#draft.role !== 'model') return;
    for (const { link, path } of this.#soft.slice(0, 50)) {
      if (link.kind !== 'soft' || !leavesTree(link.target, path)) continue;
      const detail = `The member ${link.name.slice(0, 100)} stands for ${link.target.slice(0, 200)}, outside the weights.`;
      this.#draft.anomalies.push(broken('hdf5-soft-link', detail, rangePlace(this.#draft.where, link.at)));
    }
  }

  #denseAttributes({ start, size }: Message): void {
    const cursor = new Cursor(this.#file.source, start, start + size);
    cursor.skip(1);
    const flags = cursor.u8();
    if (flags & 1) cursor.skip(2);
    const heap = sized(cursor, this.#file.offsetBytes);
    const index = sized(cursor, this.#file.offsetBytes);
    if (isUndefinedAddress(heap, this.#file)) return;
    for (const object of heapObjects(this.#file, heap, index)) this.#attribute(object);
  }

  #attribute(range: Pick<Message, 'start' | 'size'>): void {
    this.#tools.budget.checkTime();
    const { name, texts, at } = attribute(this.#file, range);
    if (modelNames.has(name)) this.#draft.role = 'model';
    for (const bytes of texts) this.#text(name, bytes, at);
  }

  /** Configurations are JSON; PyTables stores Python values as pickles. */
  #text(name: string, bytes: Uint8Array, at: number): void {
    const draft = this.#draft;
    if (name === 'keras_version' || name === 'backend') draft.metadata.set(name, utf8.decode(bytes.subarray(0, 100)).replace(/\0+$/, ''));
    const isPickle =
      (bytes[0] === 0x80 && (bytes[1] ?? 9) <= 5 && bytes.length > 2) ||
      (bytes.length > 3 && bytes[0] !== 0x7b && walksLikePickle(trimmed(bytes), true));
    if (isPickle) {
      this.#tools.budget.spendMember();
      // Texts of fixed length are filled up with zero bytes.
      draft.members.push(this.#tools.open(bytesSource(trimmed(bytes)), memberPlace(draft.where, `attribute ${name}`)));
      return;
    }
    if (bytes[0] !== 0x7b) return;
    guarded(draft, () => {
      const { value } = parseJson(utf8.decode(trimmed(bytes)));
      if (!(value instanceof Map)) return;
      const inner = draftArtefact('keras-config', memberPlace(draft.where, `attribute ${name}`), bytes.length);
      if (isKerasConfig(value) || name === 'training_config') {
        readKerasConfig(value, inner, this.#tools);
        inner.where = { ...inner.where, offset: 0, length: bytes.length };
        draft.members.push(inner);
        draft.role = 'model';
      }
      draft.metadata.set(`attribute.${name.slice(0, 60)}`, `JSON of ${bytes.length} bytes at ${at}`);
    });
  }
}

/** Absolute targets outside the first group of the path, and any that climb with `..`. */
function leavesTree(target: string, path: string): boolean {
  if (target.split('/').includes('..')) return true;
  const top = path.split('/')[1] ?? '';
  return target.startsWith('/') && top !== '' && target !== `/${top}` && !target.startsWith(`/${top}/`);
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
