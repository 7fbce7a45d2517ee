package dev.kryonix.cache.structure;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.kryonix.api.cache.v1.AppendRequest;
import dev.kryonix.api.cache.v1.AppendResponse;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.AsyncService;
import dev.kryonix.api.cache.v1.Device;
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
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.ReadScope;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The contract's RPCs of typed structures, which CacheService hands on: proto in, proto out. */
@Singleton
@Named("structures")
final class StructureEndpoint implements AsyncService {
  private final Structures structures;
  private final Pages pages;
  private final TenantDirectory tenants;

  StructureEndpoint(Structures structures, Pages pages, TenantDirectory tenants) {
    this.structures = structures;
    this.pages = pages;
    this.tenants = tenants;
  }

  @Override
  public void increment(IncrementRequest request, StreamObserver<IncrementResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl = request.hasTtl() ? Optional.of(request.getTtl()) : Optional.empty();
    Target target =
        StructureProtos.target(key, ttl, request.getDevice(), request.getRequestId(), request);
    answer(
        answer,
        structures.change(
            tenant(),
            target,
            Shape.COUNTER,
            Operations.increment(request.getDelta()),
            IncrementResponse.parser()));
  }

  @Override
  public void append(AppendRequest request, StreamObserver<AppendResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl = request.hasTtl() ? Optional.of(request.getTtl()) : Optional.empty();
    Target target =
        StructureProtos.target(key, ttl, request.getDevice(), request.getRequestId(), request);
    answer(
        answer,
        structures.change(
            tenant(),
            target,
            Shape.BYTES,
            Operations.append(request.getValue()),
            AppendResponse.parser()));
  }

  @Override
  public void setAdd(SetAddRequest request, StreamObserver<SetAddResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl = request.hasTtl() ? Optional.of(request.getTtl()) : Optional.empty();
    answer(
        answer,
        structures.change(
            tenant(),
            StructureProtos.target(key, ttl, request.getDevice()),
            Shape.SET,
            Operations.setAdd(request.getMembersList()),
            SetAddResponse.parser()));
  }

  @Override
  public void setRemove(SetRemoveRequest request, StreamObserver<SetRemoveResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    answer(
        answer,
        structures.change(
            tenant(),
            StructureProtos.target(key, Optional.empty(), Device.DEVICE_UNSPECIFIED),
            Shape.SET,
            Operations.setRemove(request.getMembersList()),
            SetRemoveResponse.parser()));
  }

  @Override
  public void setMembers(SetMembersRequest request, StreamObserver<SetMembersResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    TenantView tenant = tenant();
    var all = structures.read(tenant, key, Shape.SET);
    Pages.Page<ByteString> page =
        pages.page(
            new Pages.Listing(tenant, key, request.getPageSize(), request.getPageToken()),
            all,
            ByteString::toByteArray);
    answer(
        answer,
        SetMembersResponse.newBuilder()
            .addAllMembers(page.items())
            .setSize(all.size())
            .setNextPageToken(page.next())
            .build());
  }

  @Override
  public void listPush(ListPushRequest request, StreamObserver<ListPushResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl = request.hasTtl() ? Optional.of(request.getTtl()) : Optional.empty();
    Target target =
        StructureProtos.target(key, ttl, request.getDevice(), request.getRequestId(), request);
    answer(
        answer,
        structures.change(
            tenant(),
            target,
            Shape.LIST,
            Operations.listPush(request.getElementsList(), request.getEnd(), request.getMaxSize()),
            ListPushResponse.parser()));
  }

  @Override
  public void listPop(ListPopRequest request, StreamObserver<ListPopResponse> answer) {
    ReadScope.require(Callers.current());
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Target target =
        StructureProtos.target(
            key, Optional.empty(), Device.DEVICE_UNSPECIFIED, request.getRequestId(), request);
    answer(
        answer,
        structures.change(
            tenant(),
            target,
            Shape.LIST,
            Operations.listPop(request.getCount(), request.getEnd()),
            ListPopResponse.parser()));
  }

  @Override
  public void listRange(ListRangeRequest request, StreamObserver<ListRangeResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    List<ByteString> list = structures.read(tenant(), key, Shape.LIST);
    answer(answer, Operations.listRange(list, request.getStart(), request.getCount()));
  }

  @Override
  public void hashSet(HashSetRequest request, StreamObserver<HashSetResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl = request.hasTtl() ? Optional.of(request.getTtl()) : Optional.empty();
    answer(
        answer,
        structures.change(
            tenant(),
            StructureProtos.target(key, ttl, request.getDevice()),
            Shape.HASH,
            Operations.hashSet(request.getFieldsMap()),
            HashSetResponse.parser()));
  }

  @Override
  public void hashGet(HashGetRequest request, StreamObserver<HashGetResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    TenantView tenant = tenant();
    Map<String, ByteString> all = structures.read(tenant, key, Shape.HASH);
    HashGetResponse.Builder found = HashGetResponse.newBuilder().setSize(all.size());
    if (request.getFieldsCount() > 0) {
      for (String field : request.getFieldsList()) {
        ByteString value = all.get(field);
        if (value != null) {
          found.putFields(field, value);
        }
      }
    } else {
      Pages.Page<Map.Entry<String, ByteString>> page =
          pages.page(
              new Pages.Listing(tenant, key, request.getPageSize(), request.getPageToken()),
              all.entrySet(),
              field -> ByteString.copyFromUtf8(field.getKey()).toByteArray());
      page.items().forEach(field -> found.putFields(field.getKey(), field.getValue()));
      found.setNextPageToken(page.next());
    }
    answer(answer, found.build());
  }

  @Override
  public void hashDelete(HashDeleteRequest request, StreamObserver<HashDeleteResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    answer(
        answer,
        structures.change(
            tenant(),
            StructureProtos.target(key, Optional.empty(), Device.DEVICE_UNSPECIFIED),
            Shape.HASH,
            Operations.hashDelete(request.getFieldsList()),
            HashDeleteResponse.parser()));
  }

  @Override
  public void sortedSetAdd(
      SortedSetAddRequest request, StreamObserver<SortedSetAddResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    Optional<Duration> ttl = request.hasTtl() ? Optional.of(request.getTtl()) : Optional.empty();
    answer(
        answer,
        structures.change(
            tenant(),
            StructureProtos.target(key, ttl, request.getDevice()),
            Shape.SORTED_SET,
            SortedSets.add(request.getMembersList()),
            SortedSetAddResponse.parser()));
  }

  @Override
  public void sortedSetRange(
      SortedSetRangeRequest request, StreamObserver<SortedSetRangeResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    answer(answer, SortedSets.range(structures.read(tenant(), key, Shape.SORTED_SET), request));
  }

  @Override
  public void sortedSetRemove(
      SortedSetRemoveRequest request, StreamObserver<SortedSetRemoveResponse> answer) {
    EntryKey key = new EntryKey(request.getModule(), request.getType(), request.getKey());
    answer(
        answer,
        structures.change(
            tenant(),
            StructureProtos.target(key, Optional.empty(), Device.DEVICE_UNSPECIFIED),
            Shape.SORTED_SET,
            SortedSets.remove(request.getMembersList()),
            SortedSetRemoveResponse.parser()));
  }

  private TenantView tenant() {
    return tenants.require(Callers.current());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
