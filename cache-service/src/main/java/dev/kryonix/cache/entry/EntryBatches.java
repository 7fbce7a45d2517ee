package dev.kryonix.cache.entry;

import com.google.rpc.Status;
import dev.kryonix.api.cache.v1.BatchDeleteResult;
import dev.kryonix.api.cache.v1.BatchSetResult;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Writes and deletions of many entries, each on its own. All are sent before the first is waited
 * for, so that they take one round trip to each shard.
 */
@Singleton
final class EntryBatches {
  private final Entries entries;

  EntryBatches(Entries entries) {
    this.entries = entries;
  }

  /** Writes entries; one result for each. */
  List<BatchSetResult> write(TenantView tenant, List<SetRequest> requests) {
    List<Supplier<BatchSetResult>> sent = new ArrayList<>(requests.size());
    entries.gather(() -> requests.forEach(request -> sent.add(send(tenant, request))));
    return sent.stream().map(Supplier::get).toList();
  }

  private Supplier<BatchSetResult> send(TenantView tenant, SetRequest request) {
    try {
      Entries.Pending pending = entries.submit(tenant, EntryProtos.put(request));
      return () -> result(tenant, pending);
    } catch (ServiceException refusal) {
      return () -> BatchSetResult.newBuilder().setStatus(status(refusal)).build();
    }
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

  private BatchSetResult result(TenantView tenant, Entries.Pending pending) {
    BatchSetResult.Builder result = BatchSetResult.newBuilder();
    try {
      Entry written = entries.finish(tenant, pending);
      return result
          .setStatus(Status.getDefaultInstance())
          .setMetadata(EntryProtos.metadata(written))
          .build();
    } catch (ServiceException refusal) {
      return result.setStatus(status(refusal)).build();
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
