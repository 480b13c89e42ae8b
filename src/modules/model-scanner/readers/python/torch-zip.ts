/** torch.save archives: a pickle that names storages, and one member of raw bytes for each. */

import type { GlobalFact } from '../../engine/artefact.ts';
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, draftArtefact, guarded, lie } from '../../engine/reader.ts';
import type { StorageFact } from '../../pickle/facts.ts';
import { torchScript } from '../../source-code/load-analysis.ts';
import { executableFacts } from '../archives/executable-facts.ts';
import type { Archive, ArchiveMember, ArchiveTarget } from '../archives/zip-archive.ts';
import { openMember, unpackMember } from '../archives/zip-member.ts';
import { sampledExecutables } from '../parts/sampled-executables.ts';
import { TextPlaces } from '../parts/text-places.ts';
import { pickleInto } from './pickle-into.ts';

/** A program beyond this is read at its beginning. */
const longestCode = 4 * 2 ** 20;

/** Storages of which the first and last 64 KiB are looked at for programs. */
const mostSampled = 16;
/** Small records of the format that hold a word or a number. */
const plainRecords = new Set(['version', 'byteorder', '.format_version', '.storage_alignment', '.data/serialization_id', '.data/version']);

/**
 * @param root  folder of data.pkl inside the archive, with its slash; '' when there is none.
 * @param names all member names: TorchScript shows in constants.pkl and code/.
 */
export function torchArchive(root: string, names: ReadonlySet<string>): Archive {
  const script = names.has(`${root}constants.pkl`) && [...names].some((name) => name.startsWith(`${root}code/`));
  const storages: StorageFact[] = [];
  const dataSizes = new Map<string, ArchiveMember>();
  return {
    format: script ? 'torchscript' : 'torch-zip',
    role: 'model',
    open(member, target) {
      if (!member.name.startsWith(root)) return false;
      const record = member.name.slice(root.length);
      if (plainRecords.has(record)) return true;
      if (record.startsWith('code/')) return openCode(member, target);
      if (/^(data|constants|tensors|xl_model_weights)\/[^/]+$/.test(record)) {
        if (member.method !== 0)
          target.draft.anomalies.push(
            broken('torch-compressed', `${member.name} is compressed: the format stores tensors as they are.`, member.place),
          );
        dataSizes.set(record.slice(record.indexOf('/') + 1), member);
        return true;
      }
      if (!record.endsWith('.pkl')) return false;
      storages.push(...openPickle(member, target));
      return true;
    },
    finish(draft, tools) {
      checkStorages(storages, dataSizes, draft);
      openUnreferenced(storages, dataSizes, { draft, tools });
    },
  };
}

function openPickle(member: ArchiveMember, { draft, tools }: ArchiveTarget): readonly StorageFact[] {
  const unpacked = unpackMember(member, member.place, tools);
  if ('reason' in unpacked) {
    draft.unread.push(unpacked);
    return [];
  }
  tools.remember(unpacked.source, member.place);
  const inner = draftArtefact('pickle', member.place, member.size);
  draft.members.push(inner);
  if (unpacked.crcWrong)
    inner.anomalies.push(
      lie('zip-bad-crc', 'The checksum does not match the content: some programs refuse this member, others load it.', member.place),
    );
  if ((member.flags & 1) !== 0)
    inner.anomalies.push(lie('zip-false-encryption', 'The member is marked encrypted and yet holds a plain pickle.', member.place));
  const facts = pickleInto(inner, { source: unpacked.source, offset: 0, whole: true, flavour: 'torch-zip' }, tools);
  if (!facts) return [];
  if (draft.format === 'torchscript') inner.globals.splice(0, inner.globals.length, ...inner.globals.map(ofTheProgram));
  addCounts(draft, facts.tensors, facts.parameters);
  return facts.storages;
}

/** Classes below `__torch__` are those of the program in `code/`: torch builds them itself, and Python has no such module. */
function ofTheProgram(global: GlobalFact): GlobalFact {
  const own = global.module === '__torch__' || global.module.startsWith('__torch__.');
  return own && global.position === 'class' ? { ...global, judgement: 'allowed', effect: 'none', certainty: 'proved' } : global;
}

function addCounts(draft: Draft, tensors: number, parameters: number): void {
  for (const [key, count] of [
    ['tensors', tensors],
    ['parameters', parameters],
  ] as const) {
    const before = draft.metadata.get(key);
    if (count > 0) draft.metadata.set(key, (typeof before === 'number' ? before : 0) + count);
  }
}

function checkStorages(storages: readonly StorageFact[], members: ReadonlyMap<string, ArchiveMember>, draft: Draft): void {
  for (const storage of storages) {
    const member = members.get(storage.key);
    if (!member) {
      draft.anomalies.push(
        broken('torch-storage-missing', `The pickle names the storage ${storage.key}, which the archive does not hold.`, storage.where),
      );
      continue;
    }
    if (storage.elementBytes === null) continue;
    const declared = storage.elements * storage.elementBytes;
    if (declared !== member.size)
      draft.anomalies.push(
        lie(
          'torch-storage-size',
          `The pickle declares ${declared} bytes for the storage ${storage.key}, its member holds ${member.size}: reading goes out of bounds.`,
          storage.where,
        ),
      );
  }
}

/** Raw bytes that no tensor uses may be anything: they are identified like a file. Used ones are looked at for executables only. */
function openUnreferenced(
  storages: readonly StorageFact[],
  members: ReadonlyMap<string, ArchiveMember>,
  { draft, tools }: ArchiveTarget,
): void {
  const used = new Set(storages.map((storage) => storage.key));
  let sampled = 0;
  for (const [key, member] of members) {
    guarded(draft, () => {
      if (member.method !== 0 || used.has(key)) {
        // The others are looked at where they begin: a model has thousands of them.
        const isSampled = member.method === 0 && sampled++ < mostSampled;
        if (isSampled) draft.code.push(...sampledExecutables(member.packed, { start: 0, end: member.packed.size }, member.place));
        else draft.code.push(...executableFacts(member.packed.read(0, 4096), member.packed.size, rangePlace(member.place, 0)));
        return;
      }
      const opened = openMember(member, member.place, tools);
      if (opened.format !== 'unknown' && opened.format !== 'text') draft.members.push(opened);
    });
  }
}

/** TorchScript sources: the operators that reach files, processes or libraries are named; everything else is tensor code. */
function openCode(member: ArchiveMember, { draft, tools }: ArchiveTarget): boolean {
  // Source ranges for error messages: a pickle, which torch loads with the program.
  if (member.name.endsWith('.debug_pkl') || member.name.endsWith('.pkl')) {
    openPickle(member, { draft, tools });
    return true;
  }
  if (!member.name.endsWith('.py')) return false;
  const unpacked = unpackMember(member, member.place, tools);
  if ('reason' in unpacked) {
    draft.unread.push(unpacked);
    return true;
  }
  const { source } = unpacked;
  tools.remember(source, member.place);
  if (source.size > longestCode)
    draft.unread.push({
      reason: 'budget',
      detail: `TorchScript of ${source.size} bytes is read at its beginning only.`,
      where: member.place,
    });
  const text = new TextDecoder().decode(source.read(0, Math.min(source.size, longestCode)));
  const places = new TextPlaces(text, member.place);
  const { operators, cut } = torchScript().torchScriptFacts(text, (offset, length) => places.at(offset, length));
  draft.operators.push(...operators);
  if (cut)
    draft.unread.push({ reason: 'unsupported', detail: 'Some lines of the program are no TorchScript that is read.', where: member.place });
  return true;
}
