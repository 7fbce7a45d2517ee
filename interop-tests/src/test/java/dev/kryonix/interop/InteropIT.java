package dev.kryonix.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.testkit.Ports;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.After;
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

  private final List<Server> services = new ArrayList<>();

  @BeforeClass
  public static void startGateway() {
    servicePort = Ports.take();
    gateway = GatewayProcess.start(servicePort, List.of(), Map.of());
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

  /**
   * The server shuts down by itself; until it has ended, it has the port of the next one, and until
   * the gateway has heard of that, it takes the connections for those to the next one.
   */
  @After
  @Override
  public void tearDown() {
    super.tearDown();
    await().until(() -> services.stream().allMatch(Server::isTerminated));
    gateway.awaitNoService();
  }

  @Override
  protected ServerBuilder<?> getServerBuilder() {
    return new HealthUntraced(
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), servicePort),
                InsecureServerCredentials.create())
            .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
            .maxInboundMessageSize(MAX_MESSAGE_SIZE),
        services::add);
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
  // at how a request was sent, so there is nothing to probe.
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
