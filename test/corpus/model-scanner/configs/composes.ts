// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configurations themselves are written so.
import type { HarmlessConfig, HostileConfig } from './config-example.ts';

const service = (lines: string, image = 'acme/api:1.4.2') => `services:\n  api:\n    image: ${image}\n${lines.replace(/^/gm, '    ')}\n`;
const hostile = (what: string, rule: string, text: string, at: string, path = 'docker-compose.yml'): HostileConfig => ({
  what,
  rule,
  text,
  at,
  path,
});

export const hostileComposes: readonly HostileConfig[] = [
  hostile('privileged', 'workload-privilege', service('privileged: true'), 'privileged'),
  hostile('runtime socket', 'workload-privilege', service('volumes:\n  - /var/run/docker.sock:/var/run/docker.sock'), 'docker.sock'),
  hostile(
    'runtime socket in long form',
    'workload-privilege',
    service('volumes:\n  - type: bind\n    source: /run/docker.sock\n    target: /x.sock'),
    'type: bind',
  ),
  hostile('the whole host', 'workload-privilege', service('volumes:\n  - ./data:/data\n  - /:/host:ro'), '/:/host'),
  hostile('keys of the host', 'workload-privilege', service('volumes: ["~/.ssh:/root/.ssh:ro"]'), '.ssh'),
  hostile('capability', 'workload-privilege', service('cap_add:\n  - NET_BIND_SERVICE\n  - SYS_ADMIN'), 'SYS_ADMIN'),
  hostile('processes of the host', 'workload-privilege', service('pid: host'), 'pid: host'),
  hostile('protection off', 'workload-privilege', service('security_opt:\n  - seccomp:unconfined'), 'seccomp'),
  hostile(
    'Jupyter without token',
    'workload-model-server',
    service("command: start-notebook.sh --NotebookApp.token=''", 'jupyter/scipy-notebook:2024-05-01'),
    'command',
  ),
  hostile(
    'Jupyter with an empty token',
    'workload-model-server',
    service('environment:\n  JUPYTER_TOKEN: ""', 'jupyter/scipy-notebook:2024-05-01'),
    'environment',
  ),
  hostile(
    'remote code',
    'workload-model-server',
    service('command: ["--model", "acme/m", "--trust-remote-code"]', 'vllm/vllm-openai:v0.9.1'),
    'command',
  ),
  hostile(
    'page without a login',
    'workload-model-server',
    service('environment:\n  - WEBUI_AUTH=False', 'ghcr.io/open-webui/open-webui:v0.6.0'),
    'environment',
  ),
  hostile(
    'Ollama for every page',
    'workload-model-server',
    service('environment:\n  - OLLAMA_ORIGINS=*', 'ollama/ollama:0.6.2'),
    'environment',
  ),
  hostile(
    'database for all',
    'workload-model-server',
    service('environment: {POSTGRES_HOST_AUTH_METHOD: trust}', 'postgres:16'),
    'environment',
  ),
  hostile(
    'anonymous vector store',
    'workload-model-server',
    service("environment:\n  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true'", 'semitechnologies/weaviate:1.28.2'),
    'environment',
  ),
  hostile(
    'Airflow without a login',
    'workload-model-server',
    service('environment:\n  AIRFLOW__API__AUTH_BACKENDS: airflow.api.auth.backend.default', 'apache/airflow:2.10.4'),
    'environment',
  ),
  hostile('script over http', 'pipeline-remote-script', service('command: sh -c "curl http://x.acme.io/s.sh | sh"'), 'command'),
  hostile('a name nobody expects', 'workload-privilege', service('privileged: true'), 'privileged', 'deploy/stack.yaml'),
  hostile(
    'anchors and merges',
    'workload-privilege',
    `x-base: &base\n  privileged: true\nservices:\n  a:\n    image: acme/a:1\n    privileged: true\n  b:\n    <<: *base\n    image: acme/b:1\n`,
    '    privileged',
  ),
];

const harmless = (what: string, text: string, path = 'compose.yaml'): HarmlessConfig => ({ what, text, path });
export const harmlessComposes: readonly HarmlessConfig[] = [
  harmless('a web service', service('ports:\n  - "8080:8080"\nrestart: unless-stopped')),
  harmless(
    'a database with a password from outside',
    service('environment:\n  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}\nvolumes:\n  - data:/var/lib/postgresql/data', 'postgres:16'),
  ),
  harmless('latest', service('ports: ["80:80"]', 'nginx')),
  harmless('own folders', service('volumes:\n  - ./src:/app/src\n  - ~/.cache/huggingface:/root/.cache/huggingface')),
  harmless(
    'a GPU',
    service(
      'deploy:\n  resources:\n    reservations:\n      devices:\n        - driver: nvidia\n          count: 1\n          capabilities: [gpu]',
      'vllm/vllm-openai:v0.9.1',
    ),
  ),
  harmless('Ollama on this machine', service('ports:\n  - "127.0.0.1:11434:11434"', 'ollama/ollama:0.6.2')),
  harmless('Ollama published', service('ports:\n  - "11434:11434"', 'ollama/ollama:0.6.2')),
  harmless('shared memory', service('ipc: host\nshm_size: 8gb', 'pytorch/pytorch:2.6.0-cuda12.4-cudnn9-runtime')),
  harmless('dropped capabilities', service('cap_drop: [ALL]\ncap_add: [NET_BIND_SERVICE]\nsecurity_opt: ["no-new-privileges:true"]')),
  harmless('a user', service('user: "1000:1000"\nread_only: true')),
  harmless('privileged: false', service('privileged: false')),
  harmless('a login', service('environment:\n  WEBUI_AUTH: "True"', 'ghcr.io/open-webui/open-webui:v0.6.0')),
  harmless('health check', service('healthcheck:\n  test: ["CMD", "curl", "-f", "http://localhost:8000/health"]')),
  harmless('only builds', 'services:\n  app:\n    build: .\n    depends_on: [db]\n  db:\n    image: postgres:16\n'),
  harmless('a file with services of another kind', 'services:\n  - name: billing\n    owner: payments\n', 'catalog.yaml'),
  harmless(
    'networks and secrets',
    `${service('secrets: [token]')}secrets:\n  token:\n    file: ./token.txt\nnetworks:\n  inner: {internal: true}\n`,
  ),
  harmless('search server with security', service('environment:\n  - xpack.security.enabled=true', 'elasticsearch:8.17.0')),
  harmless(
    'profiles and variables',
    service('image: "${REGISTRY:-docker.io}/acme/api:${TAG:-1}"\nprofiles: [dev]').replace('    image: acme/api:1.4.2\n', ''),
  ),
];
