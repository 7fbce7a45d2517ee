package dev.kryonix.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.Ack;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a service that cannot make something true hears of it. */
final class StateStreamsTest {
  private static final DesiredTenant TENANT =
      DesiredTenant.newBuilder()
          .setUid(ByteString.copyFromUtf8("0123456789abcdef"))
          .setId("acme")
          .setGeneration(1)
          .build();

  private final StateStreams state = new StateStreams();
  private final Server server = TestTenants.serve(List.of(state));
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress(
              "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
          .build();
  private final BlockingClientCall<SyncRequest, SyncResponse> service =
      StateServiceGrpc.newBlockingV2Stub(channel).sync();

  StateStreamsTest() throws IOException {}

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void anUpdateThatIsRefusedComesAgainUntilItIsTaken() throws Exception {
    open();
    state.show(TENANT);
    String nonce = next().getUpdate().getNonce();

    for (int refusals = 0; refusals < 2; refusals++) {
      refuse(nonce);
      SyncResponse again = next();
      assertThat(again.getUpdate().getTenant()).isEqualTo(TENANT);
      assertThat(again.getUpdate().getNonce()).isEqualTo(nonce);
    }
    service.write(SyncRequest.newBuilder().setAck(Ack.newBuilder().setNonce(nonce)).build());

    state.remove(TENANT);
    assertThat(next().hasRemoval()).as("nothing else comes in between").isTrue();
    await().until(() -> state.hasAcknowledged(nonce));
  }

  @Test
  void aRemovalThatIsRefusedComesAgain() throws Exception {
    open();
    state.show(TENANT);
    assertThat(next().hasUpdate()).isTrue();
    state.remove(TENANT);

    SyncResponse removal = next();
    refuse(removal.getRemoval().getNonce());

    assertThat(removal.hasRemoval()).isTrue();
    assertThat(next()).isEqualTo(removal);
  }

  @Test
  void whatHasBeenOvertakenDoesNotComeAgain() throws Exception {
    open();
    state.show(TENANT);
    String first = next().getUpdate().getNonce();
    state.show(TENANT.toBuilder().setGeneration(2).build());
    SyncResponse second = next();

    refuse(first);
    refuse(second.getUpdate().getNonce());

    assertThat(next()).isEqualTo(second);
  }

  private void open() throws Exception {
    service.write(SyncRequest.newBuilder().setHello(Hello.newBuilder().setComplete(true)).build());
    assertThat(next().hasSyncComplete()).isTrue();
    assertThat(next().hasLease()).isTrue();
  }

  private void refuse(String nonce) throws Exception {
    service.write(
        SyncRequest.newBuilder()
            .setNack(Nack.newBuilder().setNonce(nonce).setReason("EngineUnavailable"))
            .build());
  }

  private SyncResponse next() throws Exception {
    return service.read(20, TimeUnit.SECONDS);
  }
}
