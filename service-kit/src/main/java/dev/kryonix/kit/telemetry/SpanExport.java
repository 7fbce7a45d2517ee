package dev.kryonix.kit.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends spans to a collector over OTLP, as the standard settings of OpenTelemetry ({@code OTEL_…})
 * say. Finished spans wait in a queue of bounded length and are sent by a thread of its own; when
 * the queue is full, further ones are lost, and nobody waits.
 */
final class SpanExport {
  private static final String NAMES_US = "dev.kryonix";
  private static final long FLUSH_SECONDS = 5;

  /** Only until the call is known by its name. */
  private static final String UNNAMED = "call";

  private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
  private static final String TRACES_ENDPOINT = "otel.exporter.otlp.traces.endpoint";
  private static final List<String> PROTOCOLS =
      List.of("otel.exporter.otlp.protocol", "otel.exporter.otlp.traces.protocol");
  private static final String HTTP = "http/protobuf";
  private static final String EXPORTER = "otel.traces.exporter";
  private static final String SAMPLER = "otel.traces.sampler";

  private final SdkTracerProvider provider;
  private final Tracer tracer;
  private final Sampler sampler;
  private final boolean asksParent;

  /**
   * @param provider makes and sends spans, with {@link RootIds}
   * @param asksParent whether its sampler does as the caller's did
   */
  SpanExport(SdkTracerProvider provider, boolean asksParent) {
    this.provider = provider;
    this.tracer = provider.get(NAMES_US);
    this.sampler = provider.getSampler();
    this.asksParent = asksParent;
  }

  /**
   * Set up as asked for, or null when no collector is named or traces are turned off.
   *
   * @param service what the process is called, unless the settings say otherwise
   * @param given the settings by their names in lower case with dots
   */
  static @Nullable SpanExport of(String service, Map<String, String> given, MeterRegistry metrics) {
    Map<String, String> settings = new HashMap<>(given);
    settings.values().removeIf(String::isBlank);
    if (!isWanted(settings)) {
      return null;
    }
    PROTOCOLS.forEach(name -> requireHttp(name, settings));
    settings.putIfAbsent("otel.exporter.otlp.protocol", HTTP);
    settings.putIfAbsent(SAMPLER, "parentbased_always_on");
    if (!settings.getOrDefault("otel.resource.attributes", "").contains("service.name=")) {
      settings.putIfAbsent("otel.service.name", service);
    }
    // Metrics are Prometheus's, logs are lines, and the context goes from hop to hop in one way.
    settings.put("otel.metrics.exporter", "none");
    settings.put("otel.logs.exporter", "none");
    settings.put("otel.propagators", "tracecontext");
    SdkTracerProvider provider =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesCustomizer(environment -> settings)
            .addResourceCustomizer(
                (resource, config) ->
                    Resource.builder().put("service.namespace", "kryonix").build().merge(resource))
            .addTracerProviderCustomizer(
                (builder, config) ->
                    builder.setIdGenerator(new RootIds()).addSpanProcessor(new EndedSpans(metrics)))
            .addSpanExporterCustomizer((exporter, config) -> new WatchedExporter(exporter, metrics))
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk()
            .getSdkTracerProvider();
    return new SpanExport(provider, settings.getOrDefault(SAMPLER, "").startsWith("parentbased_"));
  }

  private static void requireHttp(String name, Map<String, String> settings) {
    String asked = settings.getOrDefault(name, HTTP);
    if (!asked.equals(HTTP)) {
      throw new ConfigurationException(
          "%s is %s, but spans are sent by %s only".formatted(name, asked, HTTP));
    }
  }

  private static boolean isWanted(Map<String, String> settings) {
    String exporter = settings.get(EXPORTER);
    boolean named =
        exporter == null
            ? settings.containsKey(ENDPOINT) || settings.containsKey(TRACES_ENDPOINT)
            : !exporter.equals("none");
    return named && !Boolean.parseBoolean(settings.get("otel.sdk.disabled"));
  }

  /** Whether the call of that caller is recorded. */
  boolean samples(String parent) {
    return asksParent ? TraceParent.isSampled(parent) : samplesRoot(TraceParent.traceId(parent));
  }

  /** Whether a trace of that id is recorded when it begins here. */
  boolean samplesRoot(String traceId) {
    return sampler
            .shouldSample(
                Context.root(), traceId, UNNAMED, SpanKind.SERVER, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }

  /** The first span of a trace that is sampled. */
  Span root(SpanKind kind, String traceId) {
    SpanBuilder span = tracer.spanBuilder(UNNAMED).setNoParent().setSpanKind(kind);
    return ScopedValue.where(RootIds.CHOSEN, traceId).call(span::startSpan);
  }

  /** Within a span of this process. */
  Span child(SpanKind kind, Span parent) {
    return start(kind, Context.root().with(parent));
  }

  /** Within a span of a caller. */
  Span remoteChild(String parent, String state) {
    Context context =
        W3CTraceContextPropagator.getInstance()
            .extract(Context.root(), new CallTrace(parent, state, null), Headers.INSTANCE);
    return start(SpanKind.SERVER, context);
  }

  private Span start(SpanKind kind, Context parent) {
    return tracer.spanBuilder(UNNAMED).setSpanKind(kind).setParent(parent).startSpan();
  }

  /** Sends what waits, unless that takes too long. */
  void close() {
    provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
  }

  private enum Headers implements TextMapGetter<CallTrace> {
    INSTANCE;

    @Override
    public Iterable<String> keys(CallTrace trace) {
      return trace.headers().keySet();
    }

    @Override
    public @Nullable String get(@Nullable CallTrace trace, String name) {
      return trace == null ? null : trace.headers().get(name);
    }
  }
}
