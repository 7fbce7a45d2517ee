package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.FulfilRequest;
import dev.kryonix.api.cache.v1.InvalidateTagsRequest;
import dev.kryonix.api.cache.v1.LeaseRequest;
import dev.kryonix.api.cache.v1.LeaseResponse;
import dev.kryonix.api.cache.v1.ListPopRequest;
import dev.kryonix.api.cache.v1.ListPushRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Loading by one of many, over gRPC, on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LeaseSuite {
  private CacheProcess cache;
  private Path folder;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    cache = new CacheProcess(kind(), temporary);
  }

  @AfterAll
  void stop() throws Exception {
    cache.stop();
  }

  @Test
  void ofAThousandCallersOneLoadsAndAllHaveTheValue() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 100);
    CacheServiceBlockingStub stub = cache.blocking(tenant);
    AtomicInteger loads = new AtomicInteger();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> values = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        values.add(callers.submit(() -> load(stub, loads)));
      }
      for (Future<String> value : values) {
        assertThat(value.get()).isEqualTo("loaded");
      }
    }

    assertThat(loads).hasValue(1);
  }

  private static String load(CacheServiceBlockingStub stub, AtomicInteger loads)
      throws InterruptedException {
    LeaseResponse answer = stub.lease(lease("hot").setWait(seconds(30)).build());
    if (answer.hasLease()) {
      loads.incrementAndGet();
      Thread.sleep(300); // What loading takes.
      stub.fulfil(fulfil("hot", answer.getLease().getToken(), "loaded"));
      return "loaded";
    }
    return answer.getEntry().getValue().toStringUtf8();
  }

  @Test
  void aDeletionEndsTheLeaseAndWhatWasLoadedBeforeCannotComeBack() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 100));
    String token = stub.lease(lease("a").build()).getLease().getToken();
    stub.delete(DeleteRequest.newBuilder().setModule("crm").setType("temp").setKey("a").build());

    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> stub.fulfil(fulfil("a", token, "old")));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(stub.get(CacheProcess.get("a")).getHit()).isFalse();
    assertThat(stub.lease(lease("a").build()).hasLease()).isTrue();
  }

  @Test
  void aStaleValueIsServedWhileAnotherLoads() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 100));
    String token = stub.lease(lease("s").build()).getLease().getToken();
    stub.fulfil(fulfil("s", token, "old").toBuilder().addTags("t").setTtl(seconds(60)).build());
    stub.invalidateTags(InvalidateTagsRequest.newBuilder().addTags("t").build());
    // The one that expires is kept for as long again, the one that is invalidated only until it is
    // removed. Who comes after that time tries another.
    await()
        .atMost(java.time.Duration.ofMinutes(2))
        .until(() -> servesStaleOnceExpired(stub, "e" + System.nanoTime()));
    assertThat(stub.get(CacheProcess.get("s")).getHit()).isFalse();
  }

  private static boolean servesStaleOnceExpired(CacheServiceBlockingStub stub, String key) {
    String token = stub.lease(lease(key).build()).getLease().getToken();
    stub.fulfil(fulfil(key, token, "old").toBuilder().setTtl(seconds(5)).build());
    await().until(() -> !stub.get(CacheProcess.get(key)).getHit());

    assertThat(stub.lease(lease(key).build()).hasLease()).isTrue();
    LeaseResponse other = stub.lease(lease(key).setAcceptStale(true).build());
    assertThat(stub.lease(lease(key).build()).hasLoading()).isTrue();
    assertThat(stub.get(CacheProcess.get(key)).getHit()).isFalse();
    return other.getStale().getValue().toStringUtf8().equals("old");
  }

  @Test
  void whenTheHolderDiesTheNextLoadsAfterTheLease() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 100);
    CacheServiceBlockingStub stub = cache.blocking(tenant);
    assertThat(stub.lease(lease("d").setLeaseTtl(seconds(1)).build()).hasLease()).isTrue();

    LeaseResponse next = stub.lease(lease("d").setWait(seconds(30)).build());

    assertThat(next.hasLease()).isTrue();
  }

  @Test
  void aTenantHasNoMoreLeasesAtATimeThanKeys() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 3));
    String first = stub.lease(lease("l0").build()).getLease().getToken();
    for (int i = 1; i < 3; i++) {
      assertThat(stub.lease(lease("l" + i).build()).hasLease()).isTrue();
    }

    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub.lease(lease("l3").build()));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    // Who waits for a load of another needs no lease.
    assertThat(stub.lease(lease("l0").build()).hasLoading()).isTrue();
    stub.fulfil(fulfil("l0", first, "v"));
    assertThat(stub.lease(lease("l3").setLeaseTtl(seconds(1)).build()).hasLease()).isTrue();
    await().until(() -> hasLease(stub, "l4"));
  }

  private static boolean hasLease(CacheServiceBlockingStub stub, String key) {
    try {
      return stub.lease(lease(key).build()).hasLease();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  @Test
  void leasesHoldAcrossProcessesAndOutliveTheirDeath() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 100);
    CacheServiceBlockingStub stub = cache.blocking(tenant);
    ServiceProcess other = cache.start(folder.resolve("other"));
    CacheServiceBlockingStub second = cache.blocking(tenant, other);
    await()
        .ignoreException(StatusRuntimeException.class)
        .until(() -> !second.get(CacheProcess.get("none")).getHit());
    LeaseResponse granted = second.lease(lease("x").build());
    assertThat(stub.lease(lease("x").build()).hasLoading()).isTrue();

    other.kill();

    assertThat(stub.lease(lease("x").build()).hasLoading()).isTrue();
    stub.fulfil(fulfil("x", granted.getLease().getToken(), "loaded"));
    assertThat(stub.lease(lease("x").build()).getEntry().getValue().toStringUtf8())
        .isEqualTo("loaded");
  }

  @Test
  void anEntryThatTookLongToLoadIsLoadedEarlyByOne() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 100));
    String token = stub.lease(lease("x").build()).getLease().getToken();
    stub.fulfil(
        fulfil("x", token, "v").toBuilder().setTtl(seconds(60)).setLoadTime(seconds(3600)).build());

    await().until(() -> stub.lease(lease("x").build()).hasLease());
    for (int i = 0; i < 50; i++) {
      assertThat(stub.lease(lease("x").build()).hasEntry()).isTrue();
    }
  }

  @Test
  void whoMayOnlyWriteIsGivenNoValue() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 100);
    CacheServiceBlockingStub stub = cache.blocking(tenant);
    String token = stub.lease(lease("secret").build()).getLease().getToken();
    ListPushRequest push =
        ListPushRequest.newBuilder()
            .setModule("crm")
            .setType("temp")
            .setKey("list")
            .addElements(ByteString.copyFromUtf8("v"))
            .build();
    ListPopRequest pop =
        ListPopRequest.newBuilder().setModule("crm").setType("temp").setKey("list").build();
    CacheServiceBlockingStub writer = stub.withCallCredentials(cache.writer(tenant));

    assertThat(refused(() -> writer.lease(lease("secret").build())))
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(writer.fulfil(fulfil("secret", token, "v")).hasMetadata()).isTrue();
    assertThat(writer.listPush(push).getSize()).isEqualTo(1);
    assertThat(refused(() -> writer.listPop(pop))).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(stub.listPop(pop).getElementsCount()).isEqualTo(1);
  }

  @Test
  void aTimeOfLoadingThatNoneCanBeIsRefused() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 100));
    String token = stub.lease(lease("x").build()).getLease().getToken();
    FulfilRequest loaded = fulfil("x", token, "v");

    for (long seconds : new long[] {-5, 3_601, Long.MAX_VALUE, Long.MIN_VALUE}) {
      FulfilRequest impossible = loaded.toBuilder().setLoadTime(seconds(seconds)).build();
      assertThat(refused(() -> stub.fulfil(impossible))).isEqualTo(Code.INVALID_ARGUMENT);
    }
    assertThat(stub.fulfil(loaded).hasMetadata()).isTrue();
  }

  private static Code refused(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus().getCode();
  }

  private static LeaseRequest.Builder lease(String key) {
    return LeaseRequest.newBuilder()
        .setModule("crm")
        .setType("temp")
        .setKey(key)
        .setLeaseTtl(seconds(60));
  }

  private static FulfilRequest fulfil(String key, String token, String value) {
    return FulfilRequest.newBuilder()
        .setModule("crm")
        .setType("temp")
        .setKey(key)
        .setToken(token)
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
