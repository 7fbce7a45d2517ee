package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.tenant.changes.ChangeListener;
import dev.kryonix.tenant.usage.Usages;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** The streams of this replica, each told of every committed change. */
@Singleton
final class StateServer implements ChangeListener, Lifecycle {
  /**
   * The first retry comes soon; and when an engine has come back, everybody is through within half
   * a minute.
   */
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(15);
  private static final Duration UP_TO_DATE = Duration.ofSeconds(5);

  private final DesiredStore desired;
  private final Provisioning provisioning;
  private final Usages usages;
  private final InstantSource clock;
  private final Readiness.Component ready;
  private final Set<SyncStream> streams = ConcurrentHashMap.newKeySet();
  private volatile Instant upToDateAt = Instant.MIN;

  StateServer(
      DesiredStore desired,
      Provisioning provisioning,
      Usages usages,
      Readiness readiness,
      InstantSource clock) {
    this.desired = desired;
    this.provisioning = provisioning;
    this.usages = usages;
    this.clock = clock;
    this.ready = readiness.component("desired-state");
  }

  /** Begins the stream of an instance of the service. */
  StreamObserver<SyncRequest> open(String service, StreamObserver<SyncResponse> responses) {
    if (!ready.isUp()) {
      throw CommonErrors.notServing("the desired state is being read");
    }
    SyncSession session =
        new SyncSession(
            service,
            desired,
            new Backoff(FIRST_RETRY, LONGEST_RETRY, () -> ThreadLocalRandom.current().nextLong()),
            clock);
    SyncStream stream =
        new SyncStream(
            service, StreamWriter.over(responses), session, provisioning, usages, this, clock);
    streams.add(stream);
    return stream;
  }

  /** An instance has these tenants: another replica may have told it of them first. */
  void learn(Set<TenantUid> tenants) {
    desired.learn(tenants);
  }

  void ended(SyncStream stream) {
    streams.remove(stream);
  }

  /** Whether no committed change can have been missed but for the last moments. */
  boolean isUpToDate(Instant now) {
    return upToDateAt.plus(UP_TO_DATE).isAfter(now);
  }

  @Override
  public void reset() {
    desired.reset();
    ready.up();
  }

  @Override
  public void changed(Set<TenantUid> tenants) {
    desired.refresh(tenants);
    streams.forEach(stream -> stream.changed(tenants));
  }

  @Override
  public void upToDate() {
    upToDateAt = clock.instant();
  }

  @Override
  public void start() {
    // The feed begins by itself, and calls.
  }

  @Override
  public void stop() {
    streams.forEach(SyncStream::drain);
  }
}
