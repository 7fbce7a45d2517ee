package dev.kryonix.backup.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class ChunkerTest {
  private static final ChunkSizes SMALL = ChunkSizes.around(1024);
  private static final GearTable GEARS = GearTable.of(new byte[] {1, 2, 3});

  @Property(tries = 60)
  void chunksJoinToTheStreamAndKeepTheirBounds(
      @ForAll long seed, @ForAll @IntRange(max = 100_000) int length) throws IOException {
    byte[] data = random(seed, length);

    List<byte[]> chunks = chunks(GEARS, data);

    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] chunk : chunks) {
      joined.write(chunk);
    }
    assertThat(joined.toByteArray()).isEqualTo(data);
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i)).hasSizeLessThanOrEqualTo(SMALL.maximum());
      if (i < chunks.size() - 1) {
        assertThat(chunks.get(i)).hasSizeGreaterThanOrEqualTo(SMALL.minimum());
      }
    }
  }

  @Property(tries = 60)
  void sameStreamGivesTheSameChunksInWhateverPartsItComes(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9000) int part) throws IOException {
    byte[] data = random(seed, 60_000);
    List<byte[]> expected = chunks(GEARS, data);
    List<byte[]> actual = new ArrayList<>();
    Chunker chunker = new Chunker(SMALL, GEARS, collectInto(actual));

    for (int from = 0; from < data.length; from += part) {
      chunker.write(data, from, Math.min(part, data.length - from));
    }
    chunker.finish();

    assertThat(texts(actual)).isEqualTo(texts(expected));
  }

  @Test
  void insertionMovesOnlyTheBordersNearIt() throws IOException {
    byte[] before = random(7, 400_000);
    byte[] after = new byte[before.length + 11];
    System.arraycopy(before, 0, after, 0, 200_000);
    System.arraycopy(random(8, 11), 0, after, 200_000, 11);
    System.arraycopy(before, 200_000, after, 200_011, 200_000);

    Set<String> known = new HashSet<>(texts(chunks(GEARS, before)));
    List<String> fresh = new ArrayList<>(texts(chunks(GEARS, after)));
    fresh.removeAll(known);

    assertThat(fresh).hasSizeBetween(1, 4);
  }

  @Test
  void averageIsNearTheOneAskedFor() throws IOException {
    int count = chunks(GEARS, random(9, 4_000_000)).size();

    assertThat(4_000_000 / count).isBetween(800, 1400);
  }

  @Test
  void anotherKeyCutsElsewhere() throws IOException {
    byte[] data = random(10, 100_000);

    List<String> other = texts(chunks(GearTable.of(new byte[] {4}), data));

    assertThat(texts(chunks(GEARS, data))).doesNotContainAnyElementsOf(other);
  }

  @Test
  void bytesThatNeverGiveABorderAreCutAtTheMaximum() throws IOException {
    List<byte[]> chunks = chunks(GEARS, new byte[3 * SMALL.maximum() + 5]);

    assertThat(chunks).extracting(chunk -> chunk.length).containsOnlyOnce(5).contains(4096);
  }

  @Test
  void emptyStreamHasNoChunk() throws IOException {
    assertThat(chunks(GEARS, new byte[0])).isEmpty();
  }

  private static List<byte[]> chunks(GearTable gears, byte[] data) throws IOException {
    List<byte[]> chunks = new ArrayList<>();
    Chunker chunker = new Chunker(SMALL, gears, collectInto(chunks));
    chunker.write(data, 0, data.length);
    chunker.finish();
    return chunks;
  }

  private static Chunker.Sink collectInto(List<byte[]> chunks) {
    return (buffer, offset, length) ->
        chunks.add(Arrays.copyOfRange(buffer, offset, offset + length));
  }

  private static List<String> texts(List<byte[]> chunks) {
    return chunks.stream().map(chunk -> new String(chunk, StandardCharsets.ISO_8859_1)).toList();
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
