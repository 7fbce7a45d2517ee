package dev.kryonix.kit.nearcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.EntryMetadata;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.WatchHeartbeat;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.streams.LoopbackServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A near cache whose watches end, stay silent or are refused, as the test says. */
final class NearCacheTest {
  private static final TenantId ACME = new TenantId("acme");

  /** With time enough for a busy machine. */
  private static final NearCacheConfig PATIENT =
      new NearCacheConfig(
          NearCacheConfig.Scope.ALL,
          1_000_000,
          Duration.ofMinutes(5),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30));

  private static final CacheKey ANA = new CacheKey("crm", "temp", "ana");

  private final FailingCache service = new FailingCache();
  private LoopbackServer server;
  private NearCache cache;
  private volatile String token = token("acme");

  @BeforeEach
  void open() throws IOException {
    server = new LoopbackServer(service);
    cache = NearCache.open(server.channel(), ACME, () -> token, PATIENT);
  }

  @AfterEach
  void close() {
    cache.close();
    server.close();
  }

  @Test
  void copiesAreKeptOnceTheWatchHasBegun() {
    awaitWatch();

    awaitCopy();

    int reads = service.reads.get();
    for (int i = 0; i < 1000; i++) {
      assertThat(cache.get(ANA).orElseThrow().value().toStringUtf8()).isEqualTo("v");
    }
    assertThat(service.reads).hasValue(reads);
  }

  @Test
  void aWatchThatEndsIsBegunAgainWithNoCopies() {
    awaitWatch();
    awaitCopy();
    service.watchers.getFirst().onError(refusal(Code.UNAVAILABLE));

    await().until(() -> service.watchers.size() == 2);
    assertThat(cache.stats().copies()).isEqualTo(1);
    beat(service.watchers.get(1));

    await().until(() -> cache.stats().copies() == 0);
    awaitCopy();
  }

  @Test
  void whoMayReadNoMoreHasNoCopies() {
    awaitWatch();
    awaitCopy();

    service.watchers.getFirst().onError(refusal(Code.PERMISSION_DENIED));

    await().until(() -> cache.stats().copies() == 0);
  }

  @Test
  void theTokenOfAnotherTenantIsRefusedAndNeverSent() {
    awaitWatch();
    token = token("other_tenant");
    int before = service.reads.get();

    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> cache.get(new CacheKey("crm", "temp", "new")));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(refusal).hasMessageContaining("other_tenant");
    assertThat(service.reads).hasValue(before);
  }

  @Test
  void whenItIsClosedItsWatchEnds() {
    awaitWatch();

    cache.close();

    await().until(() -> service.cancelled.get() == 1);
  }

  private void awaitWatch() {
    await().until(() -> !service.watchers.isEmpty());
    beat(service.watchers.getFirst());
  }

  private void awaitCopy() {
    await()
        .until(
            () -> {
              assertThat(cache.get(ANA)).isPresent();
              return cache.stats().copies() == 1;
            });
  }

  private static void beat(StreamObserver<WatchResponse> watcher) {
    watcher.onNext(
        WatchResponse.newBuilder().setHeartbeat(WatchHeartbeat.getDefaultInstance()).build());
  }

  private static ServiceException refusal(Code code) {
    return ServiceException.of(
        code, ErrorReason.ERROR_REASON_STORE_UNAVAILABLE, "the test says so");
  }

  private static String token(String tenant) {
    return new PlainJWT(new JWTClaimsSet.Builder().claim("tenant", tenant).build()).serialize();
  }

  /** Answers every read; its watches do what the test does with them. */
  private static final class FailingCache extends CacheServiceGrpc.CacheServiceImplBase {
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> answer) {
      reads.incrementAndGet();
      answer.onNext(
          GetResponse.newBuilder()
              .setHit(true)
              .setValue(ByteString.copyFromUtf8("v"))
              .setMetadata(
                  EntryMetadata.newBuilder()
                      .setTtlLeft(com.google.protobuf.Duration.newBuilder().setSeconds(60)))
              .build());
      answer.onCompleted();
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> watcher) {
      ((io.grpc.stub.ServerCallStreamObserver<WatchResponse>) watcher)
          .setOnCancelHandler(cancelled::incrementAndGet);
      watchers.add(watcher);
    }
  }
}
