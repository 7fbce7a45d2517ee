package dev.kryonix.messaging.broker;

import dev.kryonix.kit.identity.TenantId;
import java.util.List;
import java.util.Optional;

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

  /** The topic exchange of what comes from phones. */
  public static final String MOBILE_PRIORITY = "mobile_priority";

  /** The direct exchange of what a business cannot do without. */
  public static final String BUSINESS_CRITICAL = "business_critical";

  /** The fanout exchange to all automation consumers. */
  public static final String AUTOMATION = "automation";

  /**
   * What the tags of consumers begin with that a pull has: each stays until the message that came
   * through it is settled, and gets no other.
   */
  public static final String PULLS = "kryonix.pull.";

  /** The stream of copies of all that was published. */
  public static final String HISTORY = "kryonix.history";

  /** The direct exchange of messages that wait for another attempt. */
  public static final String RETRY = "kryonix.retry";

  /** The policy of how much history is kept. */
  public static final String HISTORY_POLICY = "kryonix.history";

  /** The policy of depth, overflow and dead letters. */
  public static final String POLICY = "kryonix";

  /** The policy of the depth of delay queues and of queues of dead letters. */
  public static final String HELD_POLICY = "kryonix.held";

  /** What no queue of an operation begins with: the queues that are the service's own. */
  public static final String OWN = "kryonix.";

  /** The exchanges of every tenant. */
  public static final List<Exchange> EXCHANGES =
      List.of(
          new Exchange(UNROUTABLE, "fanout"),
          new Exchange(DEAD_LETTERS, "topic"),
          new Exchange(RETRY, "direct"),
          new Exchange(PUBLISH, "topic"),
          new Exchange(MOBILE_PRIORITY, "topic"),
          new Exchange(BUSINESS_CRITICAL, "direct"),
          new Exchange(AUTOMATION, "fanout"));

  private static final String DEAD_LETTER_SUFFIX = ".dead";
  private static final String ORDERED_SUFFIX = ".ordered";
  private static final String VHOST_PREFIX = "tenant_";
  private static final String USER_PREFIX = "kryonix_";

  private Names() {}

  /** An exchange and its type. */
  public record Exchange(String name, String type) {
    /** Whether messages that it cannot route go to {@link #UNROUTABLE}. */
    public boolean hasAlternate() {
      return !name.equals(UNROUTABLE) && !name.equals(DEAD_LETTERS) && !name.equals(RETRY);
    }
  }

  public static String vhost(TenantId tenant) {
    return VHOST_PREFIX + tenant;
  }

  public static String user(TenantId tenant) {
    return USER_PREFIX + tenant;
  }

  /** The tenant whose vhost that would be; empty for a vhost that is no tenant's. */
  public static Optional<TenantId> tenantOfVhost(String vhost) {
    return tenantAfter(VHOST_PREFIX, vhost);
  }

  /** The tenant whose user that would be; empty for a user that is no tenant's. */
  public static Optional<TenantId> tenantOfUser(String user) {
    return tenantAfter(USER_PREFIX, user);
  }

  private static Optional<TenantId> tenantAfter(String prefix, String name) {
    if (!name.startsWith(prefix)) {
      return Optional.empty();
    }
    return TenantId.parse(name.substring(prefix.length()));
  }

  /** The queue of an operation's messages that have an ordering key. */
  public static String ordered(String queue) {
    return queue + ORDERED_SUFFIX;
  }

  /** The operation's queue whose ordered messages a queue of that name has; else the name. */
  public static String unordered(String queue) {
    return isOrdered(queue) ? queue.substring(0, queue.length() - ORDERED_SUFFIX.length()) : queue;
  }

  /** Whether a queue of that name has messages with an ordering key. */
  public static boolean isOrdered(String queue) {
    return queue.endsWith(ORDERED_SUFFIX);
  }

  /** The queue of a module's dead letters. */
  public static String deadLetters(String module) {
    return module + DEAD_LETTER_SUFFIX;
  }

  /** Whether a queue of that name is one of those that a plan counts: an operation's. */
  public static boolean isOfPlan(String queue) {
    return !queue.startsWith(OWN) && moduleOfDeadLetters(queue).isEmpty();
  }

  /** The module whose dead letters a queue of that name has; empty for another queue. */
  public static Optional<String> moduleOfDeadLetters(String queue) {
    return queue.endsWith(DEAD_LETTER_SUFFIX)
        ? Optional.of(queue.substring(0, queue.length() - DEAD_LETTER_SUFFIX.length()))
        : Optional.empty();
  }
}
