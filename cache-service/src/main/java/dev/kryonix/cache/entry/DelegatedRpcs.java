package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.AppendRequest;
import dev.kryonix.api.cache.v1.AppendResponse;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.AsyncService;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceImplBase;
import dev.kryonix.api.cache.v1.HashDeleteRequest;
import dev.kryonix.api.cache.v1.HashDeleteResponse;
import dev.kryonix.api.cache.v1.HashGetRequest;
import dev.kryonix.api.cache.v1.HashGetResponse;
import dev.kryonix.api.cache.v1.HashSetRequest;
import dev.kryonix.api.cache.v1.HashSetResponse;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.IncrementResponse;
import dev.kryonix.api.cache.v1.ListPopRequest;
import dev.kryonix.api.cache.v1.ListPopResponse;
import dev.kryonix.api.cache.v1.ListPushRequest;
import dev.kryonix.api.cache.v1.ListPushResponse;
import dev.kryonix.api.cache.v1.ListRangeRequest;
import dev.kryonix.api.cache.v1.ListRangeResponse;
import dev.kryonix.api.cache.v1.SetAddRequest;
import dev.kryonix.api.cache.v1.SetAddResponse;
import dev.kryonix.api.cache.v1.SetMembersRequest;
import dev.kryonix.api.cache.v1.SetMembersResponse;
import dev.kryonix.api.cache.v1.SetRemoveRequest;
import dev.kryonix.api.cache.v1.SetRemoveResponse;
import dev.kryonix.api.cache.v1.SortedSetAddRequest;
import dev.kryonix.api.cache.v1.SortedSetAddResponse;
import dev.kryonix.api.cache.v1.SortedSetRangeRequest;
import dev.kryonix.api.cache.v1.SortedSetRangeResponse;
import dev.kryonix.api.cache.v1.SortedSetRemoveRequest;
import dev.kryonix.api.cache.v1.SortedSetRemoveResponse;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import io.grpc.stub.StreamObserver;

/**
 * The RPCs of CacheService that other packages serve. The contract has one service for all that a
 * cache does; gRPC takes one object for it.
 */
abstract class DelegatedRpcs extends CacheServiceImplBase {
  private final AsyncService structures;
  private final AsyncService watches;

  DelegatedRpcs(AsyncService structures, AsyncService watches) {
    this.structures = structures;
    this.watches = watches;
  }

  @Override
  public final void increment(IncrementRequest request, StreamObserver<IncrementResponse> answer) {
    structures.increment(request, answer);
  }

  @Override
  public final void append(AppendRequest request, StreamObserver<AppendResponse> answer) {
    structures.append(request, answer);
  }

  @Override
  public final void setAdd(SetAddRequest request, StreamObserver<SetAddResponse> answer) {
    structures.setAdd(request, answer);
  }

  @Override
  public final void setRemove(SetRemoveRequest request, StreamObserver<SetRemoveResponse> answer) {
    structures.setRemove(request, answer);
  }

  @Override
  public final void setMembers(
      SetMembersRequest request, StreamObserver<SetMembersResponse> answer) {
    structures.setMembers(request, answer);
  }

  @Override
  public final void listPush(ListPushRequest request, StreamObserver<ListPushResponse> answer) {
    structures.listPush(request, answer);
  }

  @Override
  public final void listPop(ListPopRequest request, StreamObserver<ListPopResponse> answer) {
    structures.listPop(request, answer);
  }

  @Override
  public final void listRange(ListRangeRequest request, StreamObserver<ListRangeResponse> answer) {
    structures.listRange(request, answer);
  }

  @Override
  public final void hashSet(HashSetRequest request, StreamObserver<HashSetResponse> answer) {
    structures.hashSet(request, answer);
  }

  @Override
  public final void hashGet(HashGetRequest request, StreamObserver<HashGetResponse> answer) {
    structures.hashGet(request, answer);
  }

  @Override
  public final void hashDelete(
      HashDeleteRequest request, StreamObserver<HashDeleteResponse> answer) {
    structures.hashDelete(request, answer);
  }

  @Override
  public final void sortedSetAdd(
      SortedSetAddRequest request, StreamObserver<SortedSetAddResponse> answer) {
    structures.sortedSetAdd(request, answer);
  }

  @Override
  public final void sortedSetRange(
      SortedSetRangeRequest request, StreamObserver<SortedSetRangeResponse> answer) {
    structures.sortedSetRange(request, answer);
  }

  @Override
  public final void sortedSetRemove(
      SortedSetRemoveRequest request, StreamObserver<SortedSetRemoveResponse> answer) {
    structures.sortedSetRemove(request, answer);
  }

  @Override
  public final void watch(WatchRequest request, StreamObserver<WatchResponse> answer) {
    watches.watch(request, answer);
  }
}
