package dev.kryonix.kit.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.kit.streams.LoopbackServer;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PlatformKeysTest {
  private final ECKey published = TestTokens.newKey("published");
  private LoopbackServer tenantService;
  private KeySource keys;

  @BeforeEach
  void start() throws IOException {
    tenantService = new LoopbackServer(new Issuer());
    // The first call of a JVM may take longer than the keys are waited for.
    var unused =
        AccessServiceGrpc.newBlockingStub(tenantService.channel())
            .getJwks(GetJwksRequest.getDefaultInstance());
    keys = PlatformKeys.from(tenantService.channel(), InstantSource.system());
  }

  @AfterEach
  void stop() {
    tenantService.close();
  }

  /** A stranger would only have to leave at once, again and again, to have new keys unknown. */
  @Test
  void aCallThatHasEndedLeadsToAnAnswerForAllOthers() throws Exception {
    try (Context.CancellableContext ended = Context.current().withCancellation()) {
      ended.cancel(null);

      assertThat(ended.call(() -> keys.find("published"))).isPresent();
    }
  }

  private final class Issuer extends AccessServiceGrpc.AccessServiceImplBase {
    @Override
    public void getJwks(GetJwksRequest request, StreamObserver<GetJwksResponse> responses) {
      responses.onNext(
          GetJwksResponse.newBuilder()
              .addKeys(
                  Jwk.newBuilder()
                      .setKid(published.getKeyID())
                      .setCrv(published.getCurve().getName())
                      .setX(published.getX().toString())
                      .setY(published.getY().toString()))
              .build());
      responses.onCompleted();
    }
  }
}
