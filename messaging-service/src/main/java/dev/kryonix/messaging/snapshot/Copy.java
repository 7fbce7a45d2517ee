package dev.kryonix.messaging.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.messaging.snapshot.Spool.Section;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's records at one point, put aside; all but the history, which is read where it lies, up
 * to where it ended.
 *
 * @param position the point in the log of changes
 * @param time when it was
 * @param spool has the records
 * @param parts those before the history and those after it, in their order
 * @param historyEnd where the history ended, when there is one
 */
record Copy(String position, Instant time, Spool spool, Parts parts, OptionalLong historyEnd) {

  /**
   * The sections in their order.
   *
   * @param bindings bindings
   * @param deadLetters dead letters; both in the order of their keys
   * @param queued queued messages, queue by queue
   * @param rest what follows these
   */
  record Parts(
      Section bindings, List<Section> deadLetters, List<Section> queued, List<Section> rest) {
    Parts {
      deadLetters = List.copyOf(deadLetters);
      queued = List.copyOf(queued);
      rest = List.copyOf(rest);
    }
  }

  Iterator<Record> beforeHistory() {
    List<Iterator<Record>> merged = new ArrayList<>();
    parts.deadLetters().forEach(section -> merged.add(spool.read(section)));
    return chain(List.of(spool.read(parts.bindings()), new Merged(merged)));
  }

  Iterator<Record> afterHistory() {
    List<Iterator<Record>> all = new ArrayList<>();
    parts.queued().forEach(section -> all.add(spool.read(section)));
    parts.rest().forEach(section -> all.add(spool.read(section)));
    return chain(all);
  }

  private static Iterator<Record> chain(List<Iterator<Record>> iterators) {
    Iterator<Iterator<Record>> all = iterators.iterator();
    return new Iterator<>() {
      private Iterator<Record> now = java.util.Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!now.hasNext() && all.hasNext()) {
          now = all.next();
        }
        return now.hasNext();
      }

      @Override
      public Record next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return now.next();
      }
    };
  }

  /** Some iterators of ascending keys as one. */
  private static final class Merged implements Iterator<Record> {
    private final List<Iterator<Record>> iterators;
    private final @Nullable Record[] heads;

    Merged(List<Iterator<Record>> iterators) {
      this.iterators = iterators;
      this.heads = new Record[iterators.size()];
      for (int i = 0; i < heads.length; i++) {
        advance(i);
      }
    }

    @Override
    public boolean hasNext() {
      return least() >= 0;
    }

    @Override
    public Record next() {
      int least = least();
      Record next = least < 0 ? null : heads[least];
      if (next == null) {
        throw new NoSuchElementException();
      }
      advance(least);
      return next;
    }

    private void advance(int i) {
      heads[i] = iterators.get(i).hasNext() ? iterators.get(i).next() : null;
    }

    private int least() {
      int least = -1;
      ByteString key = ByteString.EMPTY;
      for (int i = 0; i < heads.length; i++) {
        Record head = heads[i];
        if (head != null
            && (least < 0
                || ByteString.unsignedLexicographicalComparator().compare(head.getKey(), key)
                    < 0)) {
          least = i;
          key = head.getKey();
        }
      }
      return least;
    }
  }
}
