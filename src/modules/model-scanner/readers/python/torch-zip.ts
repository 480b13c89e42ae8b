/** torch.save archives: a pickle that names storages, and one member of raw bytes for each. */

import { memberPlace, rangePlace } from '../../engine/place.ts';
import { broken, type Draft, draftArtefact, guarded, lie } from '../../engine/reader.ts';
import type { StorageFact } from '../../pickle/facts.ts';
import { executableFacts } from '../archives/executable-facts.ts';
import type { Archive, ArchiveMember, ArchiveTarget } from '../archives/zip-archive.ts';
import { openMember, unpackMember } from '../archives/zip-member.ts';
import { pickleInto } from './pickle-into.ts';

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
  addCounts(draft, facts.tensors, facts.parameters);
  return facts.storages;
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
  for (const [key, member] of members) {
    guarded(draft, () => {
      if (member.method !== 0 || used.has(key)) {
        draft.code.push(...executableFacts(member.packed.read(0, 4096), member.packed.size, rangePlace(member.place, 0)));
        return;
      }
      const opened = openMember(member, member.place, tools);
      if (opened.format !== 'unknown' && opened.format !== 'text') draft.members.push(opened);
    });
  }
}

/** TorchScript sources: the operators that reach files, processes or libraries are named; everything else is tensor code. */
function openCode(member: ArchiveMember, { draft, tools }: ArchiveTarget): boolean {
  if (!member.name.endsWith('.py')) return true;
  const unpacked = unpackMember(member, member.place, tools);
  if ('reason' in unpacked) {
    draft.unread.push(unpacked);
    return true;
  }
  const text = new TextDecoder().decode(unpacked.source.read(0, Math.min(unpacked.source.size, 1 << 20)));
  draft.operators.push(...torchScriptOperators(text, member));
  return true;
}

/** Operators of TorchScript that act outside the tensors. @source registrations in the PyTorch sources, aten and prim namespaces. */
const outsideOperators: ReadonlyMap<
  string,
  { readonly effect: 'fs-read' | 'fs-write' | 'exec' | 'native-load'; readonly certainty: 'proved' | 'possible' }
> = new Map([
  ['aten::save', { effect: 'fs-write', certainty: 'possible' }],
  ['aten::from_file', { effect: 'fs-read', certainty: 'possible' }],
  ['prim::PythonOp', { effect: 'exec', certainty: 'possible' }],
  ['prim::CallFunction', { effect: 'exec', certainty: 'possible' }],
]);

function torchScriptOperators(text: string, member: ArchiveMember): Draft['operators'] {
  const found: Draft['operators'] = [];
  for (const match of [...text.matchAll(/\b(?:torch|ops\.aten|ops\.prim)\.(save|from_file|PythonOp)\s*\(/g)].slice(0, 50)) {
    const name = match[1] === 'PythonOp' ? 'prim::PythonOp' : `aten::${match[1]}`;
    const fact = outsideOperators.get(name);
    if (!fact) continue;
    const line = text.slice(0, match.index).split('\n').length;
    const where = {
      ...memberPlace({ containerPath: member.place.containerPath.slice(0, -1), offset: null, length: null }, member.name),
      offset: match.index,
      length: match[0].length,
      line,
    };
    found.push({
      framework: 'torchscript',
      domain: name.slice(0, name.indexOf(':')),
      name,
      known: true,
      ...fact,
      detail: `The compiled code calls ${name}.`,
      where,
    });
  }
  return found;
}
