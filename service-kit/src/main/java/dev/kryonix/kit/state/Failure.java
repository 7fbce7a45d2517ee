package dev.kryonix.kit.state;

/**
 * Why something could not be made true, as it stands in a Nack.
 *
 * @param step the step that failed, or empty
 * @param reason stable, in CamelCase
 * @param detail for an engineer
 */
record Failure(String step, String reason, String detail) {
  static Failure stale(long sent, long newest) {
    return new Failure(
        "",
        "GenerationStale",
        "generation %d was sent, but %d has been seen".formatted(sent, newest));
  }

  static Failure invalid(String why) {
    return new Failure("", "InvalidUpdate", why);
  }

  static Failure superseded() {
    return new Failure("", "Superseded", "the tenant has been removed, or another has its id now");
  }
}
