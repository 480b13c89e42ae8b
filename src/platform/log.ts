/** Structured logs: JSON lines by kind, to stdout and to daily rotating files, with the correlation id of what is running. */
import { mkdirSync } from 'node:fs';
import { type Level, type Logger, multistream, pino, stdSerializers } from 'pino';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { currentContext } from './ambient.ts';
import { config } from './config.ts';

export const logKinds = ['application', 'security', 'audit', 'error', 'performance'] as const;
export type LogKind = (typeof logKinds)[number];

/** Days a file of each kind is kept (deploy.md section 12); audit files are copies of the table. */
const keptDays: Record<LogKind, number> = { application: 30, security: 365, audit: 2557, error: 90, performance: 30 };

/** Names whose values never reach a log, wherever they stand in the logged object. */
const hidden = ['password', 'token', 'secret', 'authorization', 'cookie', 'currentPassword', 'newPassword', 'csrf', 'key'];
const redact = { paths: hidden.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `headers["${name}"]`]), censor: '[hidden]' };

const open = new Map<LogKind, { logger: Logger; file: RotatingFileStream | null }>();

function fileStream(kind: LogKind): RotatingFileStream | null {
  const { LOG_DIR, PROCESS } = config();
  if (LOG_DIR === '') return null;
  mkdirSync(LOG_DIR, { recursive: true, mode: 0o750 });
  const stream = createStream(
    (time, index) => {
      const day = (time instanceof Date ? time : new Date()).toISOString().slice(0, 10);
      return `${kind}-${PROCESS}-${day}${index !== undefined && index > 1 ? `.${index}` : ''}.log`;
    },
    // Files keep the name of their day. The list of those to remove in time has one name, or each day would begin a new list.
    {
      path: LOG_DIR,
      immutable: true,
      history: `${kind}-${PROCESS}.history`,
      interval: '1d',
      intervalUTC: true,
      size: '100M',
      maxFiles: keptDays[kind],
      mode: 0o640,
    },
  );
  // A full or vanished disk must not end the process: stdout still has the lines.
  stream.on('error', () => {});
  return stream;
}

function create(kind: LogKind): { logger: Logger; file: RotatingFileStream | null } {
  const { LOG_LEVEL, LOG_STDOUT, PROCESS } = config();
  const file = LOG_LEVEL === 'silent' ? null : fileStream(kind);
  const level: Level = LOG_LEVEL === 'silent' ? 'fatal' : LOG_LEVEL;
  const streams = [...(LOG_STDOUT ? [{ stream: process.stdout, level }] : []), ...(file ? [{ stream: file, level }] : [])];
  const logger = pino(
    {
      level: LOG_LEVEL,
      base: { kind, process: PROCESS },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
      mixin: correlation,
      redact,
      serializers: { error: stdSerializers.err },
    },
    multistream(streams),
  );
  return { logger, file };
}

function correlation(): Record<string, string> {
  const context = currentContext();
  return context === undefined ? {} : { traceId: context.traceId, workspace: context.actor.workspaceId, actorId: context.actor.id };
}

/** @example log('security').warn({ code: 'identity.locked' }, 'An account was locked'); */
export function log(kind: LogKind = 'application'): Logger {
  let entry = open.get(kind);
  if (entry === undefined) {
    entry = create(kind);
    open.set(kind, entry);
  }
  return entry.logger;
}

/** Flushes and closes the files: last step of a graceful stop. */
export async function closeLogs(): Promise<void> {
  const files = [...open.values()].map(({ file }) => file).filter((file) => file !== null);
  open.clear();
  await Promise.all(files.map((file) => new Promise<void>((done) => file.end(() => done()))));
}
