package dev.kryonix.cache.snapshot;

import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.cache.session.TestSessions;
import dev.kryonix.cache.structure.TestStructures;
import dev.kryonix.cache.sync.TestSync;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * One tenant's use of its cache in all of its ways, by chance. What it writes has the tenant's name
 * in keys and values, so that it is known wherever it comes to light. Used by one thread.
 */
final class RandomUse {
  private static final int KEYS = 40;
  private static final int USERS = 4;
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final TestEntries entries;
  private final TestStructures structures;
  private final TestSessions sessions;
  private final TestSync sync;
  private final TenantView tenant;
  private final Random random;
  private int number;

  RandomUse(ApplicationContext context, TenantView tenant, long seed) {
    this.entries = new TestEntries(context);
    this.structures = new TestStructures(context);
    this.sessions = new TestSessions(context);
    this.sync = new TestSync(context);
    this.tenant = tenant;
    this.random = new Random(seed);
  }

  /** Does so many things. */
  void times(int many) throws InterruptedException {
    for (int i = 0; i < many; i++) {
      number++;
      try {
        something();
      } catch (ServiceException e) {
        // What lies in sessions, collections and queues makes way for nothing.
        if (e.reason() != ErrorReason.ERROR_REASON_QUOTA_EXCEEDED
            && e.reason() != ErrorReason.ERROR_REASON_CONDITION_FAILED) {
          throw e;
        }
      }
    }
  }

  private void something() throws InterruptedException {
    switch (random.nextInt(40)) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> entries.write(tenant, key(), value(), LONG);
      case 8, 9, 10 -> entries.write(tenant, key(), value(), LONG, tag());
      case 11, 12 -> entries.write(tenant, key(), value(), SHORT);
      case 13 -> entries.writeIfAbsent(tenant, key(), value(), LONG);
      case 14, 15 ->
          entries.write(
              tenant,
              IntStream.range(0, 12).mapToObj(i -> key()).distinct().toList(),
              value(),
              LONG);
      case 16, 17, 18, 19 -> entries.delete(tenant, key());
      case 20, 21 -> entries.touch(tenant, key(), random.nextBoolean() ? LONG : SHORT);
      case 22, 23, 24 -> structures.increment(tenant, counter(), 1);
      case 25 -> entries.invalidate(tenant, tag());
      case 26 -> entries.flush(tenant, "crm", random.nextBoolean() ? "temp" : "");
      case 27 -> entries.load(tenant, key(), value(), SHORT);
      case 28 -> entries.load(tenant, key(), value(), LONG);
      case 29 -> {
        entries.lose(tenant, key());
        entries.lookAfter(tenant);
      }
      case 30, 31 -> sessions.create(tenant, user());
      case 32 -> session();
      case 33 -> sessions.endAll(tenant, user());
      case 34, 35, 36 -> sync.write(tenant, "d" + random.nextInt(10), value());
      case 37, 38 -> sync.enqueue(tenant, "op" + number);
      default -> sync.drain(tenant);
    }
  }

  private void session() {
    List<Session> there = sessions.list(tenant, user());
    if (!there.isEmpty()) {
      sessions.touch(tenant, there.getFirst().getId(), value());
    }
  }

  private EntryKey key() {
    return new EntryKey(
        random.nextBoolean() ? "crm" : "whatsapp",
        random.nextBoolean() ? "temp" : "user_data",
        tenant.id() + ":" + random.nextInt(KEYS));
  }

  private EntryKey counter() {
    return new EntryKey("crm", "temp", tenant.id() + ":counter" + random.nextInt(3));
  }

  private String tag() {
    return "tag" + random.nextInt(3);
  }

  private String user() {
    return tenant.id() + ".user" + random.nextInt(USERS);
  }

  private String value() {
    return tenant.id() + " " + number;
  }
}
