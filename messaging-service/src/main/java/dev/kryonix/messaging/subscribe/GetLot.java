package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.topology.Lane;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lane that is asked for one message after the other until it has none. */
final class GetLot implements Lot {
  private final String name;
  private final Lane lane;
  private final Supplier<@Nullable Arrival> get;
  private boolean empty;

  GetLot(String name, Lane lane, Supplier<@Nullable Arrival> get) {
    this.name = name;
    this.lane = lane;
    this.get = get;
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
    return !empty;
  }

  @Override
  public @Nullable Arrival take() {
    Arrival arrival = get.get();
    empty = arrival == null;
    return arrival;
  }
}
