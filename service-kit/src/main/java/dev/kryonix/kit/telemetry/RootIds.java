package dev.kryonix.kit.telemetry;

import io.opentelemetry.sdk.trace.IdGenerator;

/** The ids of spans, at random; that of a new trace is the one by which it was sampled. */
final class RootIds implements IdGenerator {
  static final ScopedValue<String> CHOSEN = ScopedValue.newInstance();

  private final IdGenerator random = IdGenerator.random();

  @Override
  public String generateSpanId() {
    return random.generateSpanId();
  }

  @Override
  public String generateTraceId() {
    return CHOSEN.isBound() ? CHOSEN.get() : random.generateTraceId();
  }
}
