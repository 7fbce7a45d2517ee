package dev.kryonix.kit.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.Record;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class RecordCheckTest {
  private final RecordCheck check = new RecordCheck();

  @Test
  void theDigestIsWhatTheContractSays() throws Exception {
    Digest digest = new Digest();
    digest.add(record("entries", "k1", "v1"));
    digest.add(record("queues", "q", ""));

    byte[] expected =
        MessageDigest.getInstance("SHA-256")
            .digest(
                HexFormat.of()
                    .parseHex(
                        "00000007"
                            + hex("entries")
                            + "00000002"
                            + hex("k1")
                            + "00000002"
                            + hex("v1")
                            + "00000006"
                            + hex("queues")
                            + "00000001"
                            + hex("q")
                            + "00000000"));
    Footer footer = digest.footer();
    assertThat(footer.getDigest().toByteArray()).isEqualTo(expected);
    assertThat(footer.getCountsMap())
        .containsOnlyKeys("entries", "queues")
        .containsEntry("queues", 1L);
  }

  @Test
  void ascendingRecordsWithTheirFooterAreFine() {
    assertThat(check.add(record("a", "k1", "v"))).isEmpty();
    assertThat(check.add(record("a", "k2", "v"))).isEmpty();
    assertThat(check.add(record("b", "k1", "v"))).isEmpty();
    Digest sent = new Digest();
    sent.add(record("a", "k1", "v"));
    sent.add(record("a", "k2", "v"));
    sent.add(record("b", "k1", "v"));

    assertThat(check.end(sent.footer())).isEmpty();
  }

  @Test
  void bytesAreComparedUnsigned() {
    assertThat(check.add(record("a", ByteString.copyFrom(new byte[] {0x7f})))).isEmpty();
    assertThat(check.add(record("a", ByteString.copyFrom(new byte[] {(byte) 0x80})))).isEmpty();
  }

  @Test
  void aRepeatedOrEarlierRecordIsOutOfOrder() {
    assertThat(check.add(record("b", "k1", "v"))).isEmpty();

    assertThat(check.add(record("b", "k1", "v")))
        .hasValueSatisfying(why -> assertThat(why).contains("order"));
    assertThat(check.add(record("a", "k2", "v")))
        .hasValueSatisfying(why -> assertThat(why).contains("order"));
  }

  @Test
  void aMalformedRecordIsNamed() {
    assertThat(check.add(record("No Slug", "k", "v"))).isPresent();
    assertThat(check.add(record("", "k", "v"))).isPresent();
    assertThat(check.add(record("a".repeat(65), "k", "v"))).isPresent();
    assertThat(check.add(record("a", "", "v"))).isPresent();
    assertThat(check.add(record("a", "k".repeat(2049), "v"))).isPresent();
    assertThat(check.add(record("a", "k".repeat(2048), "v"))).isEmpty();
  }

  @Test
  void aFooterOfOtherRecordsIsRefused() {
    assertThat(check.add(record("a", "k1", "v1"))).isEmpty();
    Digest lost = new Digest();
    Digest changed = new Digest();
    changed.add(record("a", "k1", "v2"));

    assertThat(new RecordCheck().end(lost.footer())).isEmpty();
    assertThat(check.end(lost.footer()))
        .hasValueSatisfying(why -> assertThat(why).contains("counts"));
    assertThat(check.end(changed.footer()))
        .hasValueSatisfying(why -> assertThat(why).contains("digest"));
  }

  static Record record(String collection, String key, String value) {
    return record(collection, ByteString.copyFromUtf8(key)).toBuilder()
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  private static Record record(String collection, ByteString key) {
    return Record.newBuilder().setCollection(collection).setKey(key).build();
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(ByteString.copyFromUtf8(text).toByteArray());
  }
}
