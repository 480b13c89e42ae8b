/** Prometheus metrics; labels come from closed sets, never from ids or user text. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
// The package's own measure of the event loop wakes each process a hundred times a second, and counts its interval as delay.
const lagOfPackage = 'aispm_nodejs_eventloop_lag';
collectDefaultMetrics({ register: registry, prefix: 'aispm_', eventLoopMonitoringPrecision: 3_600_000 });
for (const { name } of registry.getMetricsAsArray()) if (name.startsWith(lagOfPackage)) registry.removeSingleMetric(name);

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
  loopDelay: new Histogram({
    name: 'aispm_event_loop_delay_seconds',
    help: 'How late a timer of the process was, looked at four times a second',
    buckets: seconds,
    registers: [registry],
  }),
  outboxLag: new Gauge({ name: 'aispm_outbox_lag_seconds', help: 'Age of the oldest event not yet sequenced', registers: [registry] }),
  liveClients: new Gauge({ name: 'aispm_sse_clients', help: 'Browsers listening for live events', registers: [registry] }),
  childRestarts: new Counter({
    name: 'aispm_child_kills_total',
    help: 'Child processes and workers that died or were stopped',
    labelNames: ['reason'],
    registers: [registry],
  }),
};

const lookMs = 250;
let dueMs = performance.now() + lookMs;
setInterval(() => {
  const now = performance.now();
  metrics.loopDelay.observe(Math.max(0, now - dueMs) / 1000);
  dueMs = now + lookMs;
}, lookMs).unref();
