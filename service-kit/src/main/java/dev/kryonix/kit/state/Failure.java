package dev.kryonix.kit.state;

/**
 * Why something could not be made true, as it stands in a Nack.
 *
 * @param step the step that failed, or empty
 * @param reason stable, in CamelCase
 * @param detail for an engineer
 * @param leastGeneration the least generation that would be taken, when this one is too old; else 0
 */
record Failure(String step, String reason, String detail, long leastGeneration) {
  Failure(String step, String reason, String detail) {
    this(step, reason, detail, 0);
  }

  static Failure stale(long sent, long least) {
    return new Failure(
        "",
        "GenerationStale",
        "generation %d was sent, but only %d and later are taken".formatted(sent, least),
        least);
  }

  static Failure invalid(String why) {
    return new Failure("", "InvalidUpdate", why);
  }

  static Failure superseded() {
    return new Failure("", "Superseded", "the tenant has been removed, or another has its id now");
  }
}
