package dev.kryonix.cache.snapshot;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A place in the changes of all of a tenant's buckets.
 *
 * @param places the place in each bucket, in the order of their numbers
 */
record ChangePosition(List<Place> places) {
  private static final int PLACE_BYTES = Integer.BYTES + Long.BYTES;

  ChangePosition {
    places = List.copyOf(places);
  }

  /**
   * A place in the changes of a bucket.
   *
   * @param era changes of another era do not follow
   * @param stamp that of the last change before it
   */
  record Place(int era, long stamp) {}

  String text() {
    ByteBuffer out = ByteBuffer.allocate(places.size() * PLACE_BYTES);
    places.forEach(each -> out.putInt(each.era()).putLong(each.stamp()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
  }

  /** What a text says; empty for one that is none of ours. */
  static Optional<ChangePosition> parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (bytes.length == 0 || bytes.length % PLACE_BYTES != 0) {
      return Optional.empty();
    }
    List<Place> places = new ArrayList<>();
    for (ByteBuffer in = ByteBuffer.wrap(bytes); in.hasRemaining(); ) {
      places.add(new Place(in.getInt(), in.getLong()));
    }
    return Optional.of(new ChangePosition(places));
  }
}
