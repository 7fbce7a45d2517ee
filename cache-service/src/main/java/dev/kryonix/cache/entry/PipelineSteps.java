package dev.kryonix.cache.entry;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.DeleteResponse;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.IncrementResponse;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.api.cache.v1.TouchRequest;
import dev.kryonix.api.cache.v1.TouchResponse;
import dev.kryonix.cache.entry.Observations.Fetched;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.server.ContractRules;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Context;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The operations of a pipeline: each is sent at once, and answered later by what opens the answer
 * of Redis. The tenant is asked for anew for each, so that a suspension holds within a stream.
 */
final class PipelineSteps {
  private static final String METHOD = "kryonix.cache.v1.CacheService/Pipeline";
  private static final EntryKey NO_KEY = new EntryKey("none", "none", "none");

  private final Entries entries;
  private final Leases leases;
  private final Function<PipelineRequest, TenantView> tenant;
  private final Function<IncrementRequest, IncrementResponse> increments;
  private final ContractRules rules;
  private final Executor blocking =
      Context.current().fixedContextExecutor(Thread.ofVirtual().name("increment-", 0)::start);

  PipelineSteps(
      Entries entries,
      Leases leases,
      Function<PipelineRequest, TenantView> tenant,
      Function<IncrementRequest, IncrementResponse> increments,
      ContractRules rules) {
    this.entries = entries;
    this.leases = leases;
    this.tenant = tenant;
    this.increments = increments;
    this.rules = rules;
  }

  /**
   * The answer of Redis.
   *
   * @param bytes how much it holds
   * @param response makes the result of it, mostly at once
   */
  record Answer(long bytes, Supplier<CompletableFuture<MessageLite>> response) {
    /** A result that holds next to nothing. */
    static Answer of(MessageLite result) {
      CompletableFuture<MessageLite> made = CompletableFuture.completedFuture(result);
      return new Answer(0, () -> made);
    }
  }

  /** The key that an operation is about; the same for all that name none. */
  static EntryKey key(PipelineRequest request) {
    return switch (request.getOperationCase()) {
      case GET -> key(request.getGet());
      case SET ->
          new EntryKey(
              request.getSet().getModule(), request.getSet().getType(), request.getSet().getKey());
      case DELETE -> key(request.getDelete());
      case TOUCH -> key(request.getTouch());
      case INCREMENT ->
          new EntryKey(
              request.getIncrement().getModule(),
              request.getIncrement().getType(),
              request.getIncrement().getKey());
      case OPERATION_NOT_SET -> NO_KEY;
    };
  }

  void gather(Runnable sending) {
    entries.gather(sending);
  }

  /** Refuses an operation that breaks a rule of its own RPC. */
  void requireRules(PipelineRequest request) {
    rules.require(operation(request));
  }

  /** Sends an operation that keeps its rules; completes when Redis has answered. */
  CompletableFuture<Answer> start(PipelineRequest request) {
    try {
      TenantView caller = tenant.apply(request);
      return switch (request.getOperationCase()) {
        case GET -> get(caller, request);
        case SET -> set(caller, request);
        case DELETE -> delete(caller, request);
        case TOUCH -> touch(caller, request);
        case INCREMENT -> increment(request);
        case OPERATION_NOT_SET -> throw new IllegalStateException("not refused before");
      };
    } catch (ServiceException refusal) {
      return CompletableFuture.failedFuture(refusal);
    }
  }

  /** What its own RPC would be called with. */
  private static Message operation(PipelineRequest request) {
    return switch (request.getOperationCase()) {
      case GET -> request.getGet();
      case SET -> request.getSet();
      case DELETE -> request.getDelete();
      case TOUCH -> request.getTouch();
      case INCREMENT -> request.getIncrement();
      case OPERATION_NOT_SET -> throw CommonErrors.invalidField("operation", "required");
    };
  }

  /** The result of an operation that failed. */
  MessageLite failed(PipelineRequest request, Throwable failure) {
    return answer(request)
        .setError(WireErrors.of(Keyspace.refusal(failure), METHOD).toStatus())
        .build();
  }

  private CompletableFuture<Answer> get(TenantView caller, PipelineRequest request) {
    GetRequest get = request.getGet();
    EntryKey key = key(get);
    return entries
        .fetch(caller, key)
        .thenApply(
            fetched ->
                opened(
                    caller,
                    key,
                    fetched,
                    lookup ->
                        DirectReplies.pipelinedGet(
                            request.getSequence(), lookup, get.getIfNoneMatch())));
  }

  /** An entry is opened when its result is to go, since it may be much larger then. */
  private Answer opened(
      TenantView caller, EntryKey key, Fetched fetched, Function<Lookup, MessageLite> result) {
    return new Answer(
        fetched.found().size(), () -> entries.open(caller, key, fetched).thenApply(result));
  }

  private CompletableFuture<Answer> set(TenantView caller, PipelineRequest request) {
    return entries
        .write(caller, EntryProtos.put(request.getSet()))
        .thenApply(
            written -> Answer.of(DirectReplies.pipelinedSet(request.getSequence(), written)));
  }

  private CompletableFuture<Answer> delete(TenantView caller, PipelineRequest request) {
    DeleteRequest delete = request.getDelete();
    EntryKey key = key(delete);
    OptionalLong version = EntryProtos.version("etag", delete.getEtag());
    return entries
        .delete(caller, key, version)
        .thenApply(
            deleted -> {
              boolean was = deleted.orElseThrow(() -> EntryErrors.conditionFailed("etag"));
              leases.wake(caller, key);
              return Answer.of(
                  answer(request).setDelete(DeleteResponse.newBuilder().setDeleted(was)).build());
            });
  }

  private CompletableFuture<Answer> touch(TenantView caller, PipelineRequest request) {
    TouchRequest touch = request.getTouch();
    EntryKey key = key(touch);
    return entries
        .submitTouch(
            caller,
            key,
            touch.hasTtl() ? Optional.of(EntryProtos.duration(touch.getTtl())) : Optional.empty(),
            touch.getDevice())
        .thenCompose(touched -> entries.fetch(caller, key))
        .thenApply(
            fetched -> opened(caller, key, fetched, lookup -> touched(request, key, lookup)));
  }

  private static MessageLite touched(PipelineRequest request, EntryKey key, Lookup lookup) {
    if (!(lookup instanceof Lookup.Hit(Entry entry))) {
      throw EntryErrors.notFound(key);
    }
    return answer(request)
        .setTouch(TouchResponse.newBuilder().setMetadata(EntryProtos.metadata(entry)))
        .build();
  }

  /** Reads and writes until nobody comes in between, so it waits, on a thread of its own. */
  private CompletableFuture<Answer> increment(PipelineRequest request) {
    return CompletableFuture.supplyAsync(() -> increments.apply(request.getIncrement()), blocking)
        .thenApply(counted -> Answer.of(answer(request).setIncrement(counted).build()));
  }

  private static PipelineResponse.Builder answer(PipelineRequest request) {
    return PipelineResponse.newBuilder().setSequence(request.getSequence());
  }

  private static EntryKey key(GetRequest request) {
    return new EntryKey(request.getModule(), request.getType(), request.getKey());
  }

  private static EntryKey key(DeleteRequest request) {
    return new EntryKey(request.getModule(), request.getType(), request.getKey());
  }

  private static EntryKey key(TouchRequest request) {
    return new EntryKey(request.getModule(), request.getType(), request.getKey());
  }
}
