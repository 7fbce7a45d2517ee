package dev.kryonix.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * The interop cases of gRPC (doc/interop-test-descriptions.md in grpc/grpc), between grpc-java's
 * client and its test service, with the gateway in the middle. Each case has a test service of its
 * own on the same port.
 */
public final class InteropIT extends AbstractInteropTest {
  private static int servicePort;
  private static GatewayProcess gateway;

  @BeforeClass
  public static void startGateway() throws IOException {
    servicePort = freePort();
    gateway = GatewayProcess.start(servicePort, List.of(), Map.of());
  }

  /**
   * Below the ports that Linux gives to outgoing connections: between two cases nobody listens on
   * it, and a connection of the gateway's, even one to itself, might take it.
   */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 20_000);
      try (ServerSocket free = new ServerSocket(port)) {
        return free.getLocalPort();
      } catch (BindException e) {
        // Somebody has it.
      }
    }
  }

  @AfterClass
  public static void stopGateway() {
    String log = gateway.log();
    gateway.close();
    assertThat(log).doesNotContain("Exception").doesNotContain("LEAK");
  }

  @Before
  @Override
  public void setUp() {
    super.setUp();
    gateway.awaitService();
  }

  @Override
  protected ServerBuilder<?> getServerBuilder() {
    return new HealthUntraced(
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), servicePort),
                InsecureServerCredentials.create())
            .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE));
  }

  @Override
  protected ManagedChannelBuilder<?> createChannelBuilder() {
    return NettyChannelBuilder.forAddress(
            "127.0.0.1", gateway.grpcPort(), InsecureChannelCredentials.create())
        .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(MAX_MESSAGE_SIZE);
  }

  /** The calls that the service counts are the gateway's, not those of this client. */
  @Override
  protected boolean metricsExpected() {
    return false;
  }

  // The cases of compression are public but not marked as tests. grpc-java's service does not look
  // at
  // how a request was sent, so there is nothing to probe.
  @Test
  public void clientCompressedUnary() throws Exception {
    clientCompressedUnary(false);
  }

  @Test
  public void clientCompressedStreaming() throws Exception {
    clientCompressedStreaming(false);
  }

  @Test
  @Override
  public void serverCompressedUnary() throws Exception {
    super.serverCompressedUnary();
  }

  @Test
  @Override
  public void serverCompressedStreaming() throws Exception {
    super.serverCompressedStreaming();
  }
}
