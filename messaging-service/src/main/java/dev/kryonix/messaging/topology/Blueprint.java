package dev.kryonix.messaging.topology;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.broker.Names.Exchange;
import dev.kryonix.messaging.topology.BrokerObject.Kind;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a tenant must have in the broker, and must not have: the one description that provisioning
 * makes true and drift is measured against.
 *
 * <p>The vhost's description and a tag of the user carry the tenant's uid, so that what an earlier
 * tenant of the same id left behind is known for what it is.
 */
final class Blueprint {
  private static final int POLICY_PRIORITY = 1;
  private static final int DELIVERY_LIMIT = 1000;

  /**
   * RabbitMQ 4 drops what has come back 20 times unless told otherwise; a dead letter comes back as
   * often as the database is away.
   */
  private static final int HELD_DELIVERY_LIMIT = 1_000_000_000;

  private static final String UID = "uid.";
  private static final String TAG = "kryonix";
  private static final Pattern MARK =
      Pattern.compile(Pattern.quote(UID) + "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})");

  /**
   * Live queues: a module, then an operation; not ours, which begin with kryonix, nor dead letters.
   */
  private static final String LIVE_QUEUES = "^(?!kryonix\\.)(?!amq\\.)[a-z]+\\..*(?<!\\.dead)$";

  /** Delay queues, and dead letters. */
  private static final String HELD_QUEUES = "^(kryonix\\.retry\\..+|[a-z]+\\.dead)$";

  /** How many times a live queue's depth a delay queue or a queue of dead letters may hold. */
  private static final int HELD_DEPTHS = 10;

  private final TenantView tenant;
  private final String password;
  private final HistoryRules history;
  private final int ownQueues;
  private final SecureRandom random;

  /**
   * @param ownQueues how many queues the service may have for the tenant beside the plan's
   */
  Blueprint(
      TenantView tenant,
      String password,
      HistoryRules history,
      int ownQueues,
      SecureRandom random) {
    this.tenant = tenant;
    this.password = password;
    this.history = history;
    this.ownQueues = ownQueues;
    this.random = random;
  }

  /** Something that is not as it must be. */
  sealed interface Difference {
    BrokerObject object();

    /** It is missing, or to be replaced by this. */
    record Wanted(BrokerObject object, JsonObject body, boolean exists) implements Difference {}

    /** It must not be. */
    record Surplus(BrokerObject object) implements Difference {}
  }

  /**
   * How these objects, which are all that the tenant has of the kinds, differ from what must be.
   */
  List<Difference> differences(List<Kind> kinds, Map<BrokerObject, JsonObject> actual) {
    List<Difference> differences = new ArrayList<>();
    actual.forEach(
        (object, found) -> {
          if (kinds.contains(object.kind()) && forbids(object, found)) {
            differences.add(new Difference.Surplus(object));
          }
        });
    for (Kind kind : kinds) {
      wanted(kind)
          .forEach(
              (object, body) -> {
                JsonObject found = actual.get(object);
                if (found == null || !matches(object, body, found)) {
                  differences.add(new Difference.Wanted(object, body, found != null));
                }
              });
    }
    return differences;
  }

  /** Whether vhost or user, as found, belong to another tenant that has the same id. */
  boolean isAnothers(Map<BrokerObject, JsonObject> actual) {
    return Stream.of(
            BrokerObject.vhost(Names.vhost(tenant.id())),
            BrokerObject.user(Names.user(tenant.id())))
        .map(actual::get)
        .filter(Objects::nonNull)
        .flatMap(found -> uidOf(found).stream())
        .anyMatch(uid -> !uid.equals(tenant.uid()));
  }

  /** The tenant whose a vhost or user, as found, says that it is. */
  static Optional<TenantUid> uidOf(JsonObject found) {
    Matcher mark = MARK.matcher(Inventory.text(found, "description") + found.get("tags"));
    return mark.find() ? Optional.of(TenantUid.parse(mark.group(1))) : Optional.empty();
  }

  private Map<BrokerObject, JsonObject> wanted(Kind kind) {
    TenantId id = tenant.id();
    String vhost = Names.vhost(id);
    MessagingLimits limits = tenant.limits().getMessaging();
    return switch (kind) {
      case USER -> Map.of(BrokerObject.user(Names.user(id)), user());
      case VHOST -> Map.of(BrokerObject.vhost(vhost), vhost());
      case LIMIT ->
          Map.of(
              BrokerObject.within(kind, vhost, "max-connections"),
              value(tenant.serving() == Serving.SERVING ? limits.getConnections() : 0),
              BrokerObject.within(kind, vhost, "max-queues"),
              // TenantQueues keeps the plan's number, so that there is always room for retries.
              value(limits.getQueues() + ownQueues));
      case POLICY -> policies(vhost, limits.getQueueDepth());
      case EXCHANGE -> exchanges(vhost);
      case PERMISSION ->
          Map.of(BrokerObject.within(kind, vhost, Names.user(id)), everythingInTheVhost());
      case USER_LIMIT, TOPIC_PERMISSION -> Map.of();
    };
  }

  /**
   * A tenant's user is held back by its vhost's limits only, and enters no other vhost. In the
   * tenant's vhost no policy stands above ours: of several, the broker takes only the first.
   */
  private boolean forbids(BrokerObject object, JsonObject found) {
    return switch (object.kind()) {
      case USER_LIMIT, TOPIC_PERMISSION -> true;
      case PERMISSION -> !object.vhost().equals(Names.vhost(tenant.id()));
      case POLICY ->
          !object.name().equals(Names.POLICY)
              && !object.name().equals(Names.HELD_POLICY)
              && !(object.name().equals(Names.HISTORY_POLICY) && history.keeps(tenant))
              && found.get("priority").getAsInt() >= POLICY_PRIORITY;
      case USER, VHOST, LIMIT, EXCHANGE -> false;
    };
  }

  private boolean matches(BrokerObject object, JsonObject body, JsonObject found) {
    return switch (object.kind()) {
      case USER ->
          tagsOf(found).equals(Set.of(TAG, UID + tenant.uid()))
              && BrokerPassword.matches(password, Inventory.text(found, "password_hash"));
      case VHOST -> Inventory.text(found, "description").equals(description());
      default ->
          body.entrySet().stream()
              .allMatch(field -> field.getValue().equals(found.get(field.getKey())));
    };
  }

  private JsonObject user() {
    JsonObject body = new JsonObject();
    body.addProperty("password_hash", BrokerPassword.hash(password, random));
    body.addProperty("hashing_algorithm", "rabbit_password_hashing_sha256");
    body.addProperty("tags", TAG + "," + UID + tenant.uid());
    return body;
  }

  private static Set<String> tagsOf(JsonObject user) {
    Set<String> tags = new HashSet<>();
    if (user.get("tags") instanceof JsonArray found) {
      found.forEach(tag -> tags.add(tag.getAsString()));
    }
    return tags;
  }

  private JsonObject vhost() {
    JsonObject body = new JsonObject();
    body.addProperty("description", description());
    body.addProperty("tags", TAG);
    body.addProperty("default_queue_type", "quorum");
    return body;
  }

  private String description() {
    return "kryonix tenant " + UID + tenant.uid();
  }

  private static JsonObject value(int limit) {
    JsonObject body = new JsonObject();
    body.addProperty("value", limit);
    return body;
  }

  private Map<BrokerObject, JsonObject> policies(String vhost, int depth) {
    Map<BrokerObject, JsonObject> policies = new LinkedHashMap<>();
    policies.put(BrokerObject.within(Kind.POLICY, vhost, Names.POLICY), policy(depth));
    policies.put(BrokerObject.within(Kind.POLICY, vhost, Names.HELD_POLICY), heldPolicy(depth));
    history
        .most(tenant)
        .ifPresent(
            bytes ->
                policies.put(
                    BrokerObject.within(Kind.POLICY, vhost, Names.HISTORY_POLICY),
                    historyPolicy(bytes, history.oldest(tenant))));
    return policies;
  }

  private static JsonObject historyPolicy(long bytes, Duration oldest) {
    JsonObject definition = new JsonObject();
    definition.addProperty("max-length-bytes", bytes);
    definition.addProperty("max-age", oldest.toSeconds() + "s");
    JsonObject body = new JsonObject();
    body.addProperty("pattern", "^" + Names.HISTORY.replace(".", "\\.") + "$");
    body.addProperty("apply-to", "queues");
    body.addProperty("priority", POLICY_PRIORITY);
    body.add("definition", definition);
    return body;
  }

  /**
   * At-least-once dead-lettering works only together with reject-publish, which also means that a
   * depth lowered below what a queue holds drops nothing.
   */
  private static JsonObject policy(int depth) {
    JsonObject definition = new JsonObject();
    definition.addProperty("max-length", depth);
    definition.addProperty("overflow", "reject-publish");
    definition.addProperty("dead-letter-exchange", Names.DEAD_LETTERS);
    definition.addProperty("dead-letter-strategy", "at-least-once");
    definition.addProperty("delivery-limit", DELIVERY_LIMIT);
    return policy(LIVE_QUEUES, definition);
  }

  /**
   * What does not fit is not confirmed, and then stays where it was. A queue's other arguments are
   * its own, since they are what it is: a delay queue without its time to live would keep all.
   */
  private static JsonObject heldPolicy(int depth) {
    JsonObject definition = new JsonObject();
    definition.addProperty("max-length", (long) HELD_DEPTHS * depth);
    definition.addProperty("overflow", "reject-publish");
    definition.addProperty("delivery-limit", HELD_DELIVERY_LIMIT);
    return policy(HELD_QUEUES, definition);
  }

  private static JsonObject policy(String queues, JsonObject definition) {
    JsonObject body = new JsonObject();
    body.addProperty("pattern", queues);
    body.addProperty("apply-to", "queues");
    body.addProperty("priority", POLICY_PRIORITY);
    body.add("definition", definition);
    return body;
  }

  private static Map<BrokerObject, JsonObject> exchanges(String vhost) {
    Map<BrokerObject, JsonObject> exchanges = new LinkedHashMap<>();
    for (Exchange exchange : Names.EXCHANGES) {
      JsonObject arguments = new JsonObject();
      if (exchange.hasAlternate()) {
        arguments.addProperty("alternate-exchange", Names.UNROUTABLE);
      }
      JsonObject body = new JsonObject();
      body.addProperty("type", exchange.type());
      body.addProperty("durable", true);
      body.addProperty("auto_delete", false);
      body.addProperty("internal", false);
      body.add("arguments", arguments);
      exchanges.put(BrokerObject.within(Kind.EXCHANGE, vhost, exchange.name()), body);
    }
    return exchanges;
  }

  private static JsonObject everythingInTheVhost() {
    JsonObject body = new JsonObject();
    for (String right : new String[] {"configure", "write", "read"}) {
      body.addProperty(right, ".*");
    }
    return body;
  }
}
