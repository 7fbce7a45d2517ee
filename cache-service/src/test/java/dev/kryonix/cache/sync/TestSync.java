package dev.kryonix.cache.sync;

import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.OfflineOperation;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.util.List;

/** A collection and a device's queue for the tests of other packages. */
public final class TestSync {
  private static final CollectionName CONTACTS = new CollectionName("ana", "contacts");
  private static final String PHONE = "phone-1";

  private final Collections collections;
  private final OfflineQueues queues;

  public TestSync(ApplicationContext context) {
    this.collections = context.getBean(Collections.class);
    this.queues = context.getBean(OfflineQueues.class);
  }

  /** What a device gets: its documents, and whether it had to begin anew. */
  public record Pulled(List<Document> documents, String checkpoint, boolean reset) {}

  public void write(TenantView tenant, String document, String value) {
    collections.push(
        tenant,
        CONTACTS,
        PHONE,
        List.of(SyncSuite.write("m-" + document + value, document, 0, "name", value)));
  }

  public Pulled pull(TenantView tenant, String checkpoint) {
    Collections.Delta delta = collections.pull(tenant, CONTACTS, checkpoint, 0);
    return new Pulled(delta.documents(), delta.checkpoint(), delta.reset());
  }

  public void enqueue(TenantView tenant, String... ids) {
    queues.enqueue(
        tenant,
        PHONE,
        List.of(ids).stream().map(id -> OfflineOperation.newBuilder().setId(id).build()).toList());
  }

  /** Acknowledges all that waits. */
  public void drain(TenantView tenant) {
    List<String> waiting = queued(tenant);
    if (!waiting.isEmpty()) {
      var unused = queues.drain(tenant, PHONE, waiting.getLast(), 0);
    }
  }

  public List<String> queued(TenantView tenant) {
    return queues.drain(tenant, PHONE, "", 0).getOperationsList().stream()
        .map(OfflineOperation::getId)
        .toList();
  }
}
