package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.kryonix.api.cache.v1.BatchGetResponse;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.api.cache.v1.SetResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds what writes itself against the classes that are generated from the contract. */
final class DirectRepliesTest {
  private static final int TIMES = 5_000;

  private final Random random = new Random(1);

  @Test
  void everyAnswerOfAReadHasTheBytesOfTheGeneratedMessage() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      Lookup lookup = lookup();
      String ifNoneMatch = one("", "\"0000000000000007\"", "none", Etags.format(random.nextInt(3)));

      isSame(DirectReplies.get(lookup, ifNoneMatch), EntryProtos.response(lookup, ifNoneMatch));
    }
  }

  @Test
  void aBatchHasTheBytesOfTheGeneratedMessage() throws IOException {
    for (int i = 0; i < TIMES / 10; i++) {
      List<Lookup> found =
          IntStream.range(0, random.nextInt(20)).mapToObj(each -> lookup()).toList();
      BatchGetResponse.Builder generated = BatchGetResponse.newBuilder();
      found.forEach(each -> generated.addResults(EntryProtos.response(each, "")));

      isSame(DirectReplies.batch(found), generated.build());
    }
  }

  @Test
  void theAnswerOfAWriteHasTheBytesOfTheGeneratedMessage() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      Entry entry = entry();

      isSame(DirectReplies.set(entry), set(entry).build());
    }
  }

  @Test
  void theResultsOfAPipelineHaveTheBytesOfTheGeneratedMessage() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      long sequence = one(0L, 1L, -1L, Long.MAX_VALUE, (long) random.nextInt());
      Lookup lookup = lookup();
      Entry written = entry();

      isSame(
          DirectReplies.pipelinedGet(sequence, lookup, ""),
          PipelineResponse.newBuilder()
              .setSequence(sequence)
              .setGet(EntryProtos.response(lookup, ""))
              .build());
      isSame(
          DirectReplies.pipelinedSet(sequence, written),
          PipelineResponse.newBuilder().setSequence(sequence).setSet(set(written)).build());
    }
  }

  /** In each of the ways in which a message gives its bytes. */
  private static void isSame(MessageLite direct, MessageLite generated) throws IOException {
    byte[] expected = generated.toByteArray();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    direct.writeTo(written);
    assertThat(written.toByteArray()).as("%s", generated).isEqualTo(expected);
    assertThat(direct.getSerializedSize()).isEqualTo(expected.length);
    assertThat(direct.toByteArray()).isEqualTo(expected);
    assertThat(direct.toByteString()).isEqualTo(ByteString.copyFrom(expected));
  }

  private static SetResponse.Builder set(Entry entry) {
    return SetResponse.newBuilder().setMetadata(EntryProtos.metadata(entry));
  }

  private Lookup lookup() {
    return switch (random.nextInt(8)) {
      case 0 -> new Lookup.Miss();
      case 1 -> new Lookup.Invalidated();
      case 2 -> new Lookup.Unreadable();
      default -> new Lookup.Hit(entry());
    };
  }

  private Entry entry() {
    byte[] stored = new byte[one(0, 1, 100, 127, 128, 300, 5_000, 70_000)];
    random.nextBytes(stored);
    int from = random.nextInt(stored.length + 1);
    Content content =
        new Content(
            ByteString.copyFrom(stored).substring(from),
            one("", "text/plain", "é".repeat(63), "a".repeat(127), "日".repeat(42)),
            random.nextInt(5) == 0,
            one(0L, 1L, 7L, -1L, random.nextLong()),
            instant(),
            Stream.generate(() -> one("a", "é".repeat(64), "t".repeat(128)))
                .limit(one(0, 0, 0, 1, 8))
                .toList(),
            one(DeviceClass.values()),
            Duration.ofMillis(random.nextInt(3)),
            random.nextInt(5) == 0 ? one(EntryKind.values()) : EntryKind.BYTES);
    return new Entry(
        content, duration(), duration(), one(0L, 1L, (long) Charges.MOST_BYTES), instant());
  }

  private Instant instant() {
    return one(
        Instant.EPOCH,
        Instant.ofEpochMilli(-1),
        Instant.parse("2026-01-01T00:00:00.123Z"),
        Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
  }

  private Duration duration() {
    return one(
        Duration.ZERO,
        Duration.ofNanos(-1),
        Duration.ofDays(90),
        Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000)));
  }

  @SafeVarargs
  private <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }
}
