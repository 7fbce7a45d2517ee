package dev.kryonix.bench.tenancy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How much is measured.
 *
 * @param mode the name of it
 * @param tenants how many are provisioned in all
 * @param alone creations one after another
 * @param rounds of creations at once
 * @param suspensions how often a tenant is suspended and resumed
 * @param load how long tokens are asked for
 * @param known how many tenants the service that reconnects knows
 */
record Extent(
    String mode, int tenants, int alone, int rounds, int suspensions, Duration load, int known) {
  /** The sizes at which the broker is looked at. */
  private static final List<Integer> SIZES = List.of(100, 300, 1000);

  static Extent full(int tenants) {
    return new Extent("full", tenants, 20, 3, 100, Duration.ofSeconds(5), 10_000);
  }

  static Extent quick(int tenants) {
    return new Extent("quick", tenants, 5, 1, 20, Duration.ofSeconds(1), 1000);
  }

  /** The sizes up to the number of tenants, and that number. */
  List<Integer> sizes() {
    return Stream.concat(SIZES.stream().filter(size -> size < tenants), Stream.of(tenants))
        .toList();
  }
}
