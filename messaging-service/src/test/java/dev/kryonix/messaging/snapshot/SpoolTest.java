package dev.kryonix.messaging.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SpoolTest {
  @Test
  void sectionsAreReadAsTheyWereWrittenBesideEachOther() {
    try (Spool spool = Spool.create()) {
      List<Record> few = records(3, 10);
      List<Record> many = records(500, 1000);
      Spool.Section first = spool.addAll(few.iterator());
      Spool.Section none = spool.addAll(List.<Record>of().iterator());
      Spool.Section second = spool.addAll(many.iterator());

      Iterator<Record> reading = spool.read(second);
      assertThat(reading.next()).isEqualTo(many.getFirst());
      assertThat(spool.read(first)).toIterable().isEqualTo(few);
      assertThat(spool.read(none).hasNext()).isFalse();
      assertThat(reading).toIterable().isEqualTo(many.subList(1, 500));
      assertThatThrownBy(reading::next).isInstanceOf(NoSuchElementException.class);
      assertThat(spool.read(second)).toIterable().isEqualTo(many);
    }
  }

  @Test
  void aPositionSaysWhatWentIntoIt() {
    LogPosition log = new LogPosition(UUID.randomUUID(), 42, LogPosition.NO_HISTORY);
    UUID copy = UUID.randomUUID();
    SnapshotPosition position = new SnapshotPosition(log.text(), Optional.of(copy));

    assertThat(SnapshotPosition.parse(position.text())).isEqualTo(position);
    assertThat(LogPosition.parse(SnapshotPosition.parse(position.text()).changes())).contains(log);
    assertThat(LogPosition.parse(SnapshotPosition.parse(log.text()).changes())).contains(log);
    LogPosition withHistory = log.withHistory(7);
    assertThat(LogPosition.parse(withHistory.text())).contains(withHistory);
    assertThat(LogPosition.parse("1")).isEmpty();
    assertThat(SnapshotPosition.parse("x~y").copy()).isEmpty();
  }

  private static List<Record> records(int count, int bytes) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Record.newBuilder()
                    .setCollection("queued")
                    .setKey(ByteString.copyFromUtf8("k" + i))
                    .setValue(ByteString.copyFrom(new byte[bytes + i]))
                    .build())
        .toList();
  }
}
