package dev.kryonix.messaging.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.testkit.Bearer;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/** A consumer in a process of its own that takes messages and settles none, to be killed. */
final class Holder implements AutoCloseable {
  private static final String HELD = "held";

  private final Process process;
  private final BufferedReader output;

  private Holder(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts it: it subscribes with the token at that address. */
  static Holder start(String address, String token, String source) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Holder.class.getName(),
                address,
                source)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("HOLDER_TOKEN", token);
    return new Holder(builder.start());
  }

  /** Waits until it has so many messages. */
  void awaitHeld(int messages) throws IOException {
    for (int i = 0; i < messages; i++) {
      assertThat(output.readLine()).as("line %d of the consumer", i).isEqualTo(HELD);
    }
  }

  /** Ends it as a crash would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }

  /** The process: address and source are its arguments, the token is in its environment. */
  public static void main(String[] arguments) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(arguments[0], InsecureChannelCredentials.create()).build();
    BlockingClientCall<SubscribeRequest, SubscribeResponse> call =
        MessagingServiceGrpc.newBlockingV2Stub(channel)
            .withCallCredentials(new Bearer(System.getenv("HOLDER_TOKEN")))
            .subscribe();
    call.write(
        SubscribeRequest.newBuilder()
            .setStart(SubscribeStart.newBuilder().addSources(arguments[1]))
            .build());
    while (true) {
      SubscribeResponse response = call.read();
      if (response == null) {
        throw new IllegalStateException("the subscription has ended");
      }
      if (response.hasDelivery()) {
        System.out.println(HELD);
      }
    }
  }
}
