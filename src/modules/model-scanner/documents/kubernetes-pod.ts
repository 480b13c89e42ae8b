/** A pod specification: whose rights it has, what of its node it sees, what its containers are and run. */
import type { TextDocument } from '../engine/document.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { hostRoots, runtimeSocket } from './compose.ts';
import { environmentOf, imageFixity, listAt, mapAt, type Note, type Path, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteServerCommand, noteServerSettings } from './pipeline-server.ts';
import { noteShell } from './pipeline-shell.ts';

const strongCapabilities = /^(CAP_)?(ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|SYS_RAWIO|DAC_READ_SEARCH|NET_ADMIN|BPF|SYS_BOOT)$/i;
const mostContainers = 200;

export function readPod(document: TextDocument, path: Path, note: Note): void {
  const pod = valueAt(document.root, ...path);
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC'])
    if (valueAt(pod, key) === true)
      note({
        code: key === 'hostNetwork' ? 'host-network' : 'host-namespace',
        detail: `The pod shares the node’s ${key.slice(4)}.`,
        text: `${key}: true`,
        where: document.placeOf([...path, key]),
      });
  for (const [index, volume] of listAt(pod, 'volumes').entries()) readVolume(document, [...path, 'volumes', index], { volume, note });
  const podUser = mapAt(pod, 'securityContext');
  for (const group of ['containers', 'initContainers', 'ephemeralContainers'])
    for (const index of listAt(pod, group).slice(0, mostContainers).keys())
      readContainer(document, [...path, group, index], { podUser, note });
  for (const part of ['model', 'predictor', 'explainer', 'transformer'])
    if (mapAt(pod, part) !== null && listAt(pod, 'containers').length === 0)
      readContainer(document, [...path, part], { podUser, note, implied: true });
}

function readVolume(document: TextDocument, path: Path, { volume, note }: { volume: JsonValue; note: Note }): void {
  const host = textAt(volume, 'hostPath', 'path');
  if (host === null) return;
  const where = document.placeOf([...path, 'hostPath', 'path']);
  if (runtimeSocket.test(host))
    note({ code: 'runtime-socket', detail: 'Whoever runs in the pod commands the node’s container runtime.', text: host, where });
  else if (hostRoots.test(host))
    note({ code: 'host-path', detail: 'A system folder of the node is mounted into the pod.', text: host, where });
  else
    note({
      code: 'host-folder',
      detail: 'A folder of the node is mounted into the pod: what is written there stays when the pod is gone.',
      text: host,
      where,
    });
}

export type ContainerContext = {
  readonly podUser: ReadonlyMap<string, JsonValue> | null;
  readonly note: Note /** Beside `model` of KServe: the runtime brings the image. */;
  readonly implied?: boolean;
};

export function readContainer(document: TextDocument, path: Path, { podUser, note, implied = false }: ContainerContext): void {
  const container = valueAt(document.root, ...path);
  const at = (...more: Path) => document.placeOf([...path, ...more]);
  const image = textAt(container, 'image') ?? '';
  if (image !== '' && imageFixity(image) === 'latest')
    note({ code: 'mutable-image', detail: 'The image is whatever is newest when it is pulled.', text: image, where: at('image') });
  if (!implied) readUser(container, podUser, { at, note });
  readRights(container, { at, note });
  const environment = environmentOf(valueAt(container, 'env'));
  noteServerSettings(environment, note, () => at('env'));
  const command = [...textsOf(valueAt(container, 'command')), ...textsOf(valueAt(container, 'args'))].join(' ');
  const where = valueAt(container, 'args') === undefined ? at('command') : at('args');
  noteServerCommand(command, note, { where, program: image });
  noteShell(command, note, () => where);
  readGpu(container, { at, note });
}

type Tools = { readonly at: (...more: Path) => ReturnType<TextDocument['placeOf']>; readonly note: Note };

function readRights(container: JsonValue | undefined, { at, note }: Tools): void {
  const context = valueAt(container, 'securityContext');
  if (valueAt(context, 'privileged') === true)
    note({
      code: 'privileged',
      detail: 'The container has every right on its node.',
      text: 'privileged: true',
      where: at('securityContext', 'privileged'),
    });
  for (const [index, capability] of textsOf(valueAt(context, 'capabilities', 'add')).entries())
    if (strongCapabilities.test(capability))
      note({
        code: 'strong-capability',
        detail: 'A right that reaches out of the container.',
        text: capability,
        where: at('securityContext', 'capabilities', 'add', index),
      });
  for (const kind of ['seccompProfile', 'appArmorProfile'])
    if (textAt(context, kind, 'type') === 'Unconfined')
      note({
        code: 'protection-off',
        detail: 'A protection of the container is switched off.',
        text: `${kind}: Unconfined`,
        where: at('securityContext', kind),
      });
  if (valueAt(context, 'allowPrivilegeEscalation') === true && valueAt(context, 'privileged') !== true)
    note({
      code: 'privilege-escalation',
      detail: 'Programs in the container may gain rights.',
      text: 'allowPrivilegeEscalation: true',
      where: at('securityContext', 'allowPrivilegeEscalation'),
    });
}

/** The container's own setting stands before the pod's. */
function readUser(container: JsonValue | undefined, podUser: ContainerContext['podUser'], { at, note }: Tools): void {
  const own = mapAt(container, 'securityContext');
  const setting = (key: string) => own?.get(key) ?? podUser?.get(key);
  if (setting('runAsUser') === 0)
    note({ code: 'runs-as-root', detail: 'The container runs as root.', text: 'runAsUser: 0', where: at('securityContext', 'runAsUser') });
  else if (setting('runAsNonRoot') !== true && setting('runAsUser') === undefined)
    note({
      code: 'no-user',
      detail: 'Nothing keeps the container from running as root.',
      text: 'securityContext.runAsNonRoot',
      where: at(),
      certainty: 'possible',
    });
}

const gpu = /^(nvidia\.com\/|amd\.com\/gpu|gpu\.intel\.com\/|google\.com\/tpu|habana\.ai\/)/;

function readGpu(container: JsonValue | undefined, { at, note }: Tools): void {
  const limits = mapAt(container, 'resources', 'limits');
  const usesGpu = [...(limits?.keys() ?? [])].some((key) => gpu.test(key));
  if (usesGpu && limits?.get('memory') === undefined)
    note({
      code: 'no-limits',
      detail: 'A container that uses a GPU has no limit of memory.',
      text: 'resources.limits.memory',
      where: at('resources'),
    });
}
