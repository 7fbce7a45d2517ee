package dev.kryonix.messaging.broker;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.server.Rounds;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The watch over the broker: whether it is there, what it can do, and that the platform's own
 * vhosts exist. Reports the readiness component {@code rabbitmq}.
 */
@Singleton
public final class Broker implements Lifecycle {
  /** The vhost in which the service's instances talk to each other. */
  public static final String PLATFORM_VHOST = "kryonix-master";

  /** Vhosts of the platform, which belong to no tenant. */
  public static final List<String> SHARED_VHOSTS =
      List.of(PLATFORM_VHOST, "shared-services", "monitoring", "backup-operations");

  private static final int ALARMED = 503;
  private static final Duration PERIOD = Duration.ofSeconds(2);

  /** How soon a node that no longer answers is noticed, and another asked by everybody. */
  private static final Patience PATIENCE = Patience.of(Duration.ofSeconds(5));

  private final ManagementApi api;
  private final Readiness.Component readiness;
  private volatile @Nullable BrokerCapabilities capabilities;
  private final Alarm alarm = new Alarm(System::nanoTime);
  private final Rounds rounds = new Rounds("broker-watch", this::round);

  public Broker(ManagementApi api, Readiness readiness) {
    this.api = api;
    this.readiness = readiness.component("rabbitmq");
  }

  /** What the broker can do, once it has been seen. */
  public Optional<BrokerCapabilities> capabilities() {
    return Optional.ofNullable(capabilities);
  }

  /**
   * Whether a node had raised its memory or disk alarm when the broker was last looked at, unless
   * that is long ago: then no node takes messages. A connection is told so too, but only once it
   * has sent one.
   */
  public boolean isAlarmed() {
    return alarm.isOn();
  }

  /** A connection has been told so: all others need not find out by themselves. */
  public void noteAlarm() {
    alarm.raise();
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() throws InterruptedException {
    look();
    return PERIOD;
  }

  private void look() throws InterruptedException {
    try {
      String version = version();
      if (!readiness.isUp()) {
        makeSharedVhosts();
      }
      capabilities = BrokerCapabilities.of(version);
      if (hasAlarm()) {
        alarm.raise();
      } else {
        alarm.clear();
      }
      readiness.up();
    } catch (ManagementException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      readiness.down(
          e.isUnreachable() ? "the management API does not answer" : e.getMessage() + "");
    }
  }

  private String version() throws ManagementException {
    if (api.get("/api/overview?columns=rabbitmq_version", PATIENCE).orElse(JsonNull.INSTANCE)
            instanceof JsonObject overview
        && overview.get("rabbitmq_version") instanceof JsonPrimitive version) {
      return version.getAsString();
    }
    throw new ManagementException("the overview tells no version", 0, null);
  }

  /** Asked of the nodes themselves: their statistics are seconds old. */
  private boolean hasAlarm() throws ManagementException {
    try {
      api.get("/api/health/checks/alarms", PATIENCE);
      return false;
    } catch (ManagementException e) {
      if (e.status() == ALARMED) {
        return true;
      }
      throw e;
    }
  }

  private void makeSharedVhosts() throws ManagementException {
    for (String vhost : SHARED_VHOSTS) {
      if (api.get(ManagementApi.path("vhosts", vhost)).isEmpty()) {
        JsonObject body = new JsonObject();
        body.addProperty("description", "shared by the platform");
        body.add("tags", new JsonArray());
        api.put(ManagementApi.path("vhosts", vhost), body);
      }
    }
  }
}
