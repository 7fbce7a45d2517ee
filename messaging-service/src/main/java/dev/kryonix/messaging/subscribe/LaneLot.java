package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.topology.Lane;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** What has come from one lane and waits for the one consumer that it came for. */
final class LaneLot implements Lot {
  private final String name;
  private final Lane lane;
  private final Queue<Arrival> arrivals = new ArrayDeque<>();

  LaneLot(String name, Lane lane) {
    this.name = name;
    this.lane = lane;
  }

  Queue<Arrival> arrivals() {
    return arrivals;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  public boolean hasNext() {
    return !arrivals.isEmpty();
  }

  @Override
  public @Nullable Arrival take() {
    return arrivals.poll();
  }
}
