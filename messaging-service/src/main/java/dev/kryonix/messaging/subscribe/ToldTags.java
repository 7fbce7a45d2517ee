package dev.kryonix.messaging.subscribe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a channel's delivery tags the broker has been told of. It numbers what it delivers on a
 * channel from one, so as soon as all tags up to one are settled, one acknowledgement can settle
 * all of them that the broker was not told of before.
 */
final class ToldTags {
  /** When one message is held for long, many behind it are settled: then nothing is remembered. */
  private static final int MOST = 10_000;

  /** All tags up to this one have been told. */
  private long floor;

  private final Set<Long> above = new HashSet<>();
  private boolean remembering = true;

  /** How to acknowledge some messages. */
  record Acknowledgement(long tag, boolean andAllBefore) {}

  /** The broker is told of that message alone. */
  void add(long tag) {
    if (!remembering) {
      return;
    }
    above.add(tag);
    while (above.remove(floor + 1)) {
      floor++;
    }
    if (above.size() > MOST) {
      remembering = false;
      above.clear();
    }
  }

  /** What to tell the broker so that all of these are acknowledged, and nothing else. */
  List<Acknowledgement> acknowledge(List<Long> tags) {
    tags.forEach(this::add);
    long last =
        tags.stream().mapToLong(Long::longValue).filter(tag -> tag <= floor).max().orElse(0);
    List<Acknowledgement> told = new ArrayList<>();
    if (last > 0) {
      told.add(new Acknowledgement(last, true));
    }
    for (long tag : tags) {
      if (tag > floor) {
        told.add(new Acknowledgement(tag, false));
      }
    }
    return told;
  }
}
