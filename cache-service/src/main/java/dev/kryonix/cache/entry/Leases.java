package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Context;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * Loading by one of many: a lease in Redis decides who (Nishtala et al., Scaling Memcache at
 * Facebook, NSDI 2013), and a draw decides when a living entry is loaded early (Vattani et al.,
 * Optimal Probabilistic Cache Stampede Prevention, VLDB 2015): the nearer its end and the longer it
 * took to load, the likelier.
 */
@Singleton
final class Leases {
  private static final Script LEASE = Ledger.script(Leases.class, "lease.lua");
  private static final long TOO_MANY = -2;
  private static final int MOST_WAITING = 10_000;
  private static final int TOKEN_BYTES = 16;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
  private static final Duration RETRY_AFTER = Duration.ofMillis(50);

  /** A loaded entry is kept as stale for as long again, and no longer than this. */
  private static final Duration LONGEST_STALE = Duration.ofMinutes(5);

  private final Keyspace keyspace;
  private final Entries entries;
  private final Spaces spaces;
  private final InstantSource clock;
  private final Waiters waiters = new Waiters(MOST_WAITING);
  private final SecureRandom random = new SecureRandom();

  Leases(Redis redis, Entries entries, Spaces spaces, InstantSource clock) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.entries = entries;
    this.spaces = spaces;
    this.clock = clock;
  }

  /** How a caller asks. */
  record Request(EntryKey address, Duration patience, Duration ttl, boolean acceptStale) {}

  /** The entry, or the lease, or what is there in the meantime. */
  LeaseOutcome lease(TenantView tenant, Request request) {
    EntryKey address = request.address();
    Bucket bucket = spaces.of(tenant).bucket(address);
    long most = Math.max(1, tenant.limits().getCache().getKeys() / spaces.of(tenant).spread());
    long end = System.nanoTime() + request.patience().toNanos();
    boolean readAgain = false;
    while (true) {
      Observations.Fetched fetched = entries.await(entries.fetch(tenant, address));
      Lookup lookup = entries.await(entries.openHeld(tenant, address, fetched));
      boolean there = lookup instanceof Lookup.Hit;
      if (lookup instanceof Lookup.Hit(Entry entry) && !isDueEarly(entry)) {
        return new LeaseOutcome.There(entry);
      }
      String token = token();
      List<Object> answer = take(bucket, request, token, there, most);
      long code = (Long) answer.get(0);
      Duration left = Duration.ofMillis((Long) answer.get(1));
      if (code == 1) {
        return new LeaseOutcome.Granted(token, clock.instant().plus(left));
      }
      if (lookup instanceof Lookup.Hit(Entry entry)) {
        return new LeaseOutcome.There(entry);
      }
      Optional<Entry> stale =
          request.acceptStale()
              ? entries.openStale(tenant, address, fetched.found())
              : Optional.empty();
      if (code < 0 && stale.isPresent()) {
        return new LeaseOutcome.Stale(stale.get());
      }
      if (code == TOO_MANY) {
        throw EntryErrors.tooManyLeases(tenant.id(), most, left);
      }
      Duration wait = Duration.ofNanos(end - System.nanoTime());
      if (code == 0) {
        // Written since it was read, mostly. Else Redis has something there that nobody here can
        // read: what is over by this clock and not yet by that of Redis, or no entry at all.
        if (readAgain && (!wait.isPositive() || !pause())) {
          return new LeaseOutcome.Loading(RETRY_AFTER);
        }
        readAgain = true;
      }
      if (code < 0 && (!wait.isPositive() || !await(tenant, bucket, address, wait))) {
        return new LeaseOutcome.Loading(left.compareTo(RETRY_AFTER) < 0 ? left : RETRY_AFTER);
      }
    }
  }

  /** Writes what the holder of the lease has loaded, and wakes those who wait. */
  Entry fulfil(TenantView tenant, Entries.Put put, Duration loadTime) {
    Duration stale =
        put.ttl().filter(ttl -> ttl.compareTo(LONGEST_STALE) < 0).orElse(LONGEST_STALE);
    Entry written = entries.finish(tenant, entries.submit(tenant, put, loadTime, stale));
    wake(tenant, put.address());
    return written;
  }

  /** Wakes those who wait for an entry: its lease has ended. */
  void wake(TenantView tenant, EntryKey address) {
    waiters.wake(new Waiters.Key(spaces.of(tenant).bucket(address), address));
  }

  private List<Object> take(Bucket bucket, Request request, String token, boolean anew, long most) {
    byte[] member = request.address().bytes();
    return LEASE.list(
        keyspace,
        Ledger.keys(bucket, bucket.entry(member), bucket.named("lease", member)),
        Ledger.arguments(
            bucket,
            member,
            Script.arg(token),
            Script.arg(request.ttl().toMillis()),
            Script.arg(anew ? 1 : 0),
            Script.arg(most)));
  }

  private boolean await(TenantView tenant, Bucket bucket, EntryKey address, Duration wait) {
    byte[] lease = bucket.named("lease", address.bytes());
    return waiters.await(
        tenant.uid(),
        new Waiters.Key(bucket, address),
        wait,
        () -> keyspace.await(keyspace.commands().exists(lease)) == 0);
  }

  /** Waits a moment; false when nobody waits for the answer any more. */
  private static boolean pause() {
    LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    return !Context.current().isCancelled() && !Thread.currentThread().isInterrupted();
  }

  private static boolean isDueEarly(Entry entry) {
    double loadMillis = entry.content().loadTime().toMillis();
    double draw = 1 - RandomGenerator.getDefault().nextDouble();
    return loadMillis > 0 && -loadMillis * Math.log(draw) >= entry.ttl().toMillis();
  }

  private String token() {
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    return HexFormat.of().formatHex(token);
  }
}
