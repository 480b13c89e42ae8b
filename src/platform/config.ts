/** Every setting of the platform: one validated table, printed in docs/configuration.md. The only file that reads the environment. */
import { join, resolve } from 'node:path';
import { z } from 'zod';

type Setting = { readonly schema: z.ZodType; readonly says: string; readonly secret?: true };
const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
const count = (fallback: number, min: number, max: number) => z.coerce.number().int().min(min).max(max).default(fallback);
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true' || value === '1');
const address = z.url({ protocol: /^https?$/ }).optional();
const visible = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters');
const folders = z
  .string()
  .optional()
  .transform((value) => (value ?? '').split(process.platform === 'win32' ? ';' : ':').filter((part) => part !== ''));

/** Trust domain and path, as the SPIFFE standard writes them (SPIFFE-ID, section 2): no port, no query, no `.` or `..`, no slash at the end. */
const spiffeId = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/;

const table = {
  PROCESS: {
    schema: z
      .enum(['all', 'gateway', 'worker', 'ai-scanner', 'data-integrity', 'wiz-integration', 'compliance-engine', 'agent-gateway'])
      .default('all'),
    says: 'Which process this is. `all` is the supervisor that starts every other on one machine.',
  },
  GATEWAY_WORKS: {
    schema: flag(true),
    says: 'The gateway also runs jobs and event handlers. `false` where processes with PROCESS=worker do.',
  },
  SERVICES: {
    schema: z
      .string()
      .default('')
      .transform((value) => value.split(',').map((word) => word.trim()))
      .transform((words) => words.filter((word) => word !== ''))
      .pipe(z.array(z.enum(['ai-scanner', 'data-integrity', 'wiz-integration', 'compliance-engine', 'agent-gateway']))),
    says: 'Services that the supervisor starts, with commas between; empty: all five. What the others do is refused as not available, and health does not ask for them.',
  },
  HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    says: 'Address the processes listen on. Anything but loopback wants TLS in front.',
  },
  PORT: { schema: port(5000), says: 'Port of the gateway: web app and REST API.' },
  SERVICE_PORT_BASE: { schema: port(8000), says: 'The five services listen on this number plus 1 to 5.' },
  PUBLIC_URL: {
    schema: address,
    says: 'Address people use. `https` makes cookies secure; its origin is the one state changes must come from.',
  },
  TRUST_PROXY: { schema: flag(false), says: 'Take the client address from X-Forwarded-For. Only behind a proxy that sets it.' },
  DATA_DIR: { schema: z.string().min(1).default('./data'), says: 'Embedded database, keys and uploads.' },
  LOG_DIR: { schema: z.string().default('./logs'), says: 'Folder of the rotating log files; empty writes to stdout only.' },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    says: 'Least level that is written.',
  },
  LOG_STDOUT: { schema: flag(true), says: 'Write log lines to stdout too.' },
  DATABASE_URL: {
    schema: z.string().optional(),
    says: 'PostgreSQL 15 or later to use instead of the embedded one; its role owns the schema.',
    secret: true,
  },
  DATABASE_APP_URL: {
    schema: z.string().optional(),
    says: 'Login of the application role, when it is not the one of DATABASE_URL.',
    secret: true,
  },
  DATABASE_POOL: { schema: count(10, 2, 200), says: 'Database connections a process may hold.' },
  SESSION_SECRET: {
    schema: z.string().min(32).optional(),
    says: 'Master secret of this installation (at least 32 characters). Without it one is generated in DATA_DIR with mode 0600.',
    secret: true,
  },
  AUDIT_SIGNING_KEY: {
    schema: z.string().min(40).optional(),
    says: 'Ed25519 private key that signs checkpoints of the audit log, PEM or base64 PKCS #8. Without it one is generated in DATA_DIR with mode 0600.',
    secret: true,
  },
  AUDIT_ANCHOR_FILE: {
    schema: z.string().min(1).optional(),
    says: 'Second place of the signed checkpoints: a file on another volume that is only appended to. Without one the log says `unanchored`.',
  },
  AUDIT_COLD_DIR: {
    schema: z.string().min(1).optional(),
    says: 'Folder for months of the audit log that were closed, best on another volume. Without one no month ever leaves the database.',
  },
  AUDIT_DESTROYED_KEYS: {
    schema: z.string().default(''),
    says: 'File that lists destroyed keys of personal audit data; keep it apart from database backups: it is applied again at every start. Default: `keys/audit-destroyed-keys` in DATA_DIR.',
  },
  AUDIT_DISK_QUOTA_BYTES: {
    schema: count(0, 0, 2 ** 50),
    says: 'Most bytes of the audit log in the database; from 95 % on changes are refused, from 100 % on readings that must be recorded too. 0: no bound.',
  },
  AUDIT_PREVIOUS_SIGNING_KEY: {
    schema: z.string().min(40).optional(),
    says: 'The signing key before, at the first start with a new AUDIT_SIGNING_KEY: both then sign that one follows the other. Without it the old key counts as lost.',
    secret: true,
  },
  AUDIT_ANCHOR_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    says: 'Second place of the signed checkpoints: an https address they are sent to; http and private networks only where OUTBOUND_HOSTS names the host.',
  },
  AUDIT_ANCHOR_SECRET: {
    schema: z.string().min(16).optional(),
    says: 'Signs what is sent to AUDIT_ANCHOR_URL (HMAC-SHA256 in the header X-AISPM-Signature).',
    secret: true,
  },
  AUDIT_ANCHOR_DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    says: 'Second place of the signed checkpoints: another PostgreSQL, best with another administrator.',
    secret: true,
  },
  AUDIT_ANCHOR_S3_BUCKET: {
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
      .optional(),
    says: 'Second place of the signed checkpoints: a bucket of an S3-compatible object store, made with object lock. Needs the two keys below.',
  },
  AUDIT_ANCHOR_S3_ENDPOINT: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine((text) => /^https?:\/\/[^/?#@]+\/?$/.test(text), 'must be a scheme and a host, and no more')
      .optional(),
    says: 'Where the object store answers; http and private networks only where OUTBOUND_HOSTS names the host. Default: Amazon S3 of the region.',
  },
  AUDIT_ANCHOR_S3_REGION: {
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default('us-east-1'),
    says: 'Region of the bucket.',
  },
  AUDIT_ANCHOR_S3_PATH_STYLE: {
    schema: flag(false),
    says: 'The bucket stands in the path of the address, not before its host: what stores of your own mostly want.',
  },
  AUDIT_ANCHOR_S3_PREFIX: {
    schema: z
      .string()
      .max(200)
      .regex(/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/, 'must be names of letters, digits, dots and dashes, with / between')
      .default('audit'),
    says: 'What the names of the objects begin with.',
  },
  AUDIT_ANCHOR_S3_ACCESS_KEY_ID: { schema: visible(1, 200).optional(), says: 'Key that may put, get and list there, and not delete.' },
  AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY: { schema: visible(8, 400).optional(), says: 'Its secret.', secret: true },
  AUDIT_ANCHOR_S3_SESSION_TOKEN: { schema: visible(1, 4096).optional(), says: 'Token of a key that is temporary.', secret: true },
  AUDIT_ANCHOR_S3_LOCK: {
    schema: z.enum(['compliance', 'governance', 'none']).default('compliance'),
    says: 'Retention lock of each checkpoint: `compliance` (nobody can shorten it), `governance`, or `none` for stores that have no lock.',
  },
  AUDIT_ANCHOR_S3_LOCK_DAYS: { schema: count(2557, 1, 36_500), says: 'How long each checkpoint is locked; 2557 days are seven years.' },
  AUDIT_ANCHOR_MAIL_TO: {
    schema: z.email().max(254).optional(),
    says: 'Second place of the signed checkpoints: a mail address they are sent to now and then, through the e-mail destination of the first workspace.',
  },
  AUDIT_ANCHOR_MAIL_MINUTES: { schema: count(60, 1, 1440), says: 'How often checkpoints are sent to AUDIT_ANCHOR_MAIL_TO.' },
  SESSION_IDLE_MINUTES: { schema: count(30, 1, 1440), says: 'A session ends after this long without a request.' },
  SESSION_HOURS: { schema: count(12, 1, 720), says: 'A session ends after this long in any case.' },
  REGISTRATION: {
    schema: z.enum(['open', 'invite', 'closed']).default('invite'),
    says: 'Who may register once the first person, who becomes admin, has.',
  },
  FIRST_ADMIN: {
    schema: z.enum(['register', 'provider']).default('register'),
    says: 'How the first admin comes in: `register`, whoever opens the page first; `provider`, only somebody to whom the rules of a provider of SIGN_IN_PROVIDERS give the role admin.',
  },
  SIGN_IN_PROVIDERS: {
    schema: z.string().max(200_000).optional(),
    says: 'Sign-in providers as a JSON list, for installations that keep their settings in files: each has slug, name, settings, policy and secret as POST /api/sign-in-providers takes them. The page shows them and changes nothing.',
    secret: true,
  },
  JOB_RETENTION_DAYS: { schema: count(90, 1, 3650), says: 'Jobs that ended are removed after this long.' },
  SCAN_ROOTS: { schema: folders, says: 'Folders that may be scanned, separated as in PATH. Default: the examples folder.' },
  SCAN_TRUSTED_KEYS: {
    schema: folders,
    says: 'Files that say whose model signatures are trusted, separated as in PATH: PEM keys or certificates, or a sigstore trusted_root.json. Without one a signature is named, and never counts as verified.',
  },
  SCAN_TRUSTED_SIGNERS: {
    schema: z
      .string()
      .optional()
      .transform((value) =>
        (value ?? '')
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      ),
    says: 'Mail addresses or URIs, separated by commas, one of which must stand in the certificate of a trusted signature.',
  },
  SCAN_WORKERS: { schema: count(2, 1, 64), says: 'Worker threads of the scanner.' },
  MAX_BODY_BYTES: {
    schema: count(1_048_576, 1024, 104_857_600),
    says: 'Largest JSON body of endpoints that do not state their own limit.',
  },
  MAX_UPLOAD_BYTES: { schema: count(104_857_600, 1024, 2 ** 40), says: 'Largest uploaded file.' },
  MAX_MODEL_UPLOAD_BYTES: {
    schema: count(21_474_836_480, 1024, 2 ** 44),
    says: 'Most bytes of one upload to be scanned, all its files together. They come in parts, so MAX_UPLOAD_BYTES does not bound it.',
  },
  UPLOAD_QUOTA_BYTES: {
    schema: count(53_687_091_200, 1024, 2 ** 50),
    says: 'Most bytes that uploads of one workspace may hold on disk at a time.',
  },
  UPLOAD_KEEP_HOURS: { schema: count(24, 1, 720), says: 'An upload that nobody went on with or scanned is removed after this long.' },
  QUARANTINE_DIR: {
    schema: z.string().default(''),
    says: 'Folder of uploaded files until their scan ends; the scanner service must see the same folder. Default: `quarantine` in DATA_DIR.',
  },
  RATE_PER_MINUTE: {
    schema: count(1200, 1, 1_000_000),
    says: 'Requests a minute and caller; sign-in endpoints have their own, lower limit.',
  },
  DRAIN_MS: { schema: count(5000, 0, 60_000), says: 'On a stop signal, how long readiness already fails while requests are still served.' },
  AI_SCANNER_URL: { schema: address, says: 'Where the scanner service answers. Default: loopback, SERVICE_PORT_BASE + 1.' },
  DATA_INTEGRITY_URL: { schema: address, says: 'Where the data integrity service answers. Default: loopback, + 2.' },
  WIZ_INTEGRATION_URL: { schema: address, says: 'Where the Wiz integration answers. Default: loopback, + 3.' },
  COMPLIANCE_ENGINE_URL: { schema: address, says: 'Where the compliance engine answers. Default: loopback, + 4.' },
  AGENT_GATEWAY_URL: { schema: address, says: 'Where the agent gateway answers. Default: loopback, + 5.' },
  SERVICE_SPIFFE_IDS: {
    schema: z
      .string()
      .max(8000)
      .optional()
      .transform((value) => (value ?? '').split(',').map((id) => id.trim()))
      .transform((ids) => ids.filter((id) => id !== ''))
      .pipe(z.array(z.string().max(2048).regex(spiffeId, 'must be SPIFFE ids, like spiffe://example.org/ns/ai-spm/sa/gateway'))),
    says: 'In a mesh: SPIFFE ids whose calls the services take, with commas between. Each call must then come through the proxy of the same machine, which sets or appends x-forwarded-client-cert itself (Envoy: SANITIZE_SET or APPEND_FORWARD), and carry the signed token too. Unset: the header is not looked at.',
  },
  OUTBOUND_HOSTS: {
    schema: z
      .string()
      .max(4000)
      .optional()
      .transform((value) =>
        (value ?? '')
          .split(',')
          .map((host) => host.trim().toLowerCase())
          .filter((host) => host !== ''),
      ),
    says: 'Hosts of your own network that messages may be sent to, by name or name:port, separated by commas: for them private addresses and http are allowed.',
  },
  PAGERDUTY_URL: { schema: address, says: 'Where PagerDuty events go instead of PagerDuty. For tests against a receiver of your own.' },
  TWILIO_URL: { schema: address, says: 'Where text messages go instead of Twilio. For tests against a receiver of your own.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: { schema: address, says: 'OpenTelemetry collector (OTLP over HTTP). Unset: no tracing SDK is loaded.' },
  OTEL_SAMPLE_RATIO: { schema: z.coerce.number().min(0).max(1).default(0.1), says: 'Share of requests whose trace is exported.' },
  METRICS_TOKEN: {
    schema: z.string().min(16).optional(),
    says: 'Bearer token a scraper may read /metrics with; without it only people who may read monitoring can.',
    secret: true,
  },
} as const satisfies Record<string, Setting>;

type Table = typeof table;
type Values = { readonly [K in keyof Table]: z.output<Table[K]['schema']> };
export type Config = Values & {
  readonly scanRoots: readonly string[];
  readonly secureCookies: boolean;
  /** Origin that state changes must come from; null: same host as the request. */
  readonly publicOrigin: string | null;
};

/** A setting that cannot be used: says which, why and what it takes. Ends the start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Settings that say nothing without one another. */
function lacking(values: Values): string[] {
  const { AUDIT_ANCHOR_S3_BUCKET, AUDIT_ANCHOR_S3_ACCESS_KEY_ID, AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY } = values;
  const isWhole = AUDIT_ANCHOR_S3_ACCESS_KEY_ID !== undefined && AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY !== undefined;
  if (AUDIT_ANCHOR_S3_BUCKET === undefined || isWhole) return [];
  return ['AUDIT_ANCHOR_S3_BUCKET: needs AUDIT_ANCHOR_S3_ACCESS_KEY_ID and AUDIT_ANCHOR_S3_SECRET_ACCESS_KEY'];
}

/** Reads and validates settings. Pure: give it the environment. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, projectRoot: string): Config {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, { schema }] of Object.entries(table)) {
    const given = environment[name];
    const parsed = schema.safeParse(given === '' && name !== 'LOG_DIR' ? undefined : given);
    if (parsed.success) values[name] = parsed.data;
    else wrong.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  // Where a value is wrong, what it lacks is not known.
  if (wrong.length === 0) wrong.push(...lacking(values as unknown as Values));
  if (wrong.length > 0) throw new ConfigError(`Settings that cannot be used:\n  ${wrong.join('\n  ')}\nSee docs/configuration.md.`);

  // Each key of `table` was parsed with its own schema just above.
  const parsed = values as unknown as Values;
  const roots = parsed.SCAN_ROOTS.length > 0 ? parsed.SCAN_ROOTS : [resolve(projectRoot, 'examples')];
  return Object.freeze({
    ...parsed,
    DATA_DIR: resolve(projectRoot, parsed.DATA_DIR),
    LOG_DIR: parsed.LOG_DIR === '' ? '' : resolve(projectRoot, parsed.LOG_DIR),
    QUARANTINE_DIR: resolve(projectRoot, parsed.QUARANTINE_DIR === '' ? join(parsed.DATA_DIR, 'quarantine') : parsed.QUARANTINE_DIR),
    AUDIT_DESTROYED_KEYS: resolve(
      projectRoot,
      parsed.AUDIT_DESTROYED_KEYS === '' ? join(parsed.DATA_DIR, 'keys', 'audit-destroyed-keys') : parsed.AUDIT_DESTROYED_KEYS,
    ),
    scanRoots: roots.map((root) => resolve(projectRoot, root)),
    secureCookies: parsed.PUBLIC_URL?.startsWith('https:') ?? false,
    publicOrigin: parsed.PUBLIC_URL === undefined ? null : new URL(parsed.PUBLIC_URL).origin,
  });
}

export const projectRoot = resolve(import.meta.dirname, '../..');
let current: Config | undefined;

/** The settings of this process, read once. */
export function config(): Config {
  current ??= readConfig(process.env, projectRoot);
  return current;
}

/** For the entry files: settings given on the command line win over the environment. Before the first `config()`. */
export function overrideEnvironment(values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values);
  current = undefined;
}

/** The API key that the command line shows instead of a session. Not a setting of a platform, whose others need not be valid here. */
export function commandLineKey(): string | null {
  return process.env['AI_SPM_KEY'] || null;
}

/** Where a person's own settings live, when the desktop says so. */
export function configFolder(): string | undefined {
  return process.env['XDG_CONFIG_HOME'] ?? process.env['APPDATA'];
}

/** The environment a child process gets: ours, with its own values on top. */
export function childEnvironment(
  values: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !without.includes(name));
  return { ...Object.fromEntries(inherited), ...values };
}

export type SettingRow = {
  name: string;
  says: string;
  fallback: string;
  secret: boolean;
  value: string;
  source: 'environment' | 'default';
};
/** Name, meaning, default and (secrets masked) present value of every setting. */
export function settingsTable(environment: Readonly<Record<string, string | undefined>> = {}): SettingRow[] {
  return Object.entries(table).map(([name, setting]: [string, Setting]) => {
    const given = environment[name];
    const fallback = setting.schema.safeParse(undefined);
    const printed = printValue(fallback.success ? fallback.data : undefined);
    return {
      name,
      says: setting.says,
      fallback: printed,
      secret: setting.secret ?? false,
      value: given === undefined ? printed : setting.secret ? 'set' : given,
      source: given === undefined ? 'default' : 'environment',
    };
  });
}

/** The rows of the settings page: what this process runs with. */
export function presentSettings(): SettingRow[] {
  return settingsTable(process.env);
}

function printValue(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'unset';
  return String(value);
}
