package dev.kryonix.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that a test starts later, or stops and starts again.
 *
 * <p>They lie above those of the platform and below those that Linux gives to outgoing connections,
 * one of which might take a port while nobody listens on it, even with a connection to itself.
 * Tests in JVMs beside this one do not get them either: the UDP port of the same number says that
 * it is taken, and the kernel frees it when this JVM ends.
 */
public final class Ports {
  private static final int FIRST = 16_000;
  private static final int END = 20_000;

  private static final List<DatagramSocket> TAKEN = new CopyOnWriteArrayList<>();

  private Ports() {}

  /** A port on which nobody listens, and which is given to nobody else while this JVM runs. */
  public static int take() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try {
        DatagramSocket mark =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        // Kept either way: a port with a server on it need not be tried again.
        TAKEN.add(mark);
        try (ServerSocket free = new ServerSocket(port)) {
          return free.getLocalPort();
        }
      } catch (BindException e) {
        // Somebody has it.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
