/** Kubernetes manifests of any kind that runs containers, and the ones that serve or train models: KServe, Seldon, Ray. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { servingPorts } from './compose.ts';
import { readPod } from './kubernetes-pod.ts';
import { listAt, mapAt, type Note, noteInto, type Path, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteServerCommand } from './pipeline-server.ts';

export default defineDocument({
  format: 'kubernetes',
  role: 'config',
  syntaxes: ['yaml', 'json'],
  words: ['apiVersion'],
  is: ({ root }) =>
    textAt(root, 'apiVersion') !== null &&
    textAt(root, 'kind') !== null &&
    (mapAt(root, 'metadata') !== null || mapAt(root, 'spec') !== null || listAt(root, 'items').length > 0),
  read: (document, draft) => readManifest(document, draft),
});

/** One document: an object, or a list of them. */
export function readManifest(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'kubernetes');
  const isList = textAt(document.root, 'kind') === 'List';
  const items = listAt(document.root, 'items').slice(0, 1000);
  const paths = isList ? items.map((_, index): Path => ['items', index]) : [[] as Path];
  for (const path of paths) readObject(document, path, { note, draft });
}

type Reading = { readonly note: Note; readonly draft: Draft };

function readObject(document: TextDocument, path: Path, { note, draft }: Reading): void {
  const object = valueAt(document.root, ...path);
  const kind = textAt(object, 'kind') ?? '';
  const known = draft.metadata.get('kinds');
  draft.metadata.set(
    'kinds',
    [...new Set([...(typeof known === 'string' && known !== '' ? known.split(', ') : []), kind])].join(', ').slice(0, 300),
  );
  for (const pod of podsOf(object, path)) readPod(document, pod, note);
  if (kind === 'Service') readService(document, path, note);
  if (kind === 'InferenceService' || kind === 'SeldonDeployment' || kind === 'LLMInferenceService')
    readModelAddresses(document, path, note);
  if (kind === 'RayCluster' || kind === 'RayService' || kind === 'RayJob') readRay(document, path, note);
  if (/^(Cluster)?RoleBinding$/.test(kind)) readBinding(document, path, note);
  if (/^(Cluster)?Role$/.test(kind)) readRole(document, path, note);
}

const deepest = 12;

/** Every pod specification: a map with a list of containers, wherever the kind keeps it. */
function podsOf(root: JsonValue | undefined, path: Path): Path[] {
  const found: Path[] = [];
  const open: { value: JsonValue | undefined; path: Path }[] = [{ value: root, path }];
  for (let at = 0; at < open.length && at < 20_000; at++) {
    const { value, path: here } = open[at] ?? { value: undefined, path: [] };
    if (here.length - path.length > deepest) continue;
    if (value instanceof Map) {
      if (listAt(value, 'containers').some((item) => item instanceof Map)) found.push(here);
      else if (isServingPart(value)) found.push(here);
      for (const [key, inner] of value) if (inner instanceof Map || Array.isArray(inner)) open.push({ value: inner, path: [...here, key] });
    } else if (Array.isArray(value)) for (const [index, inner] of value.entries()) open.push({ value: inner, path: [...here, index] });
  }
  return found.slice(0, 1000);
}

/** KServe keeps the rights of the pod beside `model`, without a list of containers. */
function isServingPart(value: JsonValue): boolean {
  return mapAt(value, 'model') !== null && (textAt(value, 'model', 'storageUri') !== null || mapAt(value, 'model', 'modelFormat') !== null);
}

function readService(document: TextDocument, path: Path, note: Note): void {
  const service = valueAt(document.root, ...path);
  const type = textAt(service, 'spec', 'type');
  if (type !== 'LoadBalancer' && type !== 'NodePort') return;
  const annotations = [...(mapAt(service, 'metadata', 'annotations') ?? new Map<string, JsonValue>())]
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
  if (/internal/i.test(annotations) || listAt(service, 'spec', 'loadBalancerSourceRanges').length > 0) return;
  for (const [index, port] of listAt(service, 'spec', 'ports').entries()) {
    const numbers = [valueAt(port, 'targetPort'), valueAt(port, 'port')].map(Number);
    const server = numbers.map((number) => servingPorts.get(number)).find((name) => name !== undefined);
    if (server !== undefined)
      note({
        code: 'open-service',
        detail: `${server} is reachable from outside the cluster.`,
        text: `${type} ${numbers.join(' ')}`,
        where: document.placeOf([...path, 'spec', 'ports', index]),
        certainty: 'possible',
      });
  }
}

/** Where the server takes its model from: plain http, or an image and a folder that anyone may change. */
function readModelAddresses(document: TextDocument, path: Path, note: Note): void {
  const spec = valueAt(document.root, ...path, 'spec');
  const open: { value: JsonValue | undefined; path: Path }[] = [{ value: spec, path: [...path, 'spec'] }];
  for (let at = 0; at < open.length && at < 5000; at++) {
    const { value, path: here } = open[at] ?? { value: undefined, path: [] };
    if (here.length > deepest + 4) continue;
    if (Array.isArray(value)) for (const [index, inner] of value.entries()) open.push({ value: inner, path: [...here, index] });
    if (!(value instanceof Map)) continue;
    for (const [key, inner] of value) {
      const isAddress = key === 'storageUri' || key === 'modelUri' || key === 'uri';
      if (isAddress && typeof inner === 'string' && inner.startsWith('http://'))
        note({
          code: 'plain-http-model',
          detail: 'The model is fetched over http: anyone on the way can change it.',
          text: inner,
          where: document.placeOf([...here, key]),
        });
      if (isAddress && typeof inner === 'string' && /^hf:\/\//.test(inner) && !/:[0-9a-f]{40}$|@[0-9a-f]{40}$/.test(inner))
        note({
          code: 'model-without-digest',
          detail: 'The model is fetched from a repository without a revision that fixes its content.',
          text: inner,
          where: document.placeOf([...here, key]),
        });
      open.push({ value: inner, path: [...here, key] });
    }
  }
}

function readRay(document: TextDocument, path: Path, note: Note): void {
  const base: Path = textAt(document.root, ...path, 'kind') === 'RayCluster' ? ['spec'] : ['spec', 'rayClusterConfig'];
  const start = [...path, ...base, 'headGroupSpec', 'rayStartParams'];
  const host = textAt(document.root, ...start, 'dashboard-host');
  const type = textAt(document.root, ...path, ...base, 'headGroupSpec', 'serviceType');
  // Inside a cluster the dashboard must listen on the pod's address; open it is where the service leads outside.
  if (host === '0.0.0.0' && (type === 'LoadBalancer' || type === 'NodePort'))
    note({
      code: 'open-dashboard',
      detail: 'Ray’s dashboard takes jobs from everybody who reaches it, and the service leads outside (CVE-2023-48022).',
      text: `serviceType: ${type}`,
      where: document.placeOf([...path, ...base, 'headGroupSpec', 'serviceType']),
    });
  noteServerCommand(textsOf(valueAt(document.root, ...path, 'spec', 'entrypoint')).join(' '), note, {
    where: document.placeOf([...path, 'spec', 'entrypoint']),
  });
}

function readBinding(document: TextDocument, path: Path, note: Note): void {
  const binding = valueAt(document.root, ...path);
  const role = textAt(binding, 'roleRef', 'name');
  for (const [index, subject] of listAt(binding, 'subjects').entries()) {
    const name = textAt(subject, 'name') ?? '';
    const where = document.placeOf([...path, 'subjects', index]);
    if (/^system:(anonymous|unauthenticated)$/.test(name))
      note({ code: 'anonymous-access', detail: 'Rights of the cluster are given to everybody.', text: `${role ?? ''} → ${name}`, where });
    else if (role === 'cluster-admin' && textAt(subject, 'kind') === 'ServiceAccount')
      note({ code: 'cluster-admin', detail: 'Programs get every right of the cluster.', text: `${role} → ${name}`, where });
  }
}

function readRole(document: TextDocument, path: Path, note: Note): void {
  for (const [index, rule] of listAt(document.root, ...path, 'rules').entries()) {
    const every = (key: string) => textsOf(valueAt(rule, key)).includes('*');
    if (every('verbs') && every('resources') && every('apiGroups'))
      note({
        code: 'cluster-admin',
        detail: 'The role has every right on everything.',
        text: 'verbs, resources and apiGroups: *',
        where: document.placeOf([...path, 'rules', index]),
      });
  }
}
