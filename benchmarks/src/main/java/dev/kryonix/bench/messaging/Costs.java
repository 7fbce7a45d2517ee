package dev.kryonix.bench.messaging;

import dev.kryonix.bench.process.Watched;
import java.time.Duration;

/** The processor time of everything that has a part in a message's way. */
final class Costs {
  private final Watched service;
  private final Watched broker;
  private final Watched gateway;
  private final Watched self = new Watched(ProcessHandle.current().pid());

  Costs(Surroundings surroundings) {
    service = surroundings.process("messaging");
    broker = surroundings.process("rabbitmq");
    gateway = surroundings.process("gateway");
  }

  Spent now() {
    return new Spent(
        System.nanoTime() / 1e9,
        seconds(service),
        seconds(broker),
        seconds(gateway),
        seconds(self));
  }

  /** What the compilers of the JVMs that stay have taken so far. */
  Duration compiling() {
    return service.compiling().plus(gateway.compiling()).plus(self.compiling());
  }

  private static double seconds(Watched process) {
    return process.cpu().toNanos() / 1e9;
  }

  /**
   * Processor time by process; in seconds, or in microseconds for each message.
   *
   * @param seconds the time on the wall
   * @param client of who makes the load
   */
  record Spent(double seconds, double service, double broker, double gateway, double client) {
    /** The same with another client. */
    Spent with(Watched other) {
      return new Spent(
          seconds,
          service,
          broker,
          gateway,
          other.cpuSoFar().map(time -> time.toNanos() / 1e9).orElse(client));
    }

    Spent minus(Spent before) {
      return new Spent(
          seconds - before.seconds,
          service - before.service,
          broker - before.broker,
          gateway - before.gateway,
          client - before.client);
    }

    /** For each of so many messages, in microseconds. */
    Spent per(double messages) {
      double micros = 1e6 / messages;
      return new Spent(
          seconds * micros, service * micros, broker * micros, gateway * micros, client * micros);
    }
  }
}
