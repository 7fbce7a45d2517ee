package dev.kryonix.system.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A second process of a service beside the one that the launcher keeps: the same program, settings
 * and engines, with ports, a name and a memory of its own.
 */
public final class Replica implements AutoCloseable {
  private static final Duration SERVES_WITHIN = Duration.ofMinutes(3);
  private static final long ENDS_WITHIN_SECONDS = 60;

  private final String service;
  private final Process process;
  private final int grpcPort;
  private final int httpPort;

  private Replica(String service, Process process, int grpcPort, int httpPort) {
    this.service = service;
    this.process = process;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
  }

  /** Starts one with these settings besides. */
  public static Replica start(Platform platform, String service, Map<String, String> settings) {
    Instance instance = platform.instance();
    Path folder = instance.home().resolve("replicas").resolve(service);
    int grpcPort = Ports.take();
    int httpPort = Ports.take();
    ProcessBuilder builder = instance.like(service);
    Map<String, String> environment = builder.environment();
    environment.put("KRYONIX_GRPC_PORT", Integer.toString(grpcPort));
    environment.put("KRYONIX_HTTP_PORT", Integer.toString(httpPort));
    environment.put("KRYONIX_MANAGEMENT_PORT", Integer.toString(Ports.take()));
    environment.put("KRYONIX_INSTANCE", service + "-1");
    environment.put("KRYONIX_STATE_FOLDER", folder.resolve("state").toString());
    environment.putAll(settings);
    try {
      Files.createDirectories(folder);
      builder
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("service.log").toFile()));
      return new Replica(service, builder.start(), grpcPort, httpPort);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where its gRPC server listens. */
  public String address() {
    return "127.0.0.1:" + grpcPort;
  }

  /** Where its HTTP server listens, if it is a gateway. */
  public int httpPort() {
    return httpPort;
  }

  /** Ends it without a warning. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Asks it to end; {@link #close} waits for that. */
  public void end() {
    process.destroy();
  }

  @Override
  public void close() {
    end();
    try {
      if (!process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        kill();
        throw new AssertionError("a replica does not end when asked to");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  /** Waits until it serves. */
  public void awaitServing() {
    try (Health health = new Health(address())) {
      await(service)
          .atMost(SERVES_WITHIN)
          .until(
              () -> {
                assertThat(process.isAlive()).as(service + " runs").isTrue();
                return health.isServing();
              });
    }
  }
}
