package dev.kryonix.bench.process;

/** What the launcher tells a benchmark, in environment variables. */
public final class Settings {
  private static final String PREFIX = "KRYONIX_BENCH_";

  private Settings() {}

  /** The variable of that name behind the prefix. */
  public static String require(String name) {
    String value = System.getenv(PREFIX + name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(
          PREFIX + name + " is not set: run it with ./kryonix bench NAME");
    }
    return value;
  }
}
