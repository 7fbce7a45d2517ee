package dev.kryonix.cache.sync;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.cache.v1.DrainResponse;
import dev.kryonix.api.cache.v1.EnqueueResponse;
import dev.kryonix.api.cache.v1.OfflineOperation;
import dev.kryonix.cache.entry.Change;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Held;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Together;
import dev.kryonix.cache.entry.WriteRule;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Devices' offline operations: each an entry of its own, their order in one more. An operation is
 * kept until it is acknowledged, never dropped because of its age; one that comes again, whether it
 * waits or was carried out, is not added again.
 */
@Singleton
final class OfflineQueues {
  static final String QUEUE = "queue";
  static final String MODULE = "kryonix_offline";
  private static final int DEFAULT_PAGE = 100;
  private static final int REMOVED_AT_ONCE = 1_000;
  private static final int READ_AT_ONCE = 16;
  private static final int MOST_ANSWER_BYTES = 3 * 1024 * 1024;

  private final Together together;
  private final Spaces spaces;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  OfflineQueues(Together together, Spaces spaces, InstantSource clock) {
    this.together = together;
    this.spaces = spaces;
    this.clock = clock;
  }

  /** Adds operations in order, all or none; those that are known stay as they were. */
  EnqueueResponse enqueue(TenantView tenant, String device, List<OfflineOperation> operations) {
    return together.until(() -> attempt(tenant, device, operations));
  }

  private Optional<EnqueueResponse> attempt(
      TenantView tenant, String device, List<OfflineOperation> operations) {
    Optional<Held> held = held(tenant, device);
    OfflineLog log = log(held);
    List<Change> changes = new ArrayList<>();
    for (OfflineOperation each : operations) {
      if (!log.knows(each.getId())) {
        EntryKey address = operation(device, log.add(each.getId()));
        changes.add(put(address, each.toByteArray(), new WriteRule.Always()));
      }
    }
    if (log.isOverfull()) {
      throw SyncErrors.queueFull(tenant.id());
    }
    int added = changes.size();
    if (added > 0) {
      changes.add(rewritten(device, log, held));
      if (!together.change(tenant, bucket(tenant, device), changes)) {
        return Optional.empty();
      }
    }
    return Optional.of(EnqueueResponse.newBuilder().setAdded(added).setSize(log.size()).build());
  }

  /** Removes what was carried out, and hands out what comes next. */
  DrainResponse drain(TenantView tenant, String device, String through, int pageSize) {
    boolean more = !through.isEmpty();
    while (more) {
      more = together.until(() -> acknowledge(tenant, device, through));
    }
    OfflineLog log = log(held(tenant, device));
    DrainResponse.Builder drained = DrainResponse.newBuilder().setSize(log.size());
    List<Long> numbers = log.first(pageSize == 0 ? DEFAULT_PAGE : pageSize);
    int bytes = 0;
    for (int from = 0; from < numbers.size(); from += READ_AT_ONCE) {
      List<Long> some = numbers.subList(from, Math.min(numbers.size(), from + READ_AT_ONCE));
      List<Optional<Held>> operations =
          together.read(
              tenant,
              bucket(tenant, device),
              some.stream().map(number -> operation(device, number)).toList());
      for (Optional<Held> each : operations) {
        bytes += each.map(held -> held.content().size()).orElse(0);
        if (bytes > MOST_ANSWER_BYTES) {
          return drained.build();
        }
        each.map(OfflineQueues::parse).ifPresent(drained::addOperations);
      }
    }
    return drained.build();
  }

  /** Whether there is more to remove; no answer when another came in between. */
  private Optional<Boolean> acknowledge(TenantView tenant, String device, String through) {
    Optional<Held> held = held(tenant, device);
    OfflineLog log = log(held);
    if (!log.waits(through)) {
      if (log.isDone(through)) {
        return Optional.of(false);
      }
      throw SyncErrors.unknownOperation(through);
    }
    List<Change> changes = new ArrayList<>();
    for (long number : log.acknowledge(through, REMOVED_AT_ONCE)) {
      changes.add(new Change.Remove(operation(device, number), new WriteRule.Always()));
    }
    changes.add(rewritten(device, log, held));
    return together.change(tenant, bucket(tenant, device), changes)
        ? Optional.of(log.waits(through))
        : Optional.empty();
  }

  private Optional<Held> held(TenantView tenant, String device) {
    return together.read(tenant, bucket(tenant, device), queue(device));
  }

  private static OfflineLog log(Optional<Held> held) {
    return held.map(each -> OfflineLog.parse(each.content().value())).orElseGet(OfflineLog::new);
  }

  private Change rewritten(String device, OfflineLog log, Optional<Held> held) {
    return put(
        queue(device), log.bytes(), held.map(Held::unchanged).orElseGet(WriteRule.IfAbsent::new));
  }

  private Change put(EntryKey address, byte[] value, WriteRule rule) {
    Content content = new Content(value, "", false, random.nextLong(), clock.instant());
    Duration kept = Collections.KEPT;
    return new Change.Put(address, content, kept, rule, false);
  }

  private static OfflineOperation parse(Held held) {
    try {
      return OfflineOperation.parseFrom(held.content().value());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry that opened holds no operation", e);
    }
  }

  private int bucket(TenantView tenant, String device) {
    return spaces.of(tenant).number(place(device));
  }

  private static byte[] place(String device) {
    return CollectionName.digest("offline", device);
  }

  private static EntryKey queue(String device) {
    return new EntryKey(MODULE, QUEUE, CollectionName.text(place(device)));
  }

  private static EntryKey operation(String device, long number) {
    return new EntryKey(MODULE, "operation", CollectionName.text(place(device)) + "/" + number);
  }
}
