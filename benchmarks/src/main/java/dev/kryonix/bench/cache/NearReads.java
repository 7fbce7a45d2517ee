package dev.kryonix.bench.cache;

import com.google.protobuf.ByteString;
import dev.kryonix.bench.cache.Tenants.Account;
import dev.kryonix.bench.load.Latencies;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.nearcache.CacheKey;
import dev.kryonix.kit.nearcache.NearCache;
import dev.kryonix.kit.nearcache.NearCacheConfig;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * The near cache of service-kit, in this process.
 *
 * @param perSecond reads of copies, by one thread
 * @param late microseconds from the answer to somebody else's write until the near cache no longer
 *     gives what was there before
 */
record NearReads(double perSecond, Latencies late) {
  static final int COPIES = 1024;

  private static final int SIZE = Values.MEDIUM;
  private static final long COPIES_BYTES = 64_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ROUNDS = 3;

  static NearReads measure(int port, Account account, Peer writer, Extent extent)
      throws InterruptedException {
    CacheKey[] keys =
        IntStream.range(0, COPIES)
            .mapToObj(i -> new CacheKey("crm", "temp", Values.key(SIZE, i)))
            .toArray(CacheKey[]::new);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try (NearCache near =
        NearCache.open(
            channel,
            new TenantId(account.id()),
            account::token,
            NearCacheConfig.of(COPIES_BYTES))) {
      awaitCopies(near, keys);
      double best = 0;
      for (int round = 0; round < ROUNDS; round++) {
        best = Math.max(best, read(near, keys, extent.others().load()));
      }
      return new NearReads(best, late(near, keys[0], writer, extent.changes()));
    } finally {
      channel.shutdownNow();
    }
  }

  /** Copies are kept as soon as the watch has begun. */
  private static void awaitCopies(NearCache near, CacheKey[] keys) {
    long began = System.nanoTime();
    while (near.stats().copies() < keys.length) {
      for (CacheKey key : keys) {
        require(near, key);
      }
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        throw new IllegalStateException("the near cache keeps only " + near.stats());
      }
    }
  }

  private static double read(NearCache near, CacheKey[] keys, Duration time) {
    long misses = near.stats().misses();
    long began = System.nanoTime();
    long reads = 0;
    while (System.nanoTime() - began < time.toNanos()) {
      for (CacheKey key : keys) {
        require(near, key);
      }
      reads += keys.length;
    }
    double perSecond = reads / ((System.nanoTime() - began) / 1e9);
    if (near.stats().misses() - misses > reads / 100) {
      throw new IllegalStateException("copies do not stay: " + near.stats());
    }
    return perSecond;
  }

  private static void require(NearCache near, CacheKey key) {
    if (near.get(key).isEmpty()) {
      throw new IllegalStateException("an entry that was written is not there");
    }
  }

  private static Latencies late(NearCache near, CacheKey key, Peer writer, int changes) {
    long[] micros = new long[changes];
    for (int i = 0; i < changes; i++) {
      require(near, key);
      ByteString changed = ByteString.copyFromUtf8("change " + i);
      writer.set(key.key(), changed.toByteArray());
      long written = System.nanoTime();
      while (!near.get(key).orElseThrow().value().equals(changed)) {
        if (System.nanoTime() - written > PATIENCE.toNanos()) {
          throw new IllegalStateException("the near cache is not told of a write");
        }
        Thread.onSpinWait();
      }
      micros[i] = (System.nanoTime() - written) / 1000;
    }
    writer.set(key.key(), Values.of(SIZE));
    return new Latencies(micros);
  }
}
