package dev.kryonix.cache.entry;

import com.google.rpc.Status;
import dev.kryonix.api.cache.v1.BatchDeleteResult;
import dev.kryonix.api.cache.v1.BatchSetResult;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.cache.counting.Times;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads, writes and deletions of many entries. Writes and deletions are each on its own; all are
 * wanted before the first is waited for, so that a shard does up to 64 of them in one round trip
 * ({@link Gathering}), and no more at once while others wait for it.
 */
@Singleton
final class EntryBatches {
  private static final int MAX_READ_BYTES = 12 * 1024 * 1024;

  /** What is opened and sent in the time that some small calls take. */
  private static final int QUICK_BYTES = 128 * 1024;

  private final Entries entries;
  private final EntryReads reads;
  private final Envelope envelope;
  private final Spaces spaces;
  private final Modules modules;
  private final Observations observations;
  private final AnswerMemory memory;
  private final Executor threads = Thread.ofVirtual().name("batch-", 0)::start;

  EntryBatches(
      Entries entries,
      EntryReads reads,
      Envelope envelope,
      Spaces spaces,
      Modules modules,
      Observations observations,
      AnswerMemory memory) {
    this.entries = entries;
    this.reads = reads;
    this.envelope = envelope;
    this.spaces = spaces;
    this.modules = modules;
    this.observations = observations;
    this.memory = memory;
  }

  /**
   * Reads entries, one answer for each address. However well the values compress and however often
   * an address is named, what is held at once stays bounded.
   */
  CompletableFuture<List<Lookup>> read(TenantView tenant, List<EntryKey> addresses) {
    String known = "";
    for (int i = 0; i < addresses.size(); i++) {
      String module = addresses.get(i).module();
      if (!module.equals(known)) {
        modules.require(tenant, module, "addresses[" + i + "].module");
        known = module;
      }
    }
    return new Reading(tenant, addresses).next();
  }

  /**
   * One call's reads: some at a time, each time in one command for each bucket. What comes is
   * opened on the event loop that brings it while it is little, and on a thread from then on.
   */
  private final class Reading {
    private final TenantView tenant;
    private final TenantSpace space;
    private final List<EntryKey> addresses;
    private final List<Lookup> found;
    private AnswerMemory.@Nullable Share share;
    private int observed;
    private long toOpen;
    private long taken;
    private long bytes;

    Reading(TenantView tenant, List<EntryKey> addresses) {
      this.tenant = tenant;
      this.space = spaces.of(tenant);
      this.addresses = addresses;
      this.found = new ArrayList<>(addresses.size());
    }

    CompletableFuture<List<Lookup>> next() {
      int from = found.size();
      if (from == addresses.size()) {
        return CompletableFuture.completedFuture(found);
      }
      List<EntryKey> some =
          addresses.subList(from, Math.min(from + ReadAmounts.MOST, addresses.size()));
      long begun = System.nanoTime();
      return reads
          .readFirst(space, some)
          .thenCompose(
              stored -> {
                Times times = Times.read(Observations.since(begun));
                stored.forEach(each -> toOpen += envelope.openedBytes(each));
                return toOpen <= QUICK_BYTES
                    ? goOn(open(some, stored, 0), some, times)
                    : openLarge(some, stored, times);
              });
    }

    private CompletableFuture<List<Lookup>> goOn(
        CompletableFuture<Void> opened, List<EntryKey> some, Times times) {
      return opened.thenCompose(
          done -> {
            int from = observed;
            observed = found.size();
            observations.read(
                tenant, some.subList(0, observed - from), found.subList(from, observed), times);
            return next();
          });
    }

    /** What is large is held as a share of what all reads may hold, until all is opened. */
    private CompletableFuture<List<Lookup>> openLarge(
        List<EntryKey> some, List<Found> stored, Times times) {
      AnswerMemory.Share before = share;
      AnswerMemory.Share held = before == null ? memory.share(tenant.uid()) : before;
      share = held;
      CompletableFuture<Void> opened =
          hold(held, stored)
              ? CompletableFuture.supplyAsync(() -> open(some, stored, 0), threads)
                  .thenCompose(Function.identity())
              : CompletableFuture.failedFuture(EntryErrors.answersFull());
      CompletableFuture<List<Lookup>> rest = goOn(opened, some, times);
      return before == null ? rest.whenComplete((all, failure) -> held.close()) : rest;
    }

    /** All that is opened or will be, and what has just come. */
    private boolean hold(AnswerMemory.Share held, List<Found> stored) {
      long wanted =
          Math.min(toOpen, MAX_READ_BYTES + Content.MAX_KEPT_BYTES)
              + stored.stream().mapToLong(Found::size).sum();
      long more = Math.max(0, wanted - taken);
      taken += more;
      return held.take(more);
    }

    /** Opens one after the other, since what an opened one comes to is known only then. */
    private CompletableFuture<Void> open(List<EntryKey> some, List<Found> stored, int first) {
      for (int i = first; i < stored.size(); i++) {
        CompletableFuture<Lookup> lookup =
            entries.opened(tenant, space, some.get(i), stored.get(i));
        if (!lookup.isDone()) {
          int after = i + 1;
          return lookup.thenCompose(
              opened -> {
                add(opened);
                return open(some, stored, after);
              });
        }
        add(lookup.join());
      }
      return CompletableFuture.completedFuture(null);
    }

    private void add(Lookup lookup) {
      bytes += lookup instanceof Lookup.Hit(Entry entry) ? entry.content().size() : 0;
      if (bytes > MAX_READ_BYTES) {
        throw EntryErrors.answerTooLarge(MAX_READ_BYTES);
      }
      found.add(lookup);
    }
  }

  /**
   * Writes entries; one result for each. A refusal as a whole is taken for leave to send all of
   * them again, which only those without a condition bear: with conditions among them each entry
   * has its own status, whatever has become of Redis.
   */
  List<BatchSetResult> write(TenantView tenant, List<SetRequest> requests) {
    boolean repeatable = requests.stream().allMatch(EntryProtos::mayBeRepeated);
    List<Supplier<BatchSetResult>> sent = new ArrayList<>(requests.size());
    entries.gather(() -> requests.forEach(each -> sent.add(send(tenant, each, repeatable))));
    return sent.stream().map(Supplier::get).toList();
  }

  private Supplier<BatchSetResult> send(TenantView tenant, SetRequest request, boolean repeatable) {
    try {
      Entries.Pending pending = entries.submit(tenant, EntryProtos.put(request));
      return () -> result(tenant, pending, repeatable);
    } catch (ServiceException refusal) {
      return () -> refused(refusal, repeatable);
    }
  }

  private static BatchSetResult refused(ServiceException refusal, boolean repeatable) {
    return BatchSetResult.newBuilder()
        .setStatus(repeatable ? status(refusal) : refusal.toStatus())
        .build();
  }

  /** Deletes entries; one result for each. */
  List<BatchDeleteResult> delete(TenantView tenant, List<EntryKey> addresses) {
    List<Supplier<BatchDeleteResult>> sent = new ArrayList<>(addresses.size());
    entries.gather(() -> addresses.forEach(address -> sent.add(send(tenant, address))));
    return sent.stream().map(Supplier::get).toList();
  }

  private Supplier<BatchDeleteResult> send(TenantView tenant, EntryKey address) {
    try {
      CompletableFuture<Optional<Boolean>> deleted =
          entries.submitDelete(tenant, address, OptionalLong.empty());
      return () -> result(tenant, address, deleted);
    } catch (ServiceException refusal) {
      return () -> BatchDeleteResult.newBuilder().setStatus(status(refusal)).build();
    }
  }

  private BatchSetResult result(TenantView tenant, Entries.Pending pending, boolean repeatable) {
    try {
      Entry written = entries.finish(tenant, pending);
      return BatchSetResult.newBuilder()
          .setStatus(Status.getDefaultInstance())
          .setMetadata(EntryProtos.metadata(written))
          .build();
    } catch (ServiceException refusal) {
      return refused(refusal, repeatable);
    }
  }

  private BatchDeleteResult result(
      TenantView tenant, EntryKey address, CompletableFuture<Optional<Boolean>> deleted) {
    BatchDeleteResult.Builder result = BatchDeleteResult.newBuilder();
    try {
      boolean was = entries.finishDelete(tenant, address, deleted).orElse(false);
      return result.setStatus(Status.getDefaultInstance()).setDeleted(was).build();
    } catch (ServiceException refusal) {
      return result.setStatus(status(refusal)).build();
    }
  }

  /** Redis being away is no matter of one entry: then the whole call is refused. */
  private static Status status(ServiceException refusal) {
    if (refusal.code() == Code.UNAVAILABLE) {
      throw refusal;
    }
    return refusal.toStatus();
  }
}
