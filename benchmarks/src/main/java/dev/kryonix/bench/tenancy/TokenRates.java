package dev.kryonix.bench.tenancy;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.bench.tenancy.ControlPlane.Bearer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Tokens through the gateway.
 *
 * @param issued a second
 * @param fresh calls a second that each bring a token that nobody has seen
 * @param remembered calls a second that all bring one token
 */
record TokenRates(double issued, double fresh, double remembered) {
  private static final int CALLERS = 16;

  static TokenRates measure(ControlPlane control, Account account, Duration load)
      throws InterruptedException {
    Queue<String> tokens = new ConcurrentLinkedQueue<>();
    run(load.dividedBy(2), () -> tokens.add(account.token()));
    tokens.clear();
    double issued = run(load, () -> tokens.add(account.token()));
    String one = account.token();
    run(load.dividedBy(2), () -> call(control, one));
    double fresh =
        run(
            load,
            () -> {
              String token = tokens.poll();
              return token != null && call(control, token);
            });
    return new TokenRates(issued, fresh, run(load, () -> call(control, one)));
  }

  private static boolean call(ControlPlane control, String token) {
    Object unused =
        CacheServiceGrpc.newBlockingStub(control.channel())
            .withCallCredentials(new Bearer(token))
            .get(GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build());
    return true;
  }

  /** Does so many at once again and again, for so long or until there is nothing more to do. */
  private static double run(Duration load, BooleanSupplier work) throws InterruptedException {
    long began = System.nanoTime();
    List<Future<Integer>> callers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            threads.submit(
                () -> {
                  int done = 0;
                  while (System.nanoTime() - began < load.toNanos() && work.getAsBoolean()) {
                    done++;
                  }
                  return done;
                }));
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    int done = 0;
    for (Future<Integer> caller : callers) {
      try {
        done += caller.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return done / seconds;
  }
}
