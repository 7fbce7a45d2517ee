package dev.kryonix.messaging.faults;

import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.testkit.network.Fault;
import dev.kryonix.testkit.network.Fault.Direction;
import dev.kryonix.testkit.network.FaultProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The network between the service and the broker fails under load, in the ways networks do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class NetworkFaults {
  private final List<FaultProxy> nodes = new ArrayList<>();
  private final List<FaultProxy> managements = new ArrayList<>();
  private final Ground ground;

  NetworkFaults(@TempDir Path folder) throws IOException, JOSEException {
    for (String node : Cluster.nodes()) {
      nodes.add(before(URI.create("amqp://" + node)));
    }
    for (String url : Cluster.urls()) {
      managements.add(before(URI.create(url)));
    }
    ground =
        new Ground(
            folder,
            Cluster.settings(
                nodes.stream().map(node -> "127.0.0.1:" + node.port()).toList(),
                managements.stream().map(node -> "http://127.0.0.1:" + node.port()).toList()));
  }

  private static FaultProxy before(URI server) throws IOException {
    return new FaultProxy(new InetSocketAddress(server.getHost(), server.getPort()));
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    ground.stop();
    for (FaultProxy each : all().toList()) {
      each.close();
    }
  }

  /** What a network does while publishes go on, more slowly or with some of them unknown. */
  static List<Fault> faultsThatLetSomethingThrough() {
    return List.of(
        new Fault.CutAfter(50_000, Direction.TO_SERVER),
        new Fault.CutAfter(10_000, Direction.TO_CLIENT),
        new Fault.Delay(Duration.ofMillis(50)),
        new Fault.Throttle(100_000));
  }

  @ParameterizedTest
  @Tag("long")
  @MethodSource("faultsThatLetSomethingThrough")
  void nothingConfirmedIsLostDoubledOrOutOfOrderOverABadNetwork(Fault fault) throws Exception {
    try (Load load = Load.start(ground, fault.toString())) {

      nodes.forEach(node -> node.set(fault));
      try {
        load.awaitPhase();
      } finally {
        nodes.forEach(FaultProxy::heal);
      }
      load.awaitPhase();
      load.finish();
    }
  }

  @Test
  void nothingConfirmedIsLostDoubledOrOutOfOrderWhenTheWholeBrokerIsCutOff() throws Exception {
    try (Load load = Load.start(ground, "cut off")) {

      all().forEach(each -> each.set(new Fault.Reset()));
      try {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> nodes.stream().allMatch(node -> node.connections() == 0));
      } finally {
        all().forEach(FaultProxy::heal);
      }
      load.assertConverges();
      load.awaitPhase();
      load.finish();
    }
  }

  @Test
  @Tag("long")
  void nothingConfirmedIsLostDoubledOrOutOfOrderWhenTheWayToOneNodeGoesSilent() throws Exception {
    try (Load load = Load.start(ground, "one node silent")) {

      // A tenant's connections all go to one node.
      int node = Cluster.nodeOfConsumers(load.tenants().getFirst()) - 1;
      nodes.get(node).set(new Fault.Stall());
      managements.get(node).set(new Fault.Stall());
      try {
        load.awaitPhase();
        load.assertConverges();
      } finally {
        all().forEach(FaultProxy::heal);
      }
      load.awaitPhase();
      load.finish();
    }
  }

  private Stream<FaultProxy> all() {
    return Stream.concat(nodes.stream(), managements.stream());
  }
}
