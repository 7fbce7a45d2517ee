package dev.kryonix.messaging.broker;

import dev.kryonix.kit.identity.TenantId;
import java.util.List;

/** What things are called in the broker. */
public final class Names {
  /** The topic exchange that every publish goes to. */
  public static final String PUBLISH = "kryonix.publish";

  /** The topic exchange of messages that could not be processed. */
  public static final String DEAD_LETTERS = "kryonix.dead";

  /**
   * The alternate exchange of all others. No queue is bound to it while all goes well: then a
   * mandatory publish that no queue takes comes back instead of being confirmed.
   */
  public static final String UNROUTABLE = "kryonix.unroutable";

  /** The policy of depth, overflow and dead letters. */
  public static final String POLICY = "kryonix";

  /** The exchanges of every tenant. */
  public static final List<Exchange> EXCHANGES =
      List.of(
          new Exchange(UNROUTABLE, "fanout"),
          new Exchange(DEAD_LETTERS, "topic"),
          new Exchange(PUBLISH, "topic"),
          new Exchange("mobile_priority", "topic"),
          new Exchange("business_critical", "direct"),
          new Exchange("automation", "fanout"));

  private static final String DEAD_LETTER_SUFFIX = ".dead";

  private Names() {}

  /** An exchange and its type. */
  public record Exchange(String name, String type) {
    /** Whether messages that it cannot route go to {@link #UNROUTABLE}. */
    public boolean hasAlternate() {
      return !name.equals(UNROUTABLE) && !name.equals(DEAD_LETTERS);
    }
  }

  public static String vhost(TenantId tenant) {
    return "tenant_" + tenant;
  }

  public static String user(TenantId tenant) {
    return "kryonix_" + tenant;
  }

  /** The queue of a module's dead letters. */
  public static String deadLetters(String module) {
    return module + DEAD_LETTER_SUFFIX;
  }
}
