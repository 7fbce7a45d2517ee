package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.WarmUp;
import java.time.Duration;

/**
 * How much is measured.
 *
 * @param mode the name of it
 * @param goals of what carries goals
 * @param others of what is measured beside it
 * @param ycsb operations of one run of YCSB
 * @param neighbours how long a tenant is watched with its neighbour quiet, and as long with it
 *     noisy
 * @param changes how often an entry changes that has a near copy
 * @param tenants whose entries are weighed
 * @param keys entries of each
 */
record Extent(
    String mode,
    Timing goals,
    Timing others,
    int ycsb,
    Duration neighbours,
    int changes,
    int tenants,
    int keys) {
  /**
   * How often and how long.
   *
   * @param warmUp of each subject under each load, before the first round
   * @param rounds of everything
   * @param load how long one subject is under load in one round
   */
  record Timing(WarmUp warmUp, int rounds, Duration load) {}

  static Extent full(int tenants) {
    return new Extent(
        "full",
        new Timing(new WarmUp(Duration.ofMillis(1500), 12), 5, Duration.ofSeconds(2)),
        new Timing(new WarmUp(Duration.ofMillis(500), 1), 3, Duration.ofMillis(600)),
        30_000,
        Duration.ofSeconds(4),
        200,
        tenants > 0 ? tenants : 10,
        100_000);
  }

  static Extent quick(int tenants) {
    return new Extent(
        "quick",
        new Timing(new WarmUp(Duration.ofMillis(500), 4), 1, Duration.ofMillis(500)),
        new Timing(new WarmUp(Duration.ofMillis(250), 1), 1, Duration.ofMillis(300)),
        10_000,
        Duration.ofSeconds(2),
        20,
        tenants > 0 ? tenants : 2,
        50_000);
  }
}
