package dev.kryonix.cache.entry;

import com.google.rpc.Status;
import dev.kryonix.api.cache.v1.BatchDeleteRequest;
import dev.kryonix.api.cache.v1.BatchDeleteResponse;
import dev.kryonix.api.cache.v1.BatchDeleteResult;
import dev.kryonix.api.cache.v1.BatchGetRequest;
import dev.kryonix.api.cache.v1.BatchGetResponse;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.DeleteResponse;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.cache.v1.GetMetadataRequest;
import dev.kryonix.api.cache.v1.GetMetadataResponse;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.SetResponse;
import dev.kryonix.api.cache.v1.TouchRequest;
import dev.kryonix.api.cache.v1.TouchResponse;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The contract's CacheService: proto in, proto out. */
@Singleton
final class CacheEndpoint extends CacheServiceGrpc.CacheServiceImplBase {
  private final Entries entries;
  private final TenantDirectory tenants;

  CacheEndpoint(Entries entries, TenantDirectory tenants) {
    this.entries = entries;
    this.tenants = tenants;
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Lookup found = entries.read(tenant(), List.of(key)).getFirst();
    answer(answer, EntryProtos.response(found, request.getIfNoneMatch()));
  }

  @Override
  public void set(SetRequest request, StreamObserver<SetResponse> answer) {
    Entry written = entries.write(tenant(), EntryProtos.put(request));
    answer(answer, SetResponse.newBuilder().setMetadata(EntryProtos.metadata(written)).build());
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    OptionalLong version = EntryProtos.version("etag", request.getEtag());
    Optional<Boolean> deleted = entries.delete(tenant(), key, version);
    answer(
        answer,
        DeleteResponse.newBuilder()
            .setDeleted(deleted.orElseThrow(() -> EntryErrors.conditionFailed("etag")))
            .build());
  }

  @Override
  public void touch(TouchRequest request, StreamObserver<TouchResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Entry entry =
        entries
            .touch(
                tenant(),
                key,
                request.hasTtl()
                    ? Optional.of(EntryProtos.duration(request.getTtl()))
                    : Optional.empty(),
                request.getDevice())
            .orElseThrow(() -> EntryErrors.notFound(key));
    answer(answer, TouchResponse.newBuilder().setMetadata(EntryProtos.metadata(entry)).build());
  }

  @Override
  public void getMetadata(GetMetadataRequest request, StreamObserver<GetMetadataResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    if (!(entries.read(tenant(), List.of(key)).getFirst() instanceof Lookup.Hit(Entry entry))) {
      throw EntryErrors.notFound(key);
    }
    answer(
        answer, GetMetadataResponse.newBuilder().setMetadata(EntryProtos.metadata(entry)).build());
  }

  @Override
  public void batchGet(BatchGetRequest request, StreamObserver<BatchGetResponse> answer) {
    List<EntryKey> keys = request.getAddressesList().stream().map(EntryProtos::key).toList();
    BatchGetResponse.Builder results = BatchGetResponse.newBuilder();
    entries
        .read(tenant(), keys)
        .forEach(found -> results.addResults(EntryProtos.response(found, "")));
    answer(answer, results.build());
  }

  @Override
  public void batchDelete(BatchDeleteRequest request, StreamObserver<BatchDeleteResponse> answer) {
    TenantView tenant = tenant();
    BatchDeleteResponse.Builder results = BatchDeleteResponse.newBuilder();
    for (EntryAddress address : request.getAddressesList()) {
      results.addResults(delete(tenant, EntryProtos.key(address)));
    }
    answer(answer, results.build());
  }

  private BatchDeleteResult delete(TenantView tenant, EntryKey key) {
    BatchDeleteResult.Builder result = BatchDeleteResult.newBuilder();
    try {
      boolean deleted = entries.delete(tenant, key, OptionalLong.empty()).orElse(false);
      return result.setStatus(Status.getDefaultInstance()).setDeleted(deleted).build();
    } catch (ServiceException refusal) {
      if (refusal.code() == Code.UNAVAILABLE) {
        throw refusal;
      }
      return result.setStatus(refusal.toStatus()).build();
    }
  }

  private TenantView tenant() {
    return tenants.require(Callers.current());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
