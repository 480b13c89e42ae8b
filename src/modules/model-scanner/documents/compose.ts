/** Docker Compose files: rights of the containers, what is mounted into them, which ports stand open, which flags switch protection off. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import {
  environmentOf,
  imageFixity,
  isModelImage,
  listAt,
  mapAt,
  type Note,
  noteInto,
  type Path,
  plainText,
  textAt,
  textsOf,
  valueAt,
} from './pipeline-practice.ts';
import { noteServerCommand, noteServerSettings } from './pipeline-server.ts';
import { noteShell } from './pipeline-shell.ts';

export default defineDocument({
  format: 'compose',
  role: 'config',
  syntaxes: ['yaml', 'json'],
  names: /^(docker-)?compose([.-][a-z0-9._-]{1,60})?\.ya?ml$/,
  words: ['services:', '"services"'],
  is: ({ root }) => {
    const services = mapAt(root, 'services');
    return (
      services !== null &&
      services.size > 0 &&
      [...services.values()].some((service) => valueAt(service, 'image') !== undefined || valueAt(service, 'build') !== undefined)
    );
  },
  read: (document, draft) => readCompose(document, draft),
});

const mostServices = 500;

function readCompose(document: TextDocument, draft: Draft): void {
  const services = mapAt(document.root, 'services') ?? new Map<string, JsonValue>();
  draft.metadata.set('services', services.size);
  const note = noteInto(draft, 'compose');
  for (const name of [...services.keys()].slice(0, mostServices)) readService(document, ['services', name], note);
}

function readService(document: TextDocument, path: Path, note: Note): void {
  const service = valueAt(document.root, ...path);
  const at = (...more: Path) => document.placeOf([...path, ...more]);
  const image = textAt(service, 'image') ?? '';
  readRights(service, at, note);
  readMounts(service, at, note);
  readPorts(service, image, { at, note });
  if (image !== '' && imageFixity(image) === 'latest')
    note({ code: 'mutable-image', detail: 'The image is whatever is newest when it is pulled.', text: image, where: at('image') });
  const environment = environmentOf(valueAt(service, 'environment'));
  noteServerSettings(environment, note, () => at('environment'));
  const command = [...textsOf(valueAt(service, 'entrypoint')), ...textsOf(valueAt(service, 'command'))].join(' ');
  const where = valueAt(service, 'command') === undefined ? at('entrypoint') : at('command');
  noteServerCommand(command, note, { where, program: image });
  noteShell(command, note, () => where);
  readGpu(service, at, note);
}

type At = (...more: Path) => ReturnType<TextDocument['placeOf']>;

/** Capabilities that reach out of a container. @source capabilities(7). */
const strongCapabilities = /^(CAP_)?(ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|SYS_RAWIO|DAC_READ_SEARCH|NET_ADMIN|BPF|SYS_BOOT)$/i;

function readRights(service: JsonValue | undefined, at: At, note: Note): void {
  if (valueAt(service, 'privileged') === true)
    note({ code: 'privileged', detail: 'The container has every right on its host.', text: 'privileged: true', where: at('privileged') });
  for (const [index, capability] of textsOf(valueAt(service, 'cap_add')).entries())
    if (strongCapabilities.test(capability))
      note({
        code: 'strong-capability',
        detail: 'A right that reaches out of the container.',
        text: capability,
        where: at('cap_add', index),
      });
  for (const key of ['pid', 'ipc', 'network_mode', 'userns_mode', 'uts'])
    if (textAt(service, key) === 'host' && key !== 'ipc')
      note({
        code: key === 'network_mode' ? 'host-network' : 'host-namespace',
        detail: `The container shares the host’s ${key.replace('_mode', '')}.`,
        text: `${key}: host`,
        where: at(key),
      });
  for (const [index, option] of textsOf(valueAt(service, 'security_opt')).entries())
    if (/^(apparmor|seccomp)[:=]unconfined$|^label[:=]disable$|^no-new-privileges[:=]false$/.test(option))
      note({
        code: 'protection-off',
        detail: 'A protection of the container is switched off.',
        text: option,
        where: at('security_opt', index),
      });
  const user = textAt(service, 'user');
  if (user !== null && /^(root|0)(:|$)/.test(user))
    note({ code: 'runs-as-root', detail: 'The container runs as root.', text: `user: ${user}`, where: at('user') });
}

/** Host paths from which the host can be taken over. */
export const hostRoots =
  /^(\/|\/etc|\/root|\/proc|\/sys|\/boot|\/dev|\/var\/lib\/(docker|kubelet|containerd)|\/var\/run|\/run|\/home|\/usr|\/lib)\/?$/;
export const runtimeSocket = /(^|\/)(docker|containerd|crio|podman|dockershim)\.sock$/;

function readMounts(service: JsonValue | undefined, at: At, note: Note): void {
  for (const [index, volume] of listAt(service, 'volumes').entries()) {
    const source = volume instanceof Map ? textAt(volume, 'source') : ((plainText(volume) ?? '').split(':')[0] ?? '');
    if (source === null) continue;
    const text = plainText(volume) ?? source;
    if (runtimeSocket.test(source))
      note({
        code: 'runtime-socket',
        detail: 'Whoever runs in the container commands the host’s container runtime.',
        text,
        where: at('volumes', index),
      });
    else if (hostRoots.test(source))
      note({ code: 'host-path', detail: 'A system folder of the host is mounted into the container.', text, where: at('volumes', index) });
    else if (/(^|\/)\.(ssh|aws|kube|docker|gnupg)\/?$/.test(source))
      note({
        code: 'host-credentials',
        detail: 'A folder of credentials is mounted into the container.',
        text,
        where: at('volumes', index),
      });
  }
}

/** Ports on which model servers, notebooks and trackers listen without a login of their own. @source the projects' documentation. */
export const servingPorts = new Map([
  [11434, 'Ollama'],
  [8265, 'Ray’s dashboard'],
  [10001, 'Ray’s client port'],
  [8888, 'Jupyter'],
  [5000, 'MLflow'],
  [8081, 'TorchServe’s management'],
  [6006, 'TensorBoard'],
  [8188, 'ComfyUI'],
  [7860, 'Gradio'],
  [6333, 'Qdrant'],
  [19530, 'Milvus'],
]);

function readPorts(service: JsonValue | undefined, image: string, { at, note }: { at: At; note: Note }): void {
  if (!isModelImage(image)) return;
  for (const [index, port] of listAt(service, 'ports').entries()) {
    const written =
      plainText(port) ?? `${textAt(port, 'host_ip') ?? ''}:${textAt(port, 'published') ?? ''}:${textAt(port, 'target') ?? ''}`;
    const target = Number(/(\d{1,5})(?:\/tcp)?$/.exec(written)?.[1] ?? Number.NaN);
    const isLocal = /^(127\.|localhost|\[::1\])/.test(written);
    const server = servingPorts.get(target);
    if (server === undefined || isLocal || !written.includes(':')) continue;
    note({
      code: 'published-port',
      detail: `${server} is published on every address of the host.`,
      text: written,
      where: at('ports', index),
      certainty: 'possible',
    });
  }
}

function readGpu(service: JsonValue | undefined, at: At, note: Note): void {
  const devices = listAt(service, 'deploy', 'resources', 'reservations', 'devices');
  const usesGpu =
    devices.some((device) => textsOf(valueAt(device, 'capabilities')).includes('gpu')) ||
    textAt(service, 'runtime') === 'nvidia' ||
    valueAt(service, 'gpus') !== undefined;
  const limited = valueAt(service, 'deploy', 'resources', 'limits') !== undefined || valueAt(service, 'mem_limit') !== undefined;
  if (usesGpu && !limited)
    note({
      code: 'no-limits',
      detail: 'A container that uses a GPU has no limit of memory and processors.',
      text: 'deploy.resources.limits',
      where: at(),
    });
}
