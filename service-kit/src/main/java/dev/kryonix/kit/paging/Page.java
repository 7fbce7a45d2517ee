package dev.kryonix.kit.paging;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of a listing.
 *
 * @param last the page's last item, when there are more behind it
 */
public record Page<T>(List<T> items, Optional<Position> last) {
  public Page {
    items = List.copyOf(items);
  }

  /** A page of at most so many of the rows, of which one more was asked for. */
  public static <T> Page<T> of(List<T> rows, int size, Function<T, Position> position) {
    if (rows.size() <= size) {
      return new Page<>(rows, Optional.empty());
    }
    List<T> items = rows.subList(0, size);
    return new Page<>(items, Optional.of(position.apply(items.getLast())));
  }
}
