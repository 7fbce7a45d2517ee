package dev.kryonix.kit.server;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.exceptions.BeanContextException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a service and stops it in good order: refuse, drain, release. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private Main() {}

  /** Runs the service until the process is told to stop. */
  public static void run(String[] args, String service) {
    try {
      ApplicationContext context =
          ApplicationContext.builder()
              .args(args)
              .properties(Map.of("kryonix.server.service", service))
              .eagerInitSingletons(true)
              .banner(false)
              .start();
      serve(context);
    } catch (RuntimeException e) {
      System.err.println("kryonix " + service + " cannot start: " + reason(e));
      LOG.debug("start failed", e);
      System.exit(1);
    }
  }

  private static void serve(ApplicationContext context) {
    GrpcServer grpc = context.getBean(GrpcServer.class);
    ManagementServer management = context.getBean(ManagementServer.class);
    Collection<Lifecycle> parts = context.getBeansOfType(Lifecycle.class);
    management.start();
    grpc.start();
    parts.forEach(Lifecycle::start);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      stop(grpc, parts);
                      management.stop();
                      context.close();
                      stopped.countDown();
                    }));
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(GrpcServer grpc, Collection<Lifecycle> parts) {
    try {
      parts.forEach(Lifecycle::stop);
      grpc.drain(DRAIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The line that tells most: our own, or the innermost cause of a bean that could not be made. */
  private static String reason(Throwable thrown) {
    @Nullable Throwable t = thrown;
    String last = thrown.toString();
    while (t != null) {
      if (t instanceof StartException) {
        return String.valueOf(t.getMessage());
      }
      if (!(t instanceof BeanContextException) || t.getCause() == null) {
        last = String.valueOf(t.getMessage());
      }
      t = t.getCause();
    }
    return last.lines().findFirst().orElse(last);
  }
}
