package dev.kryonix.cache.process;

import static dev.kryonix.cache.process.RedisFaultsIT.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.cache.entry.RedisKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Redis that is stopped in good order and started again has everything, though whoever it is that
 * repeats the append-only file must be allowed each command of it.
 */
final class RedisRestartIT {
  @Test
  void whatWasWrittenIsThereAfterARestart(@TempDir Path folder) throws Exception {
    CacheProcess cache = new CacheProcess(RedisKind.STANDALONE, folder);
    try {
      CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 100));
      IncrementRequest increment =
          IncrementRequest.newBuilder()
              .setModule("crm")
              .setType("temp")
              .setKey("counter")
              .setDelta(1)
              .build();
      stub.set(RedisFaultsIT.set("kept", "v"));
      assertThat(stub.increment(increment).getValue()).isEqualTo(1);

      Engines.stop("redis");
      Engines.mend("redis");

      assertThat(patiently(() -> stub.get(CacheProcess.get("kept"))).getValue().toStringUtf8())
          .isEqualTo("v");
      assertThat(patiently(() -> stub.increment(increment)).getValue()).isEqualTo(2);
    } finally {
      cache.stop();
    }
  }
}
