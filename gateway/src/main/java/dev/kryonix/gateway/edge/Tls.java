package dev.kryonix.gateway.edge;

import dev.kryonix.kit.server.StartException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of both ports. The files are looked at again and again: a whole new pair serves the next
 * handshakes, while connections that are open go on; a broken one is reported once, and the old one
 * stays.
 */
@Singleton
final class Tls {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  private final TlsConfig config;
  private volatile @Nullable TlsContexts current;
  private @Nullable TlsFiles seen;
  private String complaint = "";
  private @Nullable Thread watcher;

  Tls(TlsConfig config, MeterRegistry metrics, InstantSource clock) {
    this.config = config;
    if (config.isOn()) {
      try {
        load();
      } catch (IOException | GeneralSecurityException e) {
        throw new StartException("TLS cannot be set up: " + e.getMessage(), e);
      }
      Gauge.builder("kryonix.gateway.certificate.expiry", () -> secondsLeft(clock))
          .baseUnit("seconds")
          .description("How long the certificate of the gateway's ports is still valid.")
          .register(metrics);
      watcher = Thread.ofVirtual().name("tls-files").start(this::watch);
    }
  }

  /** What encrypts a new connection, unless it stays plain. */
  Optional<SslHandler> encrypt(Port port, ByteBufAllocator buffers) {
    TlsContexts contexts = current;
    if (contexts == null) {
      return Optional.empty();
    }
    SslHandler handler =
        switch (port) {
          case GRPC -> contexts.http2().newHandler(buffers);
          case HTTP -> contexts.http().newHandler(buffers);
        };
    handler.setHandshakeTimeoutMillis(config.handshakeTimeout().toMillis());
    return Optional.of(handler);
  }

  private void load() throws IOException, GeneralSecurityException {
    TlsFiles files = TlsFiles.read(config);
    if (seen != null && files.hasContentOf(seen)) {
      return;
    }
    boolean first = seen == null;
    seen = files;
    TlsContexts next = TlsContexts.of(files.identity(), config);
    current = next;
    complaint = "";
    LOG.info("{} certificate, valid until {}", first ? "serves with the" : "new", next.expiry());
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(config.reload());
        reload();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reload() {
    try {
      load();
    } catch (IOException | GeneralSecurityException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(complaint)) {
        LOG.warn("keeps the certificate in use, since the new one cannot be: {}", why);
        complaint = why;
      }
    }
  }

  private double secondsLeft(InstantSource clock) {
    TlsContexts contexts = current;
    return contexts == null
        ? Double.NaN
        : Duration.between(clock.instant(), contexts.expiry()).toMillis() / 1000.0;
  }

  @PreDestroy
  void close() {
    if (watcher != null) {
      watcher.interrupt();
    }
  }
}
