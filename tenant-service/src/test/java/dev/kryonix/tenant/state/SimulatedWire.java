package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.state.SimulatedInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A stream's network: messages of one direction stay in order and take their time; after a cut what
 * is under way is lost, and each end finds out by itself, sooner or later.
 */
final class SimulatedWire implements SimulatedInstance.Wire {
  private static final int MOST_UNDER_WAY = 8;
  private static final int LONGEST_TRANSIT_MILLIS = 200;
  private static final int LONGEST_DETECTION_MILLIS = 15_000;

  private final Timeline time;
  private final Random random;
  private final SimulatedInstance.Receiver client;
  private Consumer<SyncRequest> server = message -> {};
  private Runnable serverLost = () -> {};
  private Runnable takesMore = () -> {};
  private Instant lastToClient = Instant.MIN;
  private Instant lastToServer = Instant.MIN;
  private int underWay;
  private boolean isCut;
  private boolean clientClosed;

  SimulatedWire(Timeline time, Random random, SimulatedInstance.Receiver client) {
    this.time = time;
    this.random = random;
    this.client = client;
  }

  void server(Consumer<SyncRequest> receiver, Runnable lost, Runnable more) {
    this.server = receiver;
    this.serverLost = lost;
    this.takesMore = more;
  }

  boolean takesMore() {
    return underWay < MOST_UNDER_WAY;
  }

  void toClient(SyncResponse message) {
    underWay++;
    lastToClient = arrival(lastToClient);
    time.at(
        lastToClient,
        () -> {
          underWay--;
          if (!isCut && !clientClosed) {
            client.received(message);
          }
          takesMore.run();
        });
  }

  @Override
  public void send(SyncRequest message) {
    lastToServer = arrival(lastToServer);
    time.at(
        lastToServer,
        () -> {
          if (!isCut) {
            server.accept(message);
          }
        });
  }

  /** The client ends the stream. */
  @Override
  public void close() {
    clientClosed = true;
    lastToServer = arrival(lastToServer);
    time.at(lastToServer, serverLost);
  }

  /** The server ends the stream, after what it has sent. */
  void finish() {
    lastToClient = arrival(lastToClient);
    time.at(
        lastToClient,
        () -> {
          if (!isCut) {
            isCut = true;
            client.lost();
          }
        });
  }

  /** The connection breaks. */
  void cut() {
    if (!isCut) {
      isCut = true;
      time.after(Duration.ofMillis(random.nextInt(LONGEST_DETECTION_MILLIS)), client::lost);
      time.after(Duration.ofMillis(random.nextInt(LONGEST_DETECTION_MILLIS)), serverLost);
    }
  }

  private Instant arrival(Instant last) {
    Instant arrival = time.instant().plusMillis(1 + random.nextInt(LONGEST_TRANSIT_MILLIS));
    return arrival.isBefore(last) ? last : arrival;
  }
}
