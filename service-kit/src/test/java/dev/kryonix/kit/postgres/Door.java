package dev.kryonix.kit.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port that leads to a server while it is open. Shut, it breaks what runs and refuses what comes.
 */
final class Door implements AutoCloseable {
  private final InetSocketAddress server;
  private final String path;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;

  private Door(InetSocketAddress server, String path) throws IOException {
    this.server = server;
    this.path = path;
    this.listener = listener();
    this.port = listener.getLocalPort();
    admit(listener);
  }

  /** A door to the server of a JDBC address. */
  static Door to(String url) throws IOException {
    URI uri = URI.create(url.substring("jdbc:".length()));
    return new Door(new InetSocketAddress(uri.getHost(), uri.getPort()), uri.getPath());
  }

  /**
   * On a port below those that Linux gives to outgoing connections: while the door is shut, one of
   * the pool's, even one to itself, might take it. Other tests stay away from these, too.
   */
  private static ServerSocket listener() throws IOException {
    while (true) {
      try {
        int port = ThreadLocalRandom.current().nextInt(20_000, 20_500);
        return new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
      } catch (BindException e) {
        // Somebody has it.
      }
    }
  }

  /** The JDBC address through this door. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + path;
  }

  void open() throws IOException {
    ServerSocket next = new ServerSocket();
    next.setReuseAddress(true);
    next.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listener = next;
    admit(next);
  }

  void shut() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    shut();
  }

  private void admit(ServerSocket at) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!at.isClosed()) {
                try {
                  connect(at, at.accept());
                } catch (IOException e) {
                  // Shut, or the server is away: the next one may get through.
                }
              }
            });
  }

  private void connect(ServerSocket at, Socket client) throws IOException {
    sockets.add(client);
    Socket onward = new Socket(server.getAddress(), server.getPort());
    sockets.add(onward);
    // Shut meanwhile, it has closed only those sockets that it found.
    if (at.isClosed()) {
      client.close();
      onward.close();
    }
    copy(client, onward);
    copy(onward, client);
  }

  private static void copy(Socket from, Socket to) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (from;
                  to;
                  InputStream in = from.getInputStream();
                  OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
              } catch (IOException e) {
                // The connection has ended.
              }
            });
  }
}
