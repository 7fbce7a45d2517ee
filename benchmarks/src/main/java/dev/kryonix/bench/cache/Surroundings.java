package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Subject;
import dev.kryonix.bench.process.Settings;
import dev.kryonix.bench.process.Watched;
import java.nio.file.Path;

/**
 * What the launcher has started for the benchmark, from the environment.
 *
 * @param service cache-service, over gRPC
 * @param gateway the gateway, over gRPC
 * @param rest the gateway, over REST
 * @param redis the Redis that cache-service uses
 * @param redisPassword of its administrator
 * @param adminKey an API key of the platform
 * @param redisBenchmark Redis's own load generator
 * @param h2load the load generator for REST
 * @param versions of those
 * @param folder for what a run leaves while it runs
 */
record Surroundings(
    Subject service,
    Subject gateway,
    Subject rest,
    Subject redis,
    String redisPassword,
    String adminKey,
    String redisBenchmark,
    String h2load,
    String versions,
    Path folder) {
  static final String REDIS_ADMIN = "kryonix_admin";

  /** A logical database that the platform has no purpose for. */
  static final int PLAIN_DATABASE = 15;

  static Surroundings fromEnvironment() {
    return new Surroundings(
        subject("Kryonix", "SERVICE"),
        subject("gateway", "GATEWAY"),
        subject("REST", "REST"),
        subject("Redis", "REDIS"),
        Settings.require("REDIS_PASSWORD"),
        Settings.require("ADMIN_KEY"),
        Settings.require("REDIS_BENCHMARK"),
        Settings.require("H2LOAD"),
        Settings.require("VERSIONS"),
        Path.of(Settings.require("FOLDER")));
  }

  /** Redis itself, for a program whose keys begin with that. */
  LettucePeer lettuce(String prefix) {
    return new LettucePeer(redis.port(), redisPassword, prefix);
  }

  /** A tenant's cache, at cache-service itself. */
  Peer service(Tenants.Account account) {
    return new GrpcPeer(service.port(), account::token);
  }

  /** A variable holds the process id and the port. */
  private static Subject subject(String name, String variable) {
    String[] words = Settings.require(variable).split(" ", -1);
    return new Subject(name, Integer.parseInt(words[1]), new Watched(Long.parseLong(words[0])));
  }
}
