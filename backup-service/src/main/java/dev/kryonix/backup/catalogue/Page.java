package dev.kryonix.backup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A page of what the catalogue holds, the newest first, and where the next one begins. */
public record Page<T>(List<T> items, Optional<Cursor> next) {
  public Page {
    items = List.copyOf(items);
  }

  /** The last item of a page. */
  public record Cursor(Instant time, UUID id) {}
}
