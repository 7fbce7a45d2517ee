package dev.kryonix.testkit.network;

import dev.kryonix.testkit.network.Fault.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy in front of one server, on a free port of loopback. It lets through what comes until
 * it is given a fault, which all connections have from then on, those there are as well as new
 * ones.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;

  private final InetSocketAddress server;
  private final ServerSocket listening;
  private final Line line = new Line();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();

  public FaultProxy(InetSocketAddress server) throws IOException {
    this.server = server;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("fault-proxy").start(this::accept);
  }

  /** Where to connect to instead of the server. */
  public int port() {
    return listening.getLocalPort();
  }

  /** From now on the network does that. */
  public void set(Fault fault) {
    line.change(fault);
    if (fault instanceof Fault.Reset) {
      links.forEach(Link::reset);
    }
  }

  /** From now on it does nothing to what passes. Connections that it has reset stay so. */
  public void heal() {
    line.change(new Fault.None());
  }

  /** How many connections there are. */
  public int connections() {
    return links.size();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    links.forEach(Link::reset);
    heal();
  }

  private void accept() {
    while (true) {
      try {
        open(listening.accept());
      } catch (IOException e) {
        return;
      }
    }
  }

  /** On a thread of its own each: one that connects to a server in vain keeps nobody waiting. */
  private void open(Socket client) {
    Thread.ofVirtual()
        .name("fault-proxy-link")
        .start(
            () -> {
              Link link = new Link(client);
              links.add(link);
              try {
                link.run();
              } catch (IOException e) {
                link.reset();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                link.reset();
              } finally {
                links.remove(link);
              }
            });
  }

  /** A connection of a client, and the one to the server that belongs to it. */
  private final class Link {
    private final Socket client;
    private final Socket upstream = new Socket();

    Link(Socket client) {
      this.client = client;
    }

    void run() throws IOException, InterruptedException {
      if (line.fault() instanceof Fault.Reset) {
        reset();
        return;
      }
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      upstream.connect(server);
      Thread back =
          Thread.ofVirtual()
              .name("fault-proxy-back")
              .start(() -> pump(upstream, client, Direction.TO_CLIENT));
      pump(client, upstream, Direction.TO_SERVER);
      back.join();
      client.close();
      upstream.close();
    }

    /** Until one end ends; an end that was reset resets the other. */
    private void pump(Socket from, Socket to, Direction direction) {
      try {
        InputStream in = from.getInputStream();
        Pump pump = new Pump(line, direction, to.getOutputStream());
        byte[] buffer = new byte[BUFFER];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (!pump.pass(buffer, n)) {
            reset();
            return;
          }
        }
        to.shutdownOutput();
      } catch (IOException e) {
        reset();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        reset();
      }
    }

    /** Closes both ends with RST: both sides see the connection break, and not end. */
    void reset() {
      abort(client);
      abort(upstream);
    }

    private void abort(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        // It is closed already.
      }
    }
  }
}
