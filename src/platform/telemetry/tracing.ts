/** OpenTelemetry, loaded only when a collector is configured: otherwise it costs nothing. */
import type { Span, Tracer } from '@opentelemetry/api';
import { config } from '../config.ts';

let tracer: Tracer | undefined;
let stop: (() => Promise<void>) | undefined;

/** Starts exporting when OTEL_EXPORTER_OTLP_ENDPOINT is set. Call once, early. */
export async function startTracing(serviceName: string): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_SAMPLE_RATIO: ratio } = config();
  if (collector === undefined) return;
  const [
    { trace },
    { NodeTracerProvider, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler },
    { OTLPTraceExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${collector.replace(/\/$/, '')}/v1/traces` }))],
  });
  provider.register();
  tracer = trace.getTracer('ai-spm');
  stop = () => provider.shutdown();
}

/** Runs work inside a span named by method and path when tracing is on. `parent` is a W3C traceparent header. */
export function inSpan<T>(endpoint: { method: string; path: string }, parent: string | undefined, work: () => Promise<T>): Promise<T> {
  return tracer === undefined ? work() : spanned(tracer, { name: `${endpoint.method} ${endpoint.path}`, parent }, work);
}

async function spanned<T>(by: Tracer, { name, parent }: { name: string; parent: string | undefined }, work: () => Promise<T>): Promise<T> {
  const { context, propagation, SpanStatusCode } = await import('@opentelemetry/api');
  const carrier = parent === undefined ? {} : { traceparent: parent };
  const started = propagation.extract(context.active(), carrier);
  return by.startActiveSpan(name, {}, started, async (span: Span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

export async function stopTracing(): Promise<void> {
  await stop?.();
}
