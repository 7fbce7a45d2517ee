package dev.kryonix.kit.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.cache.v1.WatchHeartbeat;
import dev.kryonix.api.cache.v1.WatchResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Copies against a cache whose entries are versions that only rise, in every order in which writes,
 * loads, events, lost watches and time may come.
 */
final class CopiesPropertyTest {
  private static final int KEYS = 4;
  private static final int STEPS = 400;

  @Property(tries = 300)
  void noCopyIsOlderThanWhatWasToldOrUsedWhenNothingIsTold(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World();
    for (int step = 0; step < STEPS; step++) {
      world.step(random);
      for (int i = 0; i < KEYS; i++) {
        world.check(key(i));
      }
    }
  }

  /** The cache, and what is on its way between it and the copies. */
  private static final class World {
    private final NearCacheConfig config = NearCacheConfig.of(1_000_000);
    private final Map<CacheKey, Long> versions = new HashMap<>();

    /** For each key, the least version that may still be answered. */
    private final Map<CacheKey, Long> least = new HashMap<>();

    private final Deque<CacheKey> untold = new ArrayDeque<>();
    private final List<OnItsWay> loads = new ArrayList<>();
    private long now;
    private long lastSign;
    private boolean connected;
    private final Copies copies = new Copies(config, () -> now);

    void check(CacheKey key) {
      copies
          .find(key)
          .ifPresent(
              entry -> {
                long version = Long.parseLong(entry.etag());
                assertThat(version).isBetween(least.getOrDefault(key, 0L), version(key));
                assertThat(now - lastSign).isLessThan(config.staleness().toNanos());
              });
    }

    void step(Random random) {
      CacheKey key = key(random.nextInt(KEYS));
      switch (random.nextInt(10)) {
        case 0, 1 -> write(key);
        case 2, 3, 4 -> loads.add(new OnItsWay(copies.begin(key), version(key)));
        case 5, 6 -> arrive(random);
        case 7 -> tell();
        case 8 -> now += Duration.ofSeconds(random.nextInt(4)).toNanos();
        default -> {
          if (random.nextInt(4) == 0) {
            toggle();
          } else if (random.nextInt(4) == 0) {
            write(key);
            copies.changed(key);
            least.put(key, version(key));
          }
        }
      }
    }

    private void write(CacheKey key) {
      versions.merge(key, 1L, Long::sum);
      if (connected) {
        untold.add(key);
      }
    }

    private void arrive(Random random) {
      if (!loads.isEmpty()) {
        OnItsWay one = loads.remove(random.nextInt(loads.size()));
        NearEntry entry = new NearEntry(ByteString.EMPTY, "", Long.toString(one.version()));
        copies.keep(one.load(), entry, Duration.ofSeconds(1 + random.nextInt(60)), List.of());
      }
    }

    /** The next event, or a sign of life when there is none. */
    private void tell() {
      if (!connected) {
        return;
      }
      WatchResponse.Builder event = WatchResponse.newBuilder();
      if (untold.isEmpty()) {
        event.setHeartbeat(WatchHeartbeat.getDefaultInstance());
      } else {
        CacheKey key = untold.remove();
        event.setWritten(
            EntryAddress.newBuilder()
                .setModule(key.module())
                .setType(key.type())
                .setKey(key.key()));
        long still = untold.stream().filter(key::equals).count();
        least.merge(key, version(key) - still, Math::max);
      }
      copies.take(event.build());
      lastSign = now;
    }

    private void toggle() {
      if (connected) {
        copies.disconnected();
      } else {
        untold.clear();
        copies.connected();
        lastSign = now;
        versions.forEach((key, version) -> least.put(key, version));
      }
      connected = !connected;
    }

    private long version(CacheKey key) {
      return versions.getOrDefault(key, 0L);
    }
  }

  /** A value that was read and has not arrived. */
  private record OnItsWay(Copies.Load load, long version) {}

  private static CacheKey key(int number) {
    return new CacheKey("crm", "temp", "k" + number);
  }
}
