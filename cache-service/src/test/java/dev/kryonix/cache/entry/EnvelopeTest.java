package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnvelopeTest {
  private static final EntryKey ADDRESS = new EntryKey("crm", "user_data", "ana");

  private ApplicationContext context;
  private Envelope envelope;
  private ValueKeys keys;
  private TenantView tenant;
  private TenantView unregulated;

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.withKeys();
    envelope = context.getBean(Envelope.class);
    keys = context.getBean(ValueKeys.class);
    tenant = Tenants.create(context.getBean(SecretBox.class), "acme", 10, 10_000);
    unregulated =
        Tenants.create(
            context.getBean(SecretBox.class),
            "acme",
            "basic",
            CacheLimits.getDefaultInstance(),
            Set.of());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void contentOpensAsItWasSealed() {
    Content content = content("hello".getBytes(StandardCharsets.UTF_8));

    Content opened =
        envelope.open(tenant, ADDRESS, envelope.seal(tenant, ADDRESS, content)).orElseThrow();

    assertThat(opened.value()).isEqualTo(content.value());
    assertThat(opened.contentType()).isEqualTo("text/plain");
    assertThat(opened.version()).isEqualTo(content.version());
    assertThat(opened.createTime()).isEqualTo(content.createTime());
  }

  @Test
  void theLongestContentTypeOpens() {
    String longest = "é".repeat(63);
    Content content = new Content(new byte[1], longest, false, 1, Instant.EPOCH);

    Content opened =
        envelope.open(tenant, ADDRESS, envelope.seal(tenant, ADDRESS, content)).orElseThrow();

    assertThat(opened.contentType()).isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Content(new byte[1], "é".repeat(64), false, 1, Instant.EPOCH));
  }

  @Test
  void theValueIsNotReadableInRedis() {
    byte[] stored =
        envelope.seal(tenant, ADDRESS, content("segredo".getBytes(StandardCharsets.UTF_8)));

    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain("segredo");
  }

  @Test
  void onlyTenantsUnderARegimePayForEncryption() {
    byte[] stored =
        envelope.seal(unregulated, ADDRESS, content("olá".getBytes(StandardCharsets.ISO_8859_1)));

    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).contains("olá");
    assertThat(envelope.open(unregulated, ADDRESS, stored)).isPresent();
  }

  @Test
  void noAlteredByteOpensButThoseThatRedisPutsThere() {
    for (TenantView each : List.of(tenant, unregulated)) {
      byte[] stored = envelope.seal(each, ADDRESS, content(new byte[40]));

      for (int i = 0; i < stored.length; i++) {
        byte[] altered = stored.clone();
        altered[i] ^= 1;
        assertThat(envelope.open(each, ADDRESS, altered).isPresent())
            .as("byte " + i)
            .isEqualTo(i >= Head.STAMP_AT && i < Head.TAGS_AT);
      }
      for (int length = 0; length < stored.length; length++) {
        assertThat(envelope.open(each, ADDRESS, Arrays.copyOf(stored, length))).isEmpty();
      }
    }
  }

  @Test
  void aValueMovedToAnotherKeyOrTenantDoesNotOpen() {
    for (TenantView each : List.of(tenant, unregulated)) {
      byte[] stored = envelope.seal(each, ADDRESS, content(new byte[40]));
      TenantView other =
          Tenants.create(
              context.getBean(SecretBox.class),
              "acme",
              "basic",
              CacheLimits.getDefaultInstance(),
              each.compliance());

      assertThat(envelope.open(each, new EntryKey("crm", "user_data", "bia"), stored)).isEmpty();
      assertThat(envelope.open(other, ADDRESS, stored)).isEmpty();
    }
  }

  @Test
  void theHeadTellsWhatScriptsNeed() {
    Content content =
        new Content(
            new byte[3],
            "",
            true,
            7,
            Instant.EPOCH,
            List.of("a", "b"),
            DeviceClass.WEB,
            Duration.ofMillis(12));

    byte[] stored = envelope.seal(tenant, ADDRESS, content);
    Head head = Head.of(stored).orElseThrow();

    assertThat(head.version()).isEqualTo(7);
    assertThat(head.has(Head.WEB)).isTrue();
    assertThat(head.has(Head.ABSENT)).isTrue();
    assertThat(head.digests()).containsExactly(Tags.digest("a"), Tags.digest("b"));
    Content opened = envelope.open(tenant, ADDRESS, stored).orElseThrow();
    assertThat(opened.tags()).containsExactly("a", "b");
    assertThat(opened.loadTime()).isEqualTo(Duration.ofMillis(12));
  }

  @Test
  void whatStandsInRedisHasTheFormatThatIsDocumented() {
    Content content = content("value".getBytes(StandardCharsets.UTF_8));

    byte[] plain = envelope.seal(unregulated, ADDRESS, content);
    byte[] encrypted = envelope.seal(tenant, ADDRESS, content);

    assertThat(plain).isEqualTo(plain(unregulated, content));
    byte[] header = header(0, keys.currentKeyId(tenant), content);
    assertThat(encrypted).startsWith(header);
    assertThat(decrypted(tenant, content, encrypted, header.length)).isEqualTo(content.value());
  }

  @Test
  void aLargeValueIsCompressedOnlyWhenThatHelps() {
    byte[] repetitive = new byte[10_000];
    byte[] random = new byte[10_000];
    new Random(1).nextBytes(random);

    assertThat(envelope.seal(tenant, ADDRESS, content(repetitive))).hasSizeLessThan(500);
    assertThat(envelope.seal(tenant, ADDRESS, content(random))).hasSizeLessThan(10_100);
    assertThat(
            envelope
                .open(tenant, ADDRESS, envelope.seal(tenant, ADDRESS, content(repetitive)))
                .orElseThrow()
                .value())
        .isEqualTo(repetitive);
  }

  /** The parts of a plain envelope, one after the other. */
  private static byte[] plain(TenantView tenant, Content content) {
    byte[] header = header(Head.PLAIN, "", content);
    CRC32C sum = new CRC32C();
    associated(tenant, header).forEach(sum::update);
    sum.update(content.value());
    return ByteBuffer.allocate(header.length + 8 + content.size())
        .put(header)
        .put(tenant.uid().toBytes().toByteArray(), 0, 4)
        .putInt((int) sum.getValue())
        .put(content.value())
        .array();
  }

  private byte[] decrypted(TenantView tenant, Content content, byte[] stored, int nonceAt) {
    int from = nonceAt + 12;
    String keyId = keys.currentKeyId(tenant);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          keys.find(tenant, keyId, content.createTime()).orElseThrow(),
          new GCMParameterSpec(128, stored, nonceAt, 12));
      associated(tenant, Arrays.copyOf(stored, from)).forEach(cipher::updateAAD);
      return cipher.doFinal(stored, from, stored.length - from);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] header(int flags, String keyId, Content content) {
    byte[] type = content.contentType().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(34 + 1 + 1 + keyId.length() + 1 + type.length + 1)
        .put((byte) 3)
        .put((byte) flags)
        .putLong(content.version())
        .putLong(content.createTime().toEpochMilli())
        .putLong(0)
        .putLong(0)
        .put((byte) 0)
        .put((byte) keyId.length())
        .put(keyId.getBytes(StandardCharsets.US_ASCII))
        .put((byte) type.length)
        .put(type)
        .put((byte) 0)
        .array();
  }

  private static List<byte[]> associated(TenantView tenant, byte[] header) {
    return List.of(
        tenant.uid().toBytes().toByteArray(),
        ByteBuffer.allocate(4).putInt(ADDRESS.bytes().length).array(),
        ADDRESS.bytes(),
        Arrays.copyOfRange(header, 0, 18),
        Arrays.copyOfRange(header, 34, header.length));
  }

  private static Content content(byte[] value) {
    return new Content(value, "text/plain", false, 42, Instant.parse("2026-01-01T00:00:00.123Z"));
  }
}
