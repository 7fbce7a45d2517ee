package dev.kryonix.messaging.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.topology.LiveQueue;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnvelopeTest {
  private static final LiveQueue QUEUE =
      new LiveQueue("crm", "leads.create", 6, Duration.ofHours(1));
  private static final byte[] TEXT = "um segredo".getBytes(StandardCharsets.UTF_8);

  private ApplicationContext context;
  private Envelope envelope;
  private TenantView tenant;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    GenerateKeys.main(new String[] {keys.toString(), "messaging"});
    context = MessagingBeans.withKeys(keys);
    envelope = context.getBean(Envelope.class);
    tenant = tenant();
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aMessageOpensAsItWasPacked() throws PayloadCorruptException {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));

    StoredMessage opened = unpack(packed);

    assertThat(opened.id()).isEqualTo("m1");
    assertThat(opened.payload()).isEqualTo(TEXT);
    assertThat(opened.contentType()).isEqualTo("text/plain");
    assertThat(opened.priority()).isEqualTo(8);
    assertThat(opened.attributes()).containsExactly(Map.entry("origin", "app"));
  }

  @Test
  void thePayloadIsNotReadableInTheBroker() {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));

    assertThat(new String(packed.body(), StandardCharsets.ISO_8859_1)).doesNotContain("segredo");
  }

  @Test
  void noAlteredByteOpens() {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));

    for (int i = 0; i < packed.body().length; i++) {
      byte[] altered = packed.body().clone();
      altered[i] ^= 1;
      assertThatThrownBy(() -> envelope.unpack(tenant, QUEUE, packed.properties(), altered))
          .isInstanceOf(PayloadCorruptException.class);
    }
  }

  @Test
  void aPayloadMovedToAnotherMessageQueueOrTenantDoesNotOpen() throws Exception {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));
    BasicProperties otherMessage = packed.properties().builder().messageId("m2").build();
    LiveQueue otherQueue = new LiveQueue("crm", "leads.update", 6, Duration.ofHours(1));
    TenantView other = tenant();

    assertThatThrownBy(() -> envelope.unpack(tenant, QUEUE, otherMessage, packed.body()))
        .isInstanceOf(PayloadCorruptException.class);
    assertThatThrownBy(
            () -> envelope.unpack(tenant, otherQueue, packed.properties(), packed.body()))
        .isInstanceOf(PayloadCorruptException.class);
    assertThatThrownBy(() -> envelope.unpack(other, QUEUE, packed.properties(), packed.body()))
        .isInstanceOf(PayloadCorruptException.class);
  }

  @Test
  void compressionIsKeptOnlyWhenItHelps() throws PayloadCorruptException {
    byte[] repetitive = new byte[20_000];
    byte[] random = new byte[20_000];
    new SecureRandom().nextBytes(random);

    Envelope.Packed small =
        envelope.pack(tenant, message("m1", repetitive, CompressionLevel.HIGH, ""));
    Envelope.Packed large = envelope.pack(tenant, message("m2", random, CompressionLevel.HIGH, ""));

    assertThat(small.body()).hasSizeLessThan(1000);
    assertThat(large.body()).hasSize(random.length + 16);
    assertThat(unpack(small).payload()).isEqualTo(repetitive);
    assertThat(unpack(large).payload()).isEqualTo(random);
  }

  @Test
  void whatThePublisherEncryptedItselfPassesAsItIs() throws PayloadCorruptException {
    Envelope.Packed packed =
        envelope.pack(tenant, message("m1", TEXT, CompressionLevel.HIGH, "age"));

    assertThat(packed.body()).isEqualTo(TEXT);
    assertThat(unpack(packed).endToEnd()).isEqualTo("age");
  }

  private StoredMessage unpack(Envelope.Packed packed) throws PayloadCorruptException {
    return envelope.unpack(tenant, QUEUE, packed.properties(), packed.body());
  }

  private static NewMessage message(
      String id, byte[] payload, CompressionLevel compression, String endToEnd) {
    return new NewMessage(
        id,
        QUEUE,
        8,
        new NewMessage.Content(
            payload, "text/plain", Map.of("origin", "app"), compression, endToEnd),
        Optional.empty(),
        Instant.parse("2026-01-01T00:00:00Z"),
        Map.of());
  }

  private TenantView tenant() {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return new TenantView(
        new TenantId("acme"),
        uid,
        1,
        Serving.SERVING,
        "basic",
        Set.of("crm"),
        Limits.getDefaultInstance(),
        "local",
        List.of(context.getBean(SecretBox.class).seal(uid, "tenant-key", "k1", key)),
        Set.of(),
        Set.of());
  }
}
