package dev.kryonix.bench.cache;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param mode the name of it
 * @param rounds of everything
 * @param load how long one subject is under load in one round
 * @param warmUp how long one subject is under load before the first round
 * @param ycsb operations of one run of YCSB
 * @param neighbours how long a tenant is watched with its neighbour quiet, and as long with it
 *     noisy
 * @param changes how often an entry changes that has a near copy
 * @param tenants whose entries are weighed
 * @param keys entries of each
 */
record Extent(
    String mode,
    int rounds,
    Duration load,
    Duration warmUp,
    int ycsb,
    Duration neighbours,
    int changes,
    int tenants,
    int keys) {
  static Extent full(int tenants) {
    return new Extent(
        "full",
        3,
        Duration.ofMillis(900),
        Duration.ofMillis(2500),
        60_000,
        Duration.ofSeconds(5),
        200,
        tenants > 0 ? tenants : 10,
        100_000);
  }

  static Extent quick(int tenants) {
    return new Extent(
        "quick",
        1,
        Duration.ofMillis(500),
        Duration.ofMillis(500),
        10_000,
        Duration.ofSeconds(2),
        20,
        tenants > 0 ? tenants : 2,
        50_000);
  }
}
