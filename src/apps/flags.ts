/** Flags of `npm start -- …`: short names for settings, so that nobody needs to export variables. */
import { parseArgs } from 'node:util';
import { ConfigError, overrideEnvironment } from '../platform/config.ts';

const usage = `npm start -- [--port 5000] [--service-port-base 8000] [--data-dir ./data] [--scan-root PATH]… [--log-level info] [--quiet]
Every setting can also be given by environment: see docs/configuration.md.`;

/** Puts flags into the settings. @throws ConfigError with the usage for an unknown flag */
export function readFlags(args: readonly string[]): void {
  const values = parse(args);
  if (values.help === true) throw new ConfigError(usage);
  const roots = values['scan-root'];
  overrideEnvironment({
    ...(values.port === undefined ? {} : { PORT: values.port }),
    ...(values['service-port-base'] === undefined ? {} : { SERVICE_PORT_BASE: values['service-port-base'] }),
    ...(values['data-dir'] === undefined ? {} : { DATA_DIR: values['data-dir'] }),
    ...(values['log-level'] === undefined ? {} : { LOG_LEVEL: values['log-level'] }),
    ...(roots === undefined ? {} : { SCAN_ROOTS: roots.join(process.platform === 'win32' ? ';' : ':') }),
    ...(values.quiet === true ? { LOG_STDOUT: 'false' } : {}),
  });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'service-port-base': { type: 'string' },
        'data-dir': { type: 'string' },
        'log-level': { type: 'string' },
        'scan-root': { type: 'string', multiple: true },
        quiet: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : ''}\n${usage}`);
  }
}
