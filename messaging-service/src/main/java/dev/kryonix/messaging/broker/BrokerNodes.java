package dev.kryonix.messaging.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * The broker's nodes, of which any leads to every queue. Whoever connects has one that is its own
 * as long as it answers, so that what belongs together meets there, and all of them are used.
 */
@Singleton
public final class BrokerNodes {
  /** For how long a node that did not answer comes last: finding that out can take seconds. */
  private static final Duration AVOIDED = Duration.ofSeconds(10);

  private final List<Address> nodes;
  private final Map<Address, Long> failures = new ConcurrentHashMap<>();

  public BrokerNodes(BrokerConfig config) {
    this.nodes = config.addresses();
  }

  /**
   * Connects to the first node that answers. What a node refuses, any other would refuse too.
   *
   * @param factory says how, and as whom
   * @param name what the broker shows the connection as
   * @param who any number of whom the connection is for
   */
  public Connection connect(ConnectionFactory factory, String name, int who)
      throws IOException, TimeoutException {
    IOException lost = null;
    TimeoutException late = null;
    for (Address node : inOrder(who)) {
      try {
        Connection connection = connect(factory, name, node);
        failures.remove(node);
        return connection;
      } catch (IOException e) {
        if (isRefusal(e)) {
          throw e;
        }
        avoid(node);
        lost = e;
      } catch (TimeoutException e) {
        avoid(node);
        late = e;
      }
    }
    if (lost != null) {
      throw lost;
    }
    throw late == null ? new TimeoutException("the broker has no node") : late;
  }

  private static Connection connect(ConnectionFactory factory, String name, Address node)
      throws IOException, TimeoutException {
    // The client's pipeline would look the name up on an event loop, which others wait for.
    String address = InetAddress.getByName(node.getHost()).getHostAddress();
    try {
      return factory.newConnection(List.of(new Address(address, node.getPort())), name);
    } catch (NoSuchElementException e) {
      // The client's pipeline comes apart when the other side closes while it is being set up.
      throw new IOException("the connection was closed while it was opened", e);
    }
  }

  /** Whether this is about who connects and where to, rather than about the node. */
  private static boolean isRefusal(IOException e) {
    return e instanceof AuthenticationFailureException
        || (e.getCause() instanceof ShutdownSignalException signal
            && signal.getReason() instanceof AMQP.Connection.Close close
            && (close.getReplyCode() == AMQP.NOT_ALLOWED
                || close.getReplyCode() == AMQP.ACCESS_REFUSED));
  }

  /** Beginning with the one of that number; those that did not answer just now come last. */
  List<Address> inOrder(int who) {
    List<Address> order = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      order.add(nodes.get(Math.floorMod(who + i, nodes.size())));
    }
    order.sort(Comparator.comparing(this::hasFailed));
    return order;
  }

  /** The node did not answer. */
  void avoid(Address node) {
    failures.put(node, System.nanoTime());
  }

  private boolean hasFailed(Address node) {
    Long failed = failures.get(node);
    return failed != null && System.nanoTime() - failed < AVOIDED.toNanos();
  }
}
