/** For tests: a process that does nothing but deliver, to be killed at any moment. Started with fork; told everything by one message. */
import { installAuditSink } from '../../../platform/audit.ts';
import { overrideEnvironment } from '../../../platform/config.ts';
import { Database, type Target } from '../../../platform/database/connection.ts';
import { transaction, useDatabase } from '../../../platform/database/database.ts';
import { installTransactions } from '../../../platform/http/run-route.ts';
import { mailPools } from '../channels/email.ts';
import { Deliverer } from '../deliveries/deliverer.ts';

export type WorkerOrder = {
  readonly target: Target;
  readonly environment: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  readonly pagerdutyUrl: string;
  readonly twilioUrl: string;
  readonly ca: readonly string[];
};

process.once('message', ({ target, environment, hosts, pagerdutyUrl, twilioUrl, ca }: WorkerOrder) => {
  overrideEnvironment(environment);
  installTransactions(transaction);
  installAuditSink(async () => {});
  useDatabase(new Database(target, { poolSize: 10 }));
  const around = {
    hosts: new Set(hosts),
    pagerdutyUrl,
    twilioUrl,
    callbackBase: null,
    mailPools: mailPools(),
    timeoutMs: 5000,
    tls: { ca: [...ca] },
  };
  const deliverer = new Deliverer(around, 50);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (word) => {
    if (word === 'stop')
      void deliverer
        .stop()
        .then(() => process.send?.({ cpu: process.cpuUsage(), peakKiB: process.resourceUsage().maxRSS }, () => process.exit(0)));
  });
});
