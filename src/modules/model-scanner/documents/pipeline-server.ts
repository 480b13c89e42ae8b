/** Settings of model servers, notebooks and trackers that open them to everybody or let them load anything: by command line and by environment. */
import type { Where } from '../../../contract/finding.ts';
import type { Note } from './pipeline-practice.ts';

type Flag = {
  readonly code:
    | 'server-without-authentication'
    | 'open-dashboard'
    | 'remote-code'
    | 'unsafe-deserialisation'
    | 'runtime-model-loading'
    | 'open-server';
  readonly detail: string;
  /** Must stand in the command line; linear. */
  readonly pattern: RegExp;
  /** Program or image without which the flag means something else. */
  readonly program?: RegExp;
  readonly unless?: RegExp;
};

const anyHost = String.raw`(?:0\.0\.0\.0|::|\[::\]|\*)`;
const host = new RegExp(`--(?:host|bind|bind-address|listen-host|address)[= ]+["']?${anyHost}`);

/** @source the programs' own command line references, as of 2026. */
const flags: readonly Flag[] = [
  {
    code: 'remote-code',
    detail: 'Runs Python code that lies in the model repository.',
    pattern: /--trust[-_]remote[-_]code\b(?![= ]+["']?(?:false|0)\b)/i,
  },
  {
    code: 'server-without-authentication',
    detail: 'Jupyter without token and password: whoever reaches the port runs code.',
    pattern:
      /--(?:NotebookApp|ServerApp|IdentityProvider|LabApp|ServerApp\.identity_provider)\.(?:token|password)[= ]?(?:["']{2}|["']?(?=\s|$|["'],|["']?\]))/,
  },
  {
    code: 'server-without-authentication',
    detail: 'The tracking server listens on every address and asks nobody who they are.',
    pattern: host,
    program: /\bmlflow\s+(?:server|ui)\b/,
    unless: /--app-name\b|basic-auth/,
  },
  {
    code: 'server-without-authentication',
    detail: 'MLflow’s check of hosts and origins is off.',
    pattern: /--disable-security-middleware\b|--allowed-hosts[= ]+["']?\*/,
    program: /\bmlflow\b/,
  },
  {
    code: 'open-dashboard',
    detail: 'Ray’s dashboard takes jobs from everybody who reaches it (CVE-2023-48022).',
    pattern: new RegExp(`--dashboard-host[= ]+["']?${anyHost}`),
  },
  {
    code: 'open-dashboard',
    detail: 'TensorBoard listens on every address without a login.',
    pattern: /--bind_all\b|--host[= ]+["']?0\.0\.0\.0/,
    program: /\btensorboard\b/,
  },
  {
    code: 'server-without-authentication',
    detail: 'TorchServe asks for no token.',
    pattern: /--disable-token(?:-auth)?\b/,
    program: /\btorchserve\b/,
  },
  {
    code: 'runtime-model-loading',
    detail: 'TorchServe’s management interface registers models from any address.',
    pattern: /--enable-model-api\b/,
    program: /\btorchserve\b/,
  },
  {
    code: 'runtime-model-loading',
    detail: 'Whoever reaches Triton can load and unload models.',
    pattern: /--model-control-mode[= ]+["']?explicit/,
    unless: /--http-restricted-api|--grpc-restricted-protocol/,
  },
  {
    code: 'server-without-authentication',
    detail: 'The server listens on every address and has no key.',
    pattern: host,
    program: /\bllama-server\b|\bllama_cpp\.server\b|\bkoboldcpp\b|\blmdeploy\s+serve\b|\bsglang\.launch_server\b/,
    unless: /--api[-_]keys?\b/,
  },
  {
    code: 'server-without-authentication',
    detail: 'Extensions can be installed by whoever reaches the page.',
    pattern: /--enable-insecure-extension-access\b/,
  },
  {
    code: 'open-server',
    detail: 'Makes the page reachable from the internet.',
    pattern: /--share\b/,
    program: /webui|launch\.py|gradio|text-generation/i,
  },
  {
    code: 'open-server',
    detail: 'The page takes requests of other sites.',
    pattern:
      /--server\.enableXsrfProtection[= ]+false|--(?:NotebookApp|ServerApp)\.disable_check_xsrf[= ]+True|--(?:NotebookApp|ServerApp)\.allow_origin[= ]+["']?\*/i,
  },
  {
    code: 'open-server',
    detail: 'ComfyUI listens on every address without a login.',
    pattern: /--listen\b(?![= ]+["']?127\.)/,
    program: /comfy|main\.py/i,
  },
  {
    code: 'server-without-authentication',
    detail: 'The store takes commands without a password.',
    pattern: /--protected-mode[= ]+["']?no\b|--noauth\b/,
  },
];

type Setting = { readonly code: Flag['code']; readonly detail: string; readonly name: RegExp; readonly value: RegExp };
const yes = /^["']?(?:1|true|yes|on)["']?$/i;
const no = /^["']?(?:0|false|no|off)["']?$/i;
const settings: readonly Setting[] = [
  {
    code: 'remote-code',
    detail: 'Runs Python code that lies in the model repository.',
    name: /^(?:TRUST_REMOTE_CODE|HF_(?:DATASETS_|HUB_)?TRUST_REMOTE_CODE|VLLM_TRUST_REMOTE_CODE)$/,
    value: yes,
  },
  {
    code: 'unsafe-deserialisation',
    detail: 'Makes torch unpickle whatever a file holds.',
    name: /^TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD$/,
    value: yes,
  },
  {
    code: 'unsafe-deserialisation',
    detail: 'The server unpickles what it is sent.',
    name: /^VLLM_ALLOW_INSECURE_SERIALIZATION$|^AIRFLOW__CORE__ENABLE_XCOM_PICKLING$/,
    value: yes,
  },
  {
    code: 'runtime-model-loading',
    detail: 'Whoever reaches the server can load adapters into it.',
    name: /^VLLM_ALLOW_RUNTIME_LORA_UPDATING$|^TS_ENABLE_MODEL_API$/,
    value: yes,
  },
  { code: 'runtime-model-loading', detail: 'TorchServe registers models from any address.', name: /^TS_ALLOWED_URLS$/, value: /\.\*/ },
  { code: 'server-without-authentication', detail: 'TorchServe asks for no token.', name: /^TS_DISABLE_TOKEN_AUTHORIZATION$/, value: yes },
  {
    code: 'open-server',
    detail: 'Ollama listens on every address; it knows no login.',
    name: /^OLLAMA_HOST$/,
    value: /^["']?(?:https?:\/\/)?(?:0\.0\.0\.0|\[?::\]?)/,
  },
  { code: 'open-server', detail: 'Ollama takes requests of every web page.', name: /^OLLAMA_ORIGINS$/, value: /^["']?\*/ },
  {
    code: 'open-dashboard',
    detail: 'Ray’s dashboard takes jobs from everybody who reaches it (CVE-2023-48022).',
    name: /^RAY_DASHBOARD_HOST$/,
    value: /0\.0\.0\.0/,
  },
  {
    code: 'server-without-authentication',
    detail: 'Jupyter without token: whoever reaches the port runs code.',
    name: /^JUPYTER_TOKEN$/,
    value: /^["']{0,2}$/,
  },
  { code: 'server-without-authentication', detail: 'The page lets everybody in.', name: /^WEBUI_AUTH$/, value: no },
  {
    code: 'server-without-authentication',
    detail: 'Signs everybody in as the administrator.',
    name: /^LANGFLOW_AUTO_LOGIN$|^AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS$/,
    value: yes,
  },
  {
    code: 'server-without-authentication',
    detail: 'Airflow’s interface takes requests without a login.',
    name: /^AIRFLOW__API__AUTH_BACKENDS?$/,
    value: /airflow\.api\.auth\.backend\.default/,
  },
  {
    code: 'open-server',
    detail: 'Shows the configuration, secrets included, to those who sign in.',
    name: /^AIRFLOW__WEBSERVER__EXPOSE_CONFIG$/,
    value: yes,
  },
  {
    code: 'server-without-authentication',
    detail: 'The vector store takes requests without a login.',
    name: /^AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED$/,
    value: yes,
  },
  {
    code: 'server-without-authentication',
    detail: 'The search server’s security is off.',
    name: /^xpack\.security\.enabled$|^(?:DISABLE_SECURITY_PLUGIN)$/,
    value: /^/,
  },
  {
    code: 'server-without-authentication',
    detail: 'The database lets everybody in.',
    name: /^POSTGRES_HOST_AUTH_METHOD$/,
    value: /^["']?trust/,
  },
  { code: 'open-server', detail: 'Makes the page reachable from the internet.', name: /^GRADIO_SHARE$/, value: yes },
];

/** @param command command and arguments as one line. @param program the image, for flags that stand alone. */
export function noteServerCommand(command: string, note: Note, { where, program = '' }: { where: Where; program?: string }): void {
  const line = command.slice(0, 20_000);
  for (const { code, detail, pattern, program: needed, unless } of flags) {
    const match = pattern.exec(line);
    if (!match || (needed && !needed.test(line) && !needed.test(program)) || unless?.test(line)) continue;
    const start = Math.max(0, match.index - 60);
    note({ code, detail, text: line.slice(start, match.index + match[0].length + 40), where });
  }
}

export function noteServerSettings(environment: ReadonlyMap<string, string>, note: Note, placeOf: (name: string) => Where): void {
  for (const [name, value] of environment)
    for (const setting of settings) {
      if (!setting.name.test(name) || !setting.value.test(value)) continue;
      if (name === 'xpack.security.enabled' && !no.test(value)) continue;
      if (name === 'DISABLE_SECURITY_PLUGIN' && !yes.test(value)) continue;
      note({ code: setting.code, detail: setting.detail, text: `${name}=${value}`, where: placeOf(name) });
    }
}
