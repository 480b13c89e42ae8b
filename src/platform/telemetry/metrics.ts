/** Prometheus metrics; labels come from closed sets, never from ids or user text. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry, prefix: 'aispm_' });

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
export const metrics = {
  requests: new Histogram({
    name: 'aispm_http_request_seconds',
    help: 'Time to answer',
    labelNames: ['route', 'method', 'class'],
    buckets: seconds,
    registers: [registry],
  }),
  calls: new Histogram({
    name: 'aispm_call_seconds',
    help: 'Calls to other doors',
    labelNames: ['to', 'outcome'],
    buckets: seconds,
    registers: [registry],
  }),
  jobs: new Histogram({
    name: 'aispm_job_seconds',
    help: 'Time a job ran',
    labelNames: ['queue', 'outcome'],
    buckets: [...seconds, 60, 300, 900, 3600],
    registers: [registry],
  }),
  denials: new Counter({
    name: 'aispm_authz_denials_total',
    help: 'Requests refused for want of permission',
    labelNames: ['plane'],
    registers: [registry],
  }),
  authEvents: new Counter({
    name: 'aispm_auth_events_total',
    help: 'Sign-in events',
    labelNames: ['event', 'outcome'],
    registers: [registry],
  }),
  events: new Counter({ name: 'aispm_events_total', help: 'Events sequenced', registers: [registry] }),
  outboxLag: new Gauge({ name: 'aispm_outbox_lag_seconds', help: 'Age of the oldest event not yet sequenced', registers: [registry] }),
  liveClients: new Gauge({ name: 'aispm_sse_clients', help: 'Browsers listening for live events', registers: [registry] }),
  childRestarts: new Counter({
    name: 'aispm_child_kills_total',
    help: 'Child processes and workers that died or were stopped',
    labelNames: ['reason'],
    registers: [registry],
  }),
};
