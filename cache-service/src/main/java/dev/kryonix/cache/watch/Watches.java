package dev.kryonix.cache.watch;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.cache.v1.WatchGap;
import dev.kryonix.api.cache.v1.WatchHeartbeat;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.Places;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Watchers of entries. Each reads the events of the tenant's buckets from its own place in Redis's
 * bounded buffer, so nothing is held for a slow one; when the buffer no longer has what comes next,
 * it is told that it has missed some.
 */
@Singleton
final class Watches {
  private static final int MOST_WATCHERS = 1_000;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  /** Of one instance, at any number of watchers; more watchers look less often each. */
  private static final int MOST_LOOKS_PER_SECOND = 10_000;

  private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(30);
  private static final Duration BETWEEN_HEARTBEATS = Duration.ofSeconds(15);

  private final EventStore store;
  private final Spaces spaces;
  private final InstantSource clock;
  private final Places places = new Places(MOST_WATCHERS);

  Watches(EventStore store, Spaces spaces, InstantSource clock) {
    this.store = store;
    this.spaces = spaces;
    this.clock = clock;
  }

  /** Who is told. */
  interface Watcher {
    /** Takes an event; waits while the reader is slow. */
    void take(WatchResponse event);

    /** Whether nobody is there any more. */
    boolean isGone();
  }

  /** Tells a watcher what happens until nobody is there any more. */
  void watch(Supplier<TenantView> tenant, WatchRequest request, Watcher watcher)
      throws InterruptedException {
    TenantUid uid = tenant.get().uid();
    if (!places.take(uid)) {
      throw tooMany();
    }
    try {
      new Watch(tenant, request, watcher).run();
    } finally {
      places.leave(uid);
    }
  }

  private ServiceException tooMany() {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "This instance takes %d watchers, %d of one tenant; it has as many."
                .formatted(MOST_WATCHERS, places.mostOfOne()))
        .retryAfter(Duration.ofSeconds(5));
  }

  /** One watcher's way through the events. */
  private final class Watch {
    private final Supplier<TenantView> tenant;
    private final Filter filter;
    private final WatchRequest request;
    private final Watcher watcher;
    private final List<Cursor.Place> at = new ArrayList<>();
    private Instant renewed = Instant.MIN;
    private long breaks;
    private Instant told = Instant.MIN;

    Watch(Supplier<TenantView> tenant, WatchRequest request, Watcher watcher) {
      this.tenant = tenant;
      this.filter = new Filter(request);
      this.request = request;
      this.watcher = watcher;
    }

    void run() throws InterruptedException {
      List<Cursor.Place> wanted =
          request.getCursor().isEmpty() ? List.of() : Cursor.parse(request.getCursor()).places();
      at.addAll(wanted);
      breaks = store.breaks();
      if (wanted.isEmpty()) {
        buckets().forEach(bucket -> at.add(store.keep(bucket)));
        renewed = clock.instant();
      }
      while (!watcher.isGone()) {
        List<Bucket> buckets = buckets();
        renew(buckets);
        boolean any = false;
        for (int i = 0; i < buckets.size() && !watcher.isGone(); i++) {
          any |= tellNext(i, buckets.get(i));
        }
        if (!any) {
          beat();
          Thread.sleep(betweenLooks());
        }
      }
    }

    private Duration betweenLooks() {
      int watchers = places.taken();
      Duration shared =
          Duration.ofSeconds(1).multipliedBy(watchers).dividedBy(MOST_LOOKS_PER_SECOND);
      return shared.compareTo(BETWEEN_LOOKS) > 0 ? shared : BETWEEN_LOOKS;
    }

    private List<Bucket> buckets() {
      return spaces.of(tenant.get()).buckets();
    }

    /**
     * Has events kept for longer; where they were not kept meanwhile, some were missed. At once
     * when a connection broke: another Redis would give out the numbers of lost events again, which
     * looks as if none was lost.
     */
    private void renew(List<Bucket> buckets) {
      Instant now = clock.instant();
      long seen = store.breaks();
      if (at.size() == buckets.size()
          && seen == breaks
          && now.isBefore(renewed.plus(BETWEEN_RENEWALS))) {
        return;
      }
      breaks = seen;
      List<Cursor.Place> last = buckets.stream().map(store::keep).toList();
      boolean follows = at.size() == last.size();
      for (int i = 0; follows && i < last.size(); i++) {
        follows =
            at.get(i).era() == last.get(i).era() && at.get(i).number() <= last.get(i).number();
      }
      renewed = now;
      if (!follows) {
        at.clear();
        at.addAll(last);
        missed("events were not kept since then");
      }
    }

    private boolean tellNext(int number, Bucket bucket) {
      Cursor.Place place = at.get(number);
      List<Event> events = store.after(bucket, place.number());
      if (!events.isEmpty() && events.getFirst().number() > place.number() + 1) {
        at.set(number, new Cursor.Place(place.era(), events.getFirst().number() - 1));
        missed("more happened than is kept");
      }
      for (Event event : events) {
        at.set(number, new Cursor.Place(place.era(), event.number()));
        for (WatchResponse.Builder each : filter.told(event)) {
          tell(each.setTime(timestamp(event.time())));
        }
      }
      return !events.isEmpty();
    }

    private void missed(String reason) {
      tell(
          WatchResponse.newBuilder()
              .setTime(now())
              .setMissed(WatchGap.newBuilder().setReason(reason)));
    }

    private void beat() {
      if (told.equals(Instant.MIN) || !clock.instant().isBefore(told.plus(BETWEEN_HEARTBEATS))) {
        tell(
            WatchResponse.newBuilder()
                .setTime(now())
                .setHeartbeat(WatchHeartbeat.getDefaultInstance()));
      }
    }

    private static Timestamp timestamp(long millis) {
      return Timestamp.newBuilder()
          .setSeconds(Math.floorDiv(millis, 1000))
          .setNanos((int) Math.floorMod(millis, 1000L) * 1_000_000)
          .build();
    }

    private Timestamp now() {
      return timestamp(clock.millis());
    }

    private void tell(WatchResponse.Builder event) {
      watcher.take(event.setCursor(new Cursor(at).text()).build());
      told = clock.instant();
    }
  }
}
