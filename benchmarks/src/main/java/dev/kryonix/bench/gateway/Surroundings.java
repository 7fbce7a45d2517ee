package dev.kryonix.bench.gateway;

import dev.kryonix.bench.load.Subject;
import dev.kryonix.bench.process.Settings;
import dev.kryonix.bench.process.Watched;
import java.nio.file.Path;

/** What the launcher has started for the benchmark, from the environment. */
record Surroundings(
    Subject direct,
    Subject gateway,
    Subject nginx,
    Subject gatewayRest,
    Subject armeria,
    Subject armeriaAlone,
    String token,
    String h2load,
    String versions,
    Path folder) {
  static Surroundings fromEnvironment() {
    return new Surroundings(
        subject("direct", "ECHO"),
        subject("gateway", "GATEWAY"),
        subject("nginx", "NGINX"),
        subject("gateway", "REST"),
        subject("Armeria", "ARMERIA"),
        subject("Armeria alone", "ARMERIA_ALONE"),
        Settings.require("TOKEN"),
        Settings.require("H2LOAD"),
        Settings.require("VERSIONS"),
        Path.of(Settings.require("FOLDER")));
  }

  /** A variable holds the process id and the port. */
  private static Subject subject(String name, String variable) {
    String[] words = Settings.require(variable).split(" ", -1);
    return new Subject(name, Integer.parseInt(words[1]), new Watched(Long.parseLong(words[0])));
  }
}
