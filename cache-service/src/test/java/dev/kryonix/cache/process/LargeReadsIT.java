package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.BatchGetRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.cache.entry.RedisKind;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that would bring far more than the heap of the service has. */
final class LargeReadsIT {
  @Test
  void manyBatchesOfLargeValuesAtOnceAreRefusedAndTheServiceGoesOn(@TempDir Path folder)
      throws Exception {
    CacheProcess cache = new CacheProcess(RedisKind.STANDALONE, folder);
    try {
      DesiredTenant tenant = cache.tenant("basic", 100);
      CacheServiceBlockingStub stub = cache.blocking(tenant);
      byte[] value = new byte[1 << 20];
      new Random(5).nextBytes(value);
      stub.set(
          RedisFaultsIT.set("large", "").toBuilder().setValue(ByteString.copyFrom(value)).build());
      stub.set(RedisFaultsIT.set("small", "v"));
      EntryAddress large =
          EntryAddress.newBuilder().setModule("crm").setType("temp").setKey("large").build();
      BatchGetRequest batch =
          BatchGetRequest.newBuilder().addAllAddresses(Collections.nCopies(128, large)).build();

      List<Future<Code>> batches = new ArrayList<>();
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 6; i++) {
          batches.add(callers.submit(() -> code(stub, batch)));
        }
      }

      for (Future<Code> each : batches) {
        assertThat(each.get()).isIn(Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE);
      }
      assertThat(stub.get(CacheProcess.get("small")).getHit()).isTrue();
      assertThat(stub.get(CacheProcess.get("large")).getValue().size()).isEqualTo(value.length);
    } finally {
      cache.stop();
    }
  }

  private static Code code(CacheServiceBlockingStub stub, BatchGetRequest batch) {
    try {
      return stub.batchGet(batch).getResultsCount() > 0 ? Code.OK : Code.UNKNOWN;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
