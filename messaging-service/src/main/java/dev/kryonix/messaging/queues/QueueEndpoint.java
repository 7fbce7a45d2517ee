package dev.kryonix.messaging.queues;

import dev.kryonix.api.messaging.v1.GetQueueRequest;
import dev.kryonix.api.messaging.v1.GetQueueResponse;
import dev.kryonix.api.messaging.v1.ListQueuesRequest;
import dev.kryonix.api.messaging.v1.ListQueuesResponse;
import dev.kryonix.api.messaging.v1.PurgeQueueRequest;
import dev.kryonix.api.messaging.v1.PurgeQueueResponse;
import dev.kryonix.api.messaging.v1.Queue;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.ParkedStore;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The RPCs about a tenant's queues. */
@Singleton
public final class QueueEndpoint {
  private static final int PAGE_SIZE = 100;

  private final TenantDirectory tenants;
  private final Operations operations;
  private final QueueStatistics statistics;
  private final ParkedStore parked;
  private final Purge purge;
  private final PageTokens pages;

  QueueEndpoint(
      TenantDirectory tenants,
      Operations operations,
      QueueStatistics statistics,
      ParkedStore parked,
      Purge purge,
      PageTokens pages) {
    this.tenants = tenants;
    this.operations = operations;
    this.statistics = statistics;
    this.parked = parked;
    this.purge = purge;
    this.pages = pages;
  }

  /** Lists the queues that exist in the broker. */
  public ListQueuesResponse list(Principal caller, ListQueuesRequest request) {
    TenantView tenant = tenants.require(caller);
    String listing = "ListQueues" + tenant.uid() + "/" + request.getModule();
    String after = pages.read(listing, request.getPageToken());
    int size = request.getPageSize() == 0 ? PAGE_SIZE : request.getPageSize();
    Map<String, Json> broker = statistics.of(tenant);
    List<LiveQueue> page =
        existing(broker, request.getModule()).tailMap(after, false).values().stream()
            .limit(size + 1L)
            .toList();
    ListQueuesResponse.Builder response = ListQueuesResponse.newBuilder();
    page.stream()
        .limit(size)
        .map(queue -> QueueProtos.queue(queue, depth(tenant), broker))
        .forEach(response::addQueues);
    if (page.size() > size) {
      response.setNextPageToken(pages.after(listing, page.get(size - 1).name()));
    }
    return response.build();
  }

  private NavigableMap<String, LiveQueue> existing(Map<String, Json> broker, String module) {
    NavigableMap<String, LiveQueue> queues = new TreeMap<>();
    for (String name : broker.keySet()) {
      operations
          .ofQueue(name)
          .filter(queue -> module.isEmpty() || queue.module().equals(module))
          .ifPresent(queue -> queues.put(queue.name(), queue));
    }
    return queues;
  }

  /** Shows one queue, with the ordering keys that wait for a retry. */
  public GetQueueResponse get(Principal caller, GetQueueRequest request) {
    TenantView tenant = tenants.require(caller);
    LiveQueue queue = find(request.getQueue());
    Queue.Builder shown = QueueProtos.queue(queue, depth(tenant), statistics.of(tenant));
    parked.waiting(Owner.of(tenant), queue.name()).stream()
        .map(QueueProtos::parked)
        .forEach(shown::addParkedKeys);
    return GetQueueResponse.newBuilder().setQueue(shown).build();
  }

  /** Empties one queue. */
  public PurgeQueueResponse purge(Principal caller, PurgeQueueRequest request) {
    TenantView tenant = tenants.require(caller);
    return PurgeQueueResponse.newBuilder()
        .setPurged(purge.all(tenant, find(request.getQueue())))
        .build();
  }

  private LiveQueue find(String name) {
    return operations.find(name).orElseThrow(() -> CommonErrors.notFound("queue", name));
  }

  private static int depth(TenantView tenant) {
    return tenant.limits().getMessaging().getQueueDepth();
  }
}
