package dev.kryonix.messaging.dedup;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.connection.TenantMemory;
import dev.kryonix.messaging.dedup.RequestStore.Ending;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the {@link RequestStore}: a transaction for many requests of a tenant, so that a
 * stream that deduplicates still streams.
 */
@Singleton
public final class Requests implements TenantMemory {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);
  private static final int MOST_IN_A_BATCH = 256;

  /** Of the pool's connections, the rest stays for others. */
  private static final int TRANSACTIONS_AT_ONCE = 8;

  private final RequestStore store;
  private final Semaphore transactions = new Semaphore(TRANSACTIONS_AT_ONCE, true);
  private final Map<TenantUid, Lane> lanes = new ConcurrentHashMap<>();

  public Requests(RequestStore store) {
    this.store = store;
  }

  /** Hears what became of a request, on the thread that all requests of the tenant are told on. */
  public interface Listener {
    /** This is known of it. */
    void taken(Taken taken);

    /** The database could not be asked, or its answer not be used. */
    void failed(RuntimeException why);
  }

  /** Asks for a request. The tenant's listeners are called in the order of asking. */
  public void take(TenantView tenant, Take request, Listener listener) {
    lane(tenant).taking.add(new Asked(request, listener));
  }

  /** Runs the step behind everything that has been asked for before. */
  public void after(TenantView tenant, Runnable step) {
    lane(tenant).taking.add(new Step(step));
  }

  /** Writes down how an attempt ended, then runs the step, whether or not that succeeded. */
  public void end(TenantView tenant, Ending ending, Runnable step) {
    lane(tenant).ending.add(new Ended(ending, step));
  }

  @Override
  public void forget(TenantUid tenant) {
    lanes.remove(tenant);
  }

  private Lane lane(TenantView tenant) {
    return lanes.computeIfAbsent(tenant.uid(), unused -> new Lane(Owner.of(tenant)));
  }

  private sealed interface Item {}

  private record Asked(Take request, Listener listener) implements Item {}

  private record Step(Runnable run) implements Item {}

  private record Ended(Ending ending, Runnable step) {}

  /** One tenant's requests. */
  private final class Lane {
    final Owner owner;
    final Batches<Item> taking = new Batches<>("requests", MOST_IN_A_BATCH, this::take);
    final Batches<Ended> ending = new Batches<>("requests-end", MOST_IN_A_BATCH, this::end);

    Lane(Owner owner) {
      this.owner = owner;
    }

    private void take(List<Item> items) {
      Map<String, Take> requests = new HashMap<>();
      for (Item item : items) {
        if (item instanceof Asked asked) {
          requests.putIfAbsent(asked.request.requestId(), asked.request);
        }
      }
      Map<String, Taken> known = Map.of();
      RuntimeException failure = null;
      if (!requests.isEmpty()) {
        transactions.acquireUninterruptibly();
        try {
          known = store.take(owner, List.copyOf(requests.values()));
        } catch (RuntimeException e) {
          failure = e;
        } finally {
          transactions.release();
        }
      }
      for (Item item : items) {
        tell(item, requests, known, failure);
      }
    }

    /** Nobody is left without an answer by what one of them cannot do with it. */
    private void tell(
        Item item,
        Map<String, Take> requests,
        Map<String, Taken> known,
        @Nullable RuntimeException failure) {
      try {
        answer(item, requests, known, failure);
      } catch (RuntimeException e) {
        if (item instanceof Asked asked) {
          asked.listener.failed(e);
        } else {
          LOG.error("a step behind requests of tenant {} failed", owner.id(), e);
        }
      }
    }

    private void answer(
        Item item,
        Map<String, Take> requests,
        Map<String, Taken> known,
        @Nullable RuntimeException failure) {
      switch (item) {
        case Step step -> step.run.run();
        case Asked asked when failure != null -> asked.listener.failed(failure);
        case Asked asked -> {
          String id = asked.request.requestId();
          // Of several in one batch with the same id, the others wait like those of other batches.
          boolean first = Objects.equals(requests.get(id), asked.request);
          Taken taken = known.getOrDefault(id, new Taken.Running());
          asked.listener.taken(first ? taken : new Taken.Running());
        }
      }
    }

    private void end(List<Ended> ended) {
      List<Ending> endings = new ArrayList<>();
      ended.forEach(each -> endings.add(each.ending));
      transactions.acquireUninterruptibly();
      try {
        store.end(owner, endings);
      } catch (ServiceException e) {
        // The lease runs out by itself, and the next attempt publishes under the same message id.
      } catch (RuntimeException e) {
        LOG.error("how {} requests of tenant {} ended is not kept", ended.size(), owner.id(), e);
      } finally {
        transactions.release();
      }
      ended.forEach(each -> each.step.run());
    }
  }
}
