import type { HarmlessConfig, HostileConfig } from './config-example.ts';

const indent = (text: string, by: number) => text.replace(/^/gm, ' '.repeat(by));
const pod = (container: string, more = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: serve}\nspec:\n${more === '' ? '' : `${indent(more, 2)}\n`}  containers:\n    - name: serve\n      image: acme/serve:1.0.3\n${indent(container, 6)}\n`;
const deployment = (container: string, image = 'vllm/vllm-openai:v0.9.1') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: serve\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: serve}}\n  template:\n    metadata: {labels: {app: serve}}\n    spec:\n      securityContext: {runAsNonRoot: true}\n      containers:\n        - name: serve\n          image: ${image}\n${indent(container, 10)}\n`;
const hostile = (what: string, rule: string, text: string, at: string, path = 'k8s/serve.yaml'): HostileConfig => ({
  what,
  rule,
  text,
  at,
  path,
});

export const hostileManifests: readonly HostileConfig[] = [
  hostile('privileged', 'workload-privilege', pod('securityContext:\n  privileged: true'), 'privileged'),
  hostile(
    'in an init container',
    'workload-privilege',
    pod('resources: {}', 'initContainers:\n  - name: i\n    image: acme/i:1\n    securityContext: {privileged: true}'),
    'securityContext: {priv',
  ),
  hostile(
    'runtime socket',
    'workload-privilege',
    pod('resources: {}', 'volumes:\n  - name: s\n    hostPath: {path: /run/containerd/containerd.sock}'),
    'hostPath',
  ),
  hostile('the node’s root', 'workload-privilege', pod('resources: {}', 'volumes:\n  - name: h\n    hostPath:\n      path: /'), 'path: /'),
  hostile('processes of the node', 'workload-privilege', pod('resources: {}', 'hostPID: true'), 'hostPID'),
  hostile('capability', 'workload-privilege', pod('securityContext:\n  capabilities:\n    add: [SYS_PTRACE]'), 'SYS_PTRACE'),
  hostile('remote code', 'workload-model-server', deployment('args: ["--model=acme/m", "--trust-remote-code"]'), 'args'),
  hostile(
    'remote code by environment',
    'workload-model-server',
    deployment('env:\n  - name: HF_DATASETS_TRUST_REMOTE_CODE\n    value: "1"'),
    'env',
  ),
  hostile(
    'Ollama for all',
    'workload-model-server',
    deployment('env:\n  - {name: OLLAMA_HOST, value: "0.0.0.0"}', 'ollama/ollama:0.6.2'),
    'env',
  ),
  hostile(
    'Jupyter without token',
    'workload-model-server',
    deployment('command: ["start-notebook.sh"]\nargs: ["--ServerApp.token=\'\'"]', 'jupyter/base-notebook:2024-05-01'),
    'args',
  ),
  hostile(
    'in a CronJob',
    'workload-privilege',
    `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: t}\nspec:\n  schedule: "0 3 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - name: t\n              image: acme/t:1\n              securityContext: {privileged: true}\n`,
    'privileged',
  ),
  hostile(
    'second document',
    'workload-privilege',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n---\n${pod('securityContext: {privileged: true}')}`,
    'privileged',
  ),
  hostile(
    'KServe over http',
    'pipeline-unverified-source',
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: sklearn}\n      storageUri: http://models.acme.io/m.joblib\n',
    'storageUri',
  ),
  hostile(
    'KServe with remote code',
    'workload-model-server',
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      args:\n        - --model_id=acme/m\n        - --trust_remote_code\n      storageUri: s3://models/m\n',
    'args',
  ),
  hostile(
    'Seldon over http',
    'pipeline-unverified-source',
    'apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: m}\nspec:\n  predictors:\n    - name: default\n      graph:\n        implementation: SKLEARN_SERVER\n        modelUri: http://models.acme.io/iris\n        name: c\n',
    'modelUri',
  ),
  hostile(
    'Ray’s dashboard outside',
    'workload-model-server',
    "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: r}\nspec:\n  headGroupSpec:\n    serviceType: LoadBalancer\n    rayStartParams:\n      dashboard-host: '0.0.0.0'\n    template:\n      spec:\n        containers:\n          - name: head\n            image: rayproject/ray:2.41.0\n",
    'serviceType',
  ),
  hostile(
    'Ray’s workers are privileged',
    'workload-privilege',
    'apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: r}\nspec:\n  rayClusterConfig:\n    workerGroupSpecs:\n      - groupName: w\n        template:\n          spec:\n            containers:\n              - name: w\n                image: rayproject/ray:2.41.0\n                securityContext: {privileged: true}\n',
    'privileged',
  ),
  hostile(
    'notebook for the internet',
    'workload-exposure',
    'apiVersion: v1\nkind: Service\nmetadata: {name: j}\nspec:\n  type: LoadBalancer\n  ports:\n    - port: 80\n      targetPort: 8888\n',
    '- port',
  ),
  hostile(
    'everything for a program',
    'workload-privilege',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects:\n  - kind: ServiceAccount\n    name: trainer\n    namespace: ml\n',
    '- kind: ServiceAccount',
  ),
  hostile(
    'in a list, as JSON',
    'workload-privilege',
    JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'List',
        items: [{ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { hostPID: true, containers: [{ name: 'a', image: 'a:1' }] } }],
      },
      null,
      1,
    ),
    'hostPID',
    'pods.json',
  ),
];

const harmless = (what: string, text: string, path = 'k8s/app.yaml'): HarmlessConfig => ({ what, text, path });
export const harmlessManifests: readonly HarmlessConfig[] = [
  harmless('a deployment', deployment('ports: [{containerPort: 8000}]\nresources: {limits: {cpu: "1", memory: 1Gi}}')),
  harmless('root by default', pod('ports: [{containerPort: 80}]')),
  harmless('a GPU with limits', deployment('resources:\n  limits:\n    nvidia.com/gpu: 1\n    memory: 32Gi')),
  harmless('a GPU without memory', deployment('resources:\n  limits:\n    nvidia.com/gpu: 1')),
  harmless(
    'config map that mentions it',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  notes: |\n    privileged: true\n    curl http://x | sh\n',
  ),
  harmless('a service inside', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports: [{port: 8265}]\n'),
  harmless(
    'a load balancer for the web',
    'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  type: LoadBalancer\n  ports: [{port: 443, targetPort: 8443}]\n',
  ),
  harmless(
    'an inner load balancer',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: "true"}\nspec:\n  type: LoadBalancer\n  ports: [{port: 8888}]\n',
  ),
  harmless(
    'Ray inside the cluster',
    "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: r}\nspec:\n  headGroupSpec:\n    rayStartParams: {dashboard-host: '0.0.0.0'}\n    template:\n      spec:\n        containers: [{name: h, image: 'rayproject/ray:2.41.0'}]\n",
  ),
  harmless(
    'KServe from a bucket',
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: sklearn}\n      storageUri: s3://models/m\n',
  ),
  harmless(
    'KServe from the hub',
    'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: huggingface}\n      storageUri: hf://acme/m\n',
  ),
  harmless(
    'a narrow role',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get, list]\n',
  ),
  harmless(
    'people as administrators',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects:\n  - kind: Group\n    name: platform-admins\n',
  ),
  harmless(
    'a cache on the node',
    deployment('volumeMounts: [{name: c, mountPath: /cache}]').replace(
      '      containers:',
      '      volumes: [{name: c, hostPath: {path: /mnt/nvme/models}}]\n      containers:',
    ),
  ),
  harmless('kustomization', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml]\n'),
  harmless('a custom resource', 'apiVersion: acme.io/v1\nkind: Training\nmetadata: {name: t}\nspec: {epochs: 3}\n'),
  harmless('secrets by reference', deployment('env:\n  - name: HF_TOKEN\n    valueFrom:\n      secretKeyRef: {name: hf, key: token}')),
  harmless(
    'a manifest of another world',
    'apiVersion: 2\nname: chart\ndescription: A chart\ntype: application\nversion: 0.1.0\n',
    'chart/Chart.yaml',
  ),
];
