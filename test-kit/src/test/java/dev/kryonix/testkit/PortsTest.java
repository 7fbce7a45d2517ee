package dev.kryonix.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PortsTest {
  @Test
  void nobodyGetsAPortTwice() {
    List<Integer> ports = Stream.generate(Ports::take).limit(300).toList();

    assertThat(ports)
        .doesNotHaveDuplicates()
        .allSatisfy(port -> assertThat(port).isLessThan(32768));
  }

  @Test
  void aTakenPortIsMarkedForOtherJvmsAndFreeForAServer() throws IOException {
    int port = Ports.take();
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);

    assertThatThrownBy(() -> new DatagramSocket(here)).isInstanceOf(BindException.class);
    try (ServerSocket server = new ServerSocket()) {
      server.bind(here);
      assertThat(server.getLocalPort()).isEqualTo(port);
    }
  }
}
