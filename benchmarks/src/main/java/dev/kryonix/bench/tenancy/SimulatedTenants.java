package dev.kryonix.bench.tenancy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Rows of tenants in tenant-service's database, as creation and provisioning would have left them,
 * for the control plane at a size that no broker of one machine has.
 */
final class SimulatedTenants {
  private final Surroundings surroundings;

  SimulatedTenants(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Adds tenants, each a copy of one that is there, and announces them. */
  void add(String model, int count) throws IOException, InterruptedException {
    run("add.sql", "model", model, "count", Integer.toString(count));
  }

  /** Changes so many of them as an update does. */
  void change(int count) throws IOException, InterruptedException {
    run("change.sql", "count", Integer.toString(count));
  }

  private void run(String script, String... variables) throws IOException, InterruptedException {
    StringBuilder sql = new StringBuilder("\\set ON_ERROR_STOP on\n");
    for (int i = 0; i < variables.length; i += 2) {
      sql.append("\\set %s '%s'%n".formatted(variables[i], variables[i + 1]));
    }
    try (InputStream in = SimulatedTenants.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException(script + " is missing");
      }
      sql.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    Command.require(surroundings.psql(), sql.toString());
  }
}
