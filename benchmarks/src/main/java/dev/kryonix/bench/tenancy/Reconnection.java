package dev.kryonix.bench.tenancy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.kryonix.api.tenant.v1.Ack;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.bench.tenancy.ControlPlane.Bearer;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * One opening of the state stream, from the call to the end of the difference.
 *
 * @param tenants that the server has
 * @param updates that it sent
 * @param took until everything that differed had come
 * @param sent bytes of messages and frames
 * @param received the same
 */
record Reconnection(long tenants, int updates, Duration took, long sent, long received) {
  private static final String SERVICE = "cache";

  /** As many as a service of the platform puts into one message. */
  private static final int HELLO_TENANTS = 4096;

  /** Before a message on the wire: a byte of flags and four of length. */
  private static final int FRAME_BYTES = 5;

  /** Opens a stream as a service that has these tenants, and keeps what it is told. */
  static Reconnection open(Surroundings surroundings, Map<ByteString, Long> known)
      throws IOException, InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(surroundings.tenantService()).usePlaintext().build();
    try {
      String token = ServiceToken.of(SERVICE, surroundings.home().resolve("keys"));
      // The connection is made before: a service has it, or gets it, for all its calls.
      channel.getState(true);
      return new Stream(channel, token).open(known);
    } catch (StatusException e) {
      throw new IllegalStateException("the state stream failed: " + e.getStatus(), e);
    } finally {
      channel.shutdownNow();
    }
  }

  long bytes() {
    return sent + received;
  }

  /** The stream, with what went over it. */
  private static final class Stream {
    private final BlockingClientCall<SyncRequest, SyncResponse> call;
    private final long began = System.nanoTime();
    private long sent;
    private long received;

    Stream(ManagedChannel channel, String token) {
      call =
          StateServiceGrpc.newBlockingV2Stub(channel)
              .withWaitForReady()
              .withCallCredentials(new Bearer(token))
              .sync();
    }

    Reconnection open(Map<ByteString, Long> known) throws InterruptedException, StatusException {
      hello(new HashMap<>(known));
      int updates = 0;
      while (true) {
        SyncResponse response = call.read();
        if (response == null) {
          throw new IllegalStateException("the state stream ended");
        }
        received += size(response);
        switch (response.getMessageCase()) {
          case UPDATE -> {
            updates++;
            known.put(
                response.getUpdate().getTenant().getUid(),
                response.getUpdate().getTenant().getGeneration());
            send(
                SyncRequest.newBuilder()
                    .setAck(Ack.newBuilder().setNonce(response.getUpdate().getNonce()))
                    .build());
          }
          case SYNC_COMPLETE -> {
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            call.halfClose();
            drain();
            return new Reconnection(
                response.getSyncComplete().getTenants(), updates, took, sent, received);
          }
          case RESYNC -> throw new IllegalStateException("unexpected " + response);
          default -> {
            // Nothing that is asked about here.
          }
        }
      }
    }

    private void hello(Map<ByteString, Long> known) throws InterruptedException, StatusException {
      Hello.Builder hello = Hello.newBuilder().setService(SERVICE).setInstance("benchmark");
      ByteString.Output uids = ByteString.newOutput();
      for (Map.Entry<ByteString, Long> tenant : known.entrySet()) {
        if (hello.getKnownGenerationsCount() == HELLO_TENANTS) {
          send(SyncRequest.newBuilder().setHello(hello.setKnownUids(uids.toByteString())).build());
          uids.reset();
          hello.clearKnownGenerations();
        }
        byte[] uid = tenant.getKey().toByteArray();
        uids.write(uid, 0, uid.length);
        hello.addKnownGenerations(tenant.getValue());
      }
      hello.setKnownUids(uids.toByteString()).setComplete(true);
      send(SyncRequest.newBuilder().setHello(hello).build());
    }

    private void send(SyncRequest message) throws InterruptedException, StatusException {
      sent += size(message);
      call.write(message);
    }

    /** So that the server has taken every answer before the stream is gone. */
    private void drain() throws InterruptedException, StatusException {
      while (call.read() != null) {
        // Nothing that is measured.
      }
    }

    private static long size(MessageLite message) {
      return message.getSerializedSize() + (long) FRAME_BYTES;
    }
  }
}
