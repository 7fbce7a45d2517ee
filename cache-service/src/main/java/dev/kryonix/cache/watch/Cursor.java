package dev.kryonix.cache.watch;

import dev.kryonix.kit.errors.CommonErrors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A place in the events of all of a tenant's buckets. */
record Cursor(List<Place> places) {
  private static final int PLACE_BYTES = Integer.BYTES + Long.BYTES;
  private static final int MOST_PLACES = 16;

  /**
   * A place in the events of a bucket.
   *
   * @param era events of another era do not follow
   * @param number the last event that was told
   */
  record Place(int era, long number) {
    Place {
      if (era < 0 || number < 0) {
        throw new IllegalArgumentException("no place: " + era + ", " + number);
      }
    }
  }

  Cursor {
    places = List.copyOf(places);
  }

  static Cursor parse(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      int count = bytes.length / PLACE_BYTES;
      if (bytes.length % PLACE_BYTES == 0 && count >= 1 && count <= MOST_PLACES) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Place> places = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          places.add(new Place(in.getInt(), in.getLong()));
        }
        return new Cursor(places);
      }
    } catch (IllegalArgumentException e) {
      throw CommonErrors.invalidField("cursor", "not a cursor; take it as an event had it");
    }
    throw CommonErrors.invalidField("cursor", "not a cursor; take it as an event had it");
  }

  String text() {
    ByteBuffer out = ByteBuffer.allocate(places.size() * PLACE_BYTES);
    places.forEach(each -> out.putInt(each.era()).putLong(each.number()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
  }
}
