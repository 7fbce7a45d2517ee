package dev.kryonix.bench.tenancy;

import dev.kryonix.bench.process.Settings;
import dev.kryonix.bench.process.Watched;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the launcher has started for the benchmark, from the environment.
 *
 * @param home the folder of the instance, where its processes are written down
 * @param launcher the project's launcher
 * @param gateway host and port of the gateway's gRPC server
 * @param tenantService the same of tenant-service itself
 * @param adminKey an API key of the platform
 * @param management the broker's management API
 * @param managementPassword its administrator's password
 * @param psql the command that runs SQL from its input as PostgreSQL's administrator
 */
record Surroundings(
    Path home,
    Path launcher,
    String gateway,
    String tenantService,
    String adminKey,
    URI management,
    String managementPassword,
    List<String> psql) {
  /** The processes whose memory is watched. */
  static final List<String> SERVICES = List.of("tenant", "messaging", "cache", "backup", "gateway");

  static Surroundings fromEnvironment() {
    return new Surroundings(
        Path.of(Settings.require("HOME")),
        Path.of(Settings.require("LAUNCHER")),
        Settings.require("GATEWAY"),
        Settings.require("TENANT_SERVICE"),
        Settings.require("ADMIN_KEY"),
        URI.create(Settings.require("MANAGEMENT")),
        Settings.require("MANAGEMENT_PASSWORD"),
        List.of(Settings.require("PSQL").split(" ", -1)));
  }

  /** The running process of a service or server. */
  Watched process(String name) {
    Path file = home.resolve("run").resolve(name + ".pid");
    try {
      return new Watched(Long.parseLong(Files.readString(file).split("\\s", 2)[0]));
    } catch (IOException e) {
      throw new IllegalStateException(name + " does not run", e);
    }
  }
}
