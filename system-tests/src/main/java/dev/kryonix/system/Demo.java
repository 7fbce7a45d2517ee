package dev.kryonix.system;

import dev.kryonix.system.gateway.GatewayAddress;
import dev.kryonix.system.story.MainJob;
import dev.kryonix.system.story.StepFailedException;
import dev.kryonix.system.story.Steps;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Carries out the main job on a running platform, visibly: what `./kryonix demo` runs. */
public final class Demo {
  private Demo() {}

  /** Exit status 0: done; 1: a step failed; 2: it could not begin. */
  public static void main(String[] arguments) {
    System.exit(run(new PrintStream(System.out, true, StandardCharsets.UTF_8)));
  }

  private static int run(PrintStream out) {
    MainJob job;
    try {
      GatewayAddress gateway =
          new GatewayAddress(
              URI.create(variable("KRYONIX_GATEWAY_HTTP")), variable("KRYONIX_GATEWAY_GRPC"));
      String adminApiKey = variable("KRYONIX_ADMIN_API_KEY");
      out.printf("Kryonix at %s (REST) and %s (gRPC)%n%n", gateway.http(), gateway.grpc());
      job = new MainJob(gateway, adminApiKey, new Steps(out), Duration.ofSeconds(1));
    } catch (IllegalArgumentException e) {
      System.err.println("kryonix demo: " + e.getMessage());
      return 2;
    }
    try {
      job.run();
      return 0;
    } catch (StepFailedException e) {
      System.err.println("kryonix demo: " + e.getMessage());
      return 1;
    }
  }

  private static String variable(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          name + " is not set; ./kryonix demo sets it for the platform that it starts");
    }
    return value;
  }
}
