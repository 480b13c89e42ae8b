/** Container and cluster files that run models: images, commands, Kubernetes kinds, GPU limits, vector stores. */
import { asList, asRecord, asText, field, parseYaml } from '../document.ts';

export type ServingFact = {
  readonly kind: 'serving' | 'vector-store' | 'accelerator';
  readonly product: string;
  readonly name: string;
  readonly image: string | null;
  readonly pinned: boolean | null;
  readonly line: number | null;
  readonly evidence: string;
  readonly ports: readonly string[];
  readonly model: string | null;
  readonly environmentNames: readonly string[];
  /** Where other services of the same manifest reach it. */
  readonly addresses: readonly string[];
};

const servingImages: readonly [RegExp, string][] = [
  [/(?:^|\/)vllm\/vllm-openai|(?:^|\/)vllm-openai/, 'vLLM'],
  [/huggingface\/text-generation-inference/, 'Text Generation Inference'],
  [/huggingface\/text-embeddings-inference/, 'Text Embeddings Inference'],
  [/nvidia\/tritonserver/, 'Triton'],
  [/(?:^|\/)ollama\/ollama/, 'Ollama'],
  [/(?:^|\/)tensorflow\/serving/, 'TensorFlow Serving'],
  [/pytorch\/torchserve/, 'TorchServe'],
  [/(?:^|\/)rayproject\/ray/, 'Ray'],
  [/lmsysorg\/sglang/, 'SGLang'],
  [/ggml-org\/llama\.cpp|ggerganov\/llama\.cpp/, 'llama.cpp'],
  [/localai\/localai|go-skynet\/local-ai/, 'LocalAI'],
  [/berriai\/litellm/, 'LiteLLM'],
  [/open-webui\/open-webui/, 'Open WebUI'],
  [/seldonio\//, 'Seldon'],
  [/(?:^|\/)mlflow\/mlflow/, 'MLflow'],
  [/langfuse\/langfuse/, 'Langfuse'],
];
const storeImages: readonly [RegExp, string][] = [
  [/(?:^|\/)qdrant\/qdrant/, 'Qdrant'],
  [/chromadb\/chroma|chroma-core\/chroma/, 'Chroma'],
  [/semitechnologies\/weaviate/, 'Weaviate'],
  [/milvusdb\/milvus/, 'Milvus'],
  [/pgvector\/pgvector|ankane\/pgvector/, 'pgvector'],
];
const servingCommands: readonly [RegExp, string][] = [
  [/\bvllm[",\s]{1,6}serve\b|vllm\.entrypoints/, 'vLLM'],
  [/\btext-generation-launcher\b/, 'Text Generation Inference'],
  [/\btritonserver\b/, 'Triton'],
  [/\bollama[",\s]{1,6}(?:serve|run)\b/, 'Ollama'],
  [/\bmlflow[",\s]{1,6}models[",\s]{1,6}serve\b/, 'MLflow'],
  [/\bbentoml[",\s]{1,6}serve\b/, 'BentoML'],
  [/\btorchserve\b/, 'TorchServe'],
  [/\btensorflow_model_server\b/, 'TensorFlow Serving'],
  [/\bllama-server\b|llama_cpp\.server/, 'llama.cpp'],
  [/\bsglang\.launch_server\b/, 'SGLang'],
];
const clusterKinds = new Map([
  ['InferenceService', 'KServe'],
  ['ServingRuntime', 'KServe'],
  ['SeldonDeployment', 'Seldon'],
  ['Model', 'Seldon'],
  ['RayService', 'Ray'],
  ['RayCluster', 'Ray'],
  ['PyTorchJob', 'Kubeflow'],
  ['TFJob', 'Kubeflow'],
  ['Notebook', 'Kubeflow'],
  ['TrainJob', 'Kubeflow'],
  ['LLMInferenceService', 'KServe'],
]); // prettier-ignore

/** A fact about an image, or null when it serves no model and stores no vectors. */
function imageFact(image: string): { kind: 'serving' | 'vector-store'; product: string } | null {
  const bare = image.toLowerCase();
  const serving = servingImages.find(([pattern]) => pattern.test(bare));
  if (serving) return { kind: 'serving', product: serving[1] };
  const store = storeImages.find(([pattern]) => pattern.test(bare));
  return store ? { kind: 'vector-store', product: store[1] } : null;
}

function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}/.test(image);
}

/** Dockerfile or Containerfile: FROM, CMD, ENTRYPOINT, RUN lines; comments are none. */
export function dockerfileFacts(text: string): ServingFact[] {
  const facts: ServingFact[] = [];
  const lines = text.split(/\r?\n/).slice(0, 5000);
  const environmentNames = lines.flatMap((line) => /^\s*(?:ENV|ARG)\s+([A-Za-z_]\w{0,80})/i.exec(line)?.[1] ?? []).slice(0, 50);
  const ports = lines.flatMap((line) => /^\s*EXPOSE\s+([\d/a-z ]{1,60})/i.exec(line)?.[1]?.split(/\s+/) ?? []);
  const base = { environmentNames, ports, model: modelArgument(text), addresses: [] };
  for (const [index, line] of lines.entries()) {
    const image = /^\s*FROM\s+(?:--platform=\S+\s+)?(\S{1,300})/i.exec(line)?.[1];
    const known = image === undefined ? null : imageFact(image);
    if (image !== undefined && known)
      facts.push({
        ...base,
        ...known,
        name: known.product,
        image,
        pinned: isPinned(image),
        line: index + 1,
        evidence: line.trim().slice(0, 200),
      });
    const command = /^\s*(?:CMD|ENTRYPOINT|RUN)\s+(.{1,1000})/i.exec(line)?.[1];
    const product = command === undefined ? undefined : servingCommands.find(([pattern]) => pattern.test(command))?.[1];
    if (product && !facts.some((fact) => fact.product === product))
      facts.push({
        ...base,
        kind: 'serving',
        product,
        name: product,
        image: null,
        pinned: null,
        line: index + 1,
        evidence: line.trim().slice(0, 200),
      });
  }
  return facts;
}

function modelArgument(text: string): string | null {
  return /--model(?:-id|_id|-path)?(?:=|["',\s]{1,6})([\w./-]{2,200})/.exec(text)?.[1] ?? null;
}

/** Compose services and Kubernetes objects of one YAML file. */
export function manifestFacts(text: string): ServingFact[] {
  if (!/image|kind:/.test(text)) return [];
  return parseYaml(text).flatMap((document) => {
    const record = asRecord(document);
    if (asText(field(record, 'kind')) !== null && asText(field(record, 'apiVersion')) !== null) return clusterFacts(record, text);
    return Object.entries(asRecord(field(record, 'services')) ?? {}).flatMap(([name, service]) =>
      composeFacts(name, asRecord(service), text),
    );
  });
}

function composeFacts(name: string, service: Record<string, unknown> | null, text: string): ServingFact[] {
  const image = asText(field(service, 'image'));
  const command = [asText(field(service, 'command'), 2000), ...asList(field(service, 'command')).map((part) => asText(part))]
    .filter((part) => part !== null)
    .join(' ');
  return containerFacts(
    {
      name,
      image,
      command,
      environment: field(service, 'environment'),
      ports: asList(field(service, 'ports')).flatMap((port) => asText(port) ?? []),
    },
    text,
  );
}

type Container = { name: string; image: string | null; command: string; environment: unknown; ports: readonly string[] };
function containerFacts({ name, image, command, environment, ports }: Container, text: string): ServingFact[] {
  const known = image === null ? null : imageFact(image);
  const byCommand = servingCommands.find(([pattern]) => pattern.test(command))?.[1];
  if (!known && byCommand === undefined) return [];
  const product = known?.product ?? byCommand ?? '';
  const evidence = image === null ? command.slice(0, 120) : `image: ${image}`;
  return [
    {
      kind: known?.kind ?? 'serving',
      product,
      name,
      image,
      pinned: image === null ? null : isPinned(image),
      line: lineOf(text, image ?? name),
      evidence: evidence.slice(0, 200),
      ports,
      model: modelArgument(command),
      environmentNames: namesOf(environment),
      addresses: addressesOf(name, ports),
    },
  ]; // prettier-ignore
}

/** Compose and Kubernetes give a service its name as host; the last number of a port mapping is the port inside. */
function addressesOf(name: string, ports: readonly string[]): string[] {
  return ports.flatMap((port) => {
    const inside = /(\d{1,5})(?:\/\w{1,4})?$/.exec(port)?.[1];
    return inside === undefined || !/^[\w-]{1,63}$/.test(name) ? [] : [`http://${name}:${inside}`];
  });
}

function namesOf(environment: unknown): string[] {
  const listed = asList(environment).flatMap((entry) => asText(field(asRecord(entry), 'name')) ?? asText(entry)?.split('=')[0] ?? []);
  return [...listed, ...Object.keys(asRecord(environment) ?? {})].map((name) => name.slice(0, 80)).slice(0, 50);
}

function clusterFacts(object: Record<string, unknown> | null, text: string): ServingFact[] {
  const kind = asText(field(object, 'kind')) ?? '';
  const name = asText(field(asRecord(field(object, 'metadata')), 'name')) ?? kind;
  const version = asText(field(object, 'apiVersion')) ?? '';
  const product = clusterKinds.get(kind);
  // "Model" and "Notebook" are words others use too: the API group must be one of the field's.
  const ofField = product !== undefined && /kserve|seldon|ray\.io|kubeflow/.test(version);
  const containers = [...containersIn(object)];
  const facts = containers.flatMap((container) => containerFacts(container, text));
  const model = modelUri(object);
  if (ofField)
    facts.unshift({
      kind: 'serving',
      product,
      name,
      image: null,
      pinned: null,
      line: lineOf(text, `kind: ${kind}`),
      evidence: `kind: ${kind}`,
      ports: [],
      model,
      environmentNames: [],
      addresses: [],
    });
  if (
    facts.length === 0 &&
    /(?:nvidia\.com\/gpu|amd\.com\/gpu|google\.com\/tpu|aws\.amazon\.com\/neuron)/.test(JSON.stringify(object).slice(0, 200_000))
  )
    facts.push({
      kind: 'accelerator',
      product: 'Kubernetes',
      name,
      image: containers[0]?.image ?? null,
      pinned: null,
      line: lineOf(text, '.com/'),
      evidence: 'requests an accelerator',
      ports: [],
      model: null,
      environmentNames: [],
      addresses: [],
    });
  return facts;
}

function* containersIn(value: unknown, depth = 0): Generator<Container> {
  if (depth > 12) return;
  const record = asRecord(value);
  const image = asText(field(record, 'image'));
  if (image !== null && record !== null) {
    const command = [...asList(field(record, 'command')), ...asList(field(record, 'args'))].map((part) => asText(part) ?? '').join(' ');
    const ports = asList(field(record, 'ports')).flatMap((port) => asText(field(asRecord(port), 'containerPort')) ?? []);
    yield { name: asText(field(record, 'name')) ?? 'container', image, command, environment: field(record, 'env'), ports };
  }
  const inner = record === null ? asList(value) : Object.values(record);
  for (const entry of inner.slice(0, 500)) if (typeof entry === 'object') yield* containersIn(entry, depth + 1);
}

function modelUri(object: Record<string, unknown> | null): string | null {
  return /"(?:storageUri|modelUri|model_uri)":"([^"]{1,300})"/.exec(JSON.stringify(object).slice(0, 200_000))?.[1] ?? null;
}

function lineOf(text: string, needle: string): number | null {
  const at = text.indexOf(needle);
  return at < 0 ? null : text.slice(0, at).split('\n').length;
}
