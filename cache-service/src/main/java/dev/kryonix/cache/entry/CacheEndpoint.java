package dev.kryonix.cache.entry;

import com.google.protobuf.MessageLite;
import dev.kryonix.api.cache.v1.BatchDeleteRequest;
import dev.kryonix.api.cache.v1.BatchDeleteResponse;
import dev.kryonix.api.cache.v1.BatchGetRequest;
import dev.kryonix.api.cache.v1.BatchGetResponse;
import dev.kryonix.api.cache.v1.BatchSetRequest;
import dev.kryonix.api.cache.v1.BatchSetResponse;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.DeleteResponse;
import dev.kryonix.api.cache.v1.FlushRequest;
import dev.kryonix.api.cache.v1.FlushResponse;
import dev.kryonix.api.cache.v1.FulfilRequest;
import dev.kryonix.api.cache.v1.FulfilResponse;
import dev.kryonix.api.cache.v1.GetFlushRequest;
import dev.kryonix.api.cache.v1.GetFlushResponse;
import dev.kryonix.api.cache.v1.GetMetadataRequest;
import dev.kryonix.api.cache.v1.GetMetadataResponse;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.IncrementResponse;
import dev.kryonix.api.cache.v1.InvalidateTagsRequest;
import dev.kryonix.api.cache.v1.InvalidateTagsResponse;
import dev.kryonix.api.cache.v1.LeaseRequest;
import dev.kryonix.api.cache.v1.LeaseResponse;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.SetResponse;
import dev.kryonix.api.cache.v1.TouchRequest;
import dev.kryonix.api.cache.v1.TouchResponse;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.server.ContractRules;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The contract's CacheService: proto in, proto out. */
@Singleton
final class CacheEndpoint extends DelegatedRpcs {
  private final Entries entries;
  private final EntryBatches batches;
  private final Flushes flushes;
  private final Leases leases;
  private final PipelineThreads threads;
  private final AnswerMemory memory;
  private final TenantDirectory tenants;
  private final ContractRules rules;

  CacheEndpoint(
      Entries entries,
      EntryBatches batches,
      Flushes flushes,
      Leases leases,
      PipelineThreads threads,
      AnswerMemory memory,
      TenantDirectory tenants,
      ContractRules rules,
      @Named("structures") CacheServiceGrpc.AsyncService structures,
      @Named("watches") CacheServiceGrpc.AsyncService watches) {
    super(structures, watches);
    this.entries = entries;
    this.batches = batches;
    this.flushes = flushes;
    this.leases = leases;
    this.threads = threads;
    this.memory = memory;
    this.tenants = tenants;
    this.rules = rules;
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    answer(
        direct(answer),
        entries.read(tenant(), key).thenApply(found -> response(found, request.getIfNoneMatch())));
  }

  private static MessageLite response(Lookup found, String ifNoneMatch) {
    if (found instanceof Lookup.Hit(Entry entry) && entry.content().kind() != EntryKind.BYTES) {
      throw EntryErrors.wrongType("bytes");
    }
    return DirectReplies.get(found, ifNoneMatch);
  }

  @Override
  public void set(SetRequest request, StreamObserver<SetResponse> answer) {
    answer(
        direct(answer),
        entries.write(tenant(), EntryProtos.put(request)).thenApply(DirectReplies::set));
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    OptionalLong version = EntryProtos.version("etag", request.getEtag());
    TenantView tenant = tenant();
    answer(
        answer,
        entries
            .delete(tenant, key, version)
            .thenApply(
                deleted -> {
                  leases.wake(tenant, key);
                  return DeleteResponse.newBuilder()
                      .setDeleted(deleted.orElseThrow(() -> EntryErrors.conditionFailed("etag")))
                      .build();
                }));
  }

  @Override
  public void touch(TouchRequest request, StreamObserver<TouchResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl =
        request.hasTtl() ? Optional.of(EntryProtos.duration(request.getTtl())) : Optional.empty();
    answer(
        answer,
        entries
            .touch(tenant(), key, ttl, request.getDevice())
            .thenApply(touched -> touched.orElseThrow(() -> EntryErrors.notFound(key)))
            .thenApply(
                entry ->
                    TouchResponse.newBuilder().setMetadata(EntryProtos.metadata(entry)).build()));
  }

  @Override
  public void getMetadata(GetMetadataRequest request, StreamObserver<GetMetadataResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    answer(answer, entries.read(tenant(), key).thenApply(found -> metadata(key, found)));
  }

  private static GetMetadataResponse metadata(EntryKey key, Lookup found) {
    if (!(found instanceof Lookup.Hit(Entry entry))) {
      throw EntryErrors.notFound(key);
    }
    return GetMetadataResponse.newBuilder().setMetadata(EntryProtos.metadata(entry)).build();
  }

  @Override
  public void batchGet(BatchGetRequest request, StreamObserver<BatchGetResponse> answer) {
    List<EntryKey> keys = request.getAddressesList().stream().map(EntryProtos::key).toList();
    answer(direct(answer), batches.read(tenant(), keys).thenApply(DirectReplies::batch));
  }

  @Override
  public void batchSet(BatchSetRequest request, StreamObserver<BatchSetResponse> answer) {
    BatchSetResponse.Builder results = BatchSetResponse.newBuilder();
    batches.write(tenant(), request.getEntriesList()).forEach(results::addResults);
    answer(answer, results.build());
  }

  @Override
  public void batchDelete(BatchDeleteRequest request, StreamObserver<BatchDeleteResponse> answer) {
    List<EntryKey> keys = request.getAddressesList().stream().map(EntryProtos::key).toList();
    BatchDeleteResponse.Builder results = BatchDeleteResponse.newBuilder();
    batches.delete(tenant(), keys).forEach(results::addResults);
    answer(answer, results.build());
  }

  @Override
  public void invalidateTags(
      InvalidateTagsRequest request, StreamObserver<InvalidateTagsResponse> answer) {
    flushes.invalidate(tenant(), request.getTagsList());
    answer(answer, InvalidateTagsResponse.getDefaultInstance());
  }

  @Override
  public void flush(FlushRequest request, StreamObserver<FlushResponse> answer) {
    Flush flush =
        flushes.begin(tenant(), request.getModule(), request.getType(), request.getRequestId());
    answer(answer, FlushResponse.newBuilder().setFlush(EntryProtos.flush(flush)).build());
  }

  @Override
  public void getFlush(GetFlushRequest request, StreamObserver<GetFlushResponse> answer) {
    Flush flush =
        flushes
            .find(tenant(), request.getFlush())
            .orElseThrow(() -> CommonErrors.notFound("flush", request.getFlush()));
    answer(answer, GetFlushResponse.newBuilder().setFlush(EntryProtos.flush(flush)).build());
  }

  @Override
  public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> answers) {
    Principal caller = Callers.current();
    PipelineSteps steps =
        new PipelineSteps(
            entries,
            leases,
            operation -> {
              if (operation.hasGet()) {
                ReadScope.require(caller);
              }
              return tenants.require(caller);
            },
            this::incremented,
            rules);
    return new Pipeline(direct(answers), steps, threads, memory.share(tenant().uid())).open();
  }

  @Override
  public void lease(LeaseRequest request, StreamObserver<LeaseResponse> answer) {
    ReadScope.require(Callers.current());
    LeaseOutcome outcome = leases.lease(tenant(), EntryProtos.lease(request));
    answer(answer, EntryProtos.response(outcome));
  }

  @Override
  public void fulfil(FulfilRequest request, StreamObserver<FulfilResponse> answer) {
    Entry written =
        leases.fulfil(
            tenant(),
            EntryProtos.put(request),
            request.hasLoadTime() ? EntryProtos.duration(request.getLoadTime()) : Duration.ZERO);
    answer(answer, FulfilResponse.newBuilder().setMetadata(EntryProtos.metadata(written)).build());
  }

  private IncrementResponse incremented(IncrementRequest request) {
    CompletableFuture<IncrementResponse> answer = new CompletableFuture<>();
    increment(
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(IncrementResponse counted) {
            answer.complete(counted);
          }

          @Override
          public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
          }

          @Override
          public void onCompleted() {}
        });
    return answer.join();
  }

  private TenantView tenant() {
    return tenants.require(Callers.current());
  }

  /** The same for a {@link DirectMessage} in place of what is generated, which gRPC takes too. */
  @SuppressWarnings("unchecked")
  private static StreamObserver<MessageLite> direct(StreamObserver<? extends MessageLite> answer) {
    return (StreamObserver<MessageLite>) answer;
  }

  /** Answers with what comes, on whichever thread brings it. */
  private static <T> void answer(StreamObserver<T> observer, CompletableFuture<T> coming) {
    CompletableFuture<T> unused =
        coming.whenComplete(
            (message, failure) -> {
              if (failure == null) {
                answer(observer, message);
              } else {
                observer.onError(Keyspace.refusal(failure));
              }
            });
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
