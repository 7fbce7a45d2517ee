package dev.kryonix.cache.entry;

import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.RedisException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Redis how often entries are read, for tenants whose least read entries go when they are
 * over their quota. Reads are gathered here and told every second; what is not told when the
 * process ends is lost, and what is over the bound is not counted.
 */
@Singleton
final class ReadCounts {
  private static final Logger LOG = LoggerFactory.getLogger(ReadCounts.class);
  private static final Script COUNT = Ledger.script(ReadCounts.class, "count.lua");
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final int MOST = 50_000;
  private static final int TOLD_AT_ONCE = 200;

  private final Keyspace keyspace;
  private final Map<Read, LongAdder> reads = new ConcurrentHashMap<>();
  private final Thread thread;

  ReadCounts(Redis redis) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.thread = Thread.ofVirtual().name("read-counts").start(this::run);
  }

  private record Read(Bucket bucket, EntryKey address) {}

  void count(TenantView tenant, TenantSpace space, EntryKey address) {
    if (tenant.limits().getCache().getEviction() == CacheEviction.CACHE_EVICTION_LFU) {
      Read read = new Read(space.bucket(address), address);
      LongAdder count = reads.get(read);
      if (count == null && reads.size() < MOST) {
        count = reads.computeIfAbsent(read, each -> new LongAdder());
      }
      if (count != null) {
        count.increment();
      }
    }
  }

  /** Tells what has been gathered. */
  void tell() {
    Map<Bucket, List<byte[]>> told = new HashMap<>();
    for (Read read : List.copyOf(reads.keySet())) {
      LongAdder count = reads.remove(read);
      if (count != null) {
        List<byte[]> some = told.computeIfAbsent(read.bucket(), each -> new ArrayList<>());
        some.add(read.address().bytes());
        some.add(Script.arg(count.sum()));
      }
    }
    told.forEach(
        (bucket, all) -> {
          for (int from = 0; from < all.size(); from += 2 * TOLD_AT_ONCE) {
            byte[][] some =
                all.subList(from, Math.min(all.size(), from + 2 * TOLD_AT_ONCE))
                    .toArray(byte[][]::new);
            COUNT.number(keyspace, Ledger.keys(bucket), Ledger.arguments(bucket, some));
          }
        });
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(PERIOD);
        tell();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ServiceException | RedisException e) {
        LOG.debug("reads were not told", e);
      }
    }
  }

  @PreDestroy
  void stop() {
    thread.interrupt();
  }
}
