package dev.kryonix.messaging.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Route;
import io.micronaut.context.ApplicationContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
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
    context = MessagingBeans.withoutEngines(keys);
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
  void theBrokerIsNotToldAPriorityByWhichMessagesWouldOvertake() {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));
    Portable portable = new Portable(envelope);
    BasicProperties older = packed.properties().builder().priority(8).build();

    Envelope.Packed imported =
        portable.read(tenant, ByteBuffer.wrap(portable.asItLies(older, packed.body())));

    assertThat(packed.properties().getPriority()).isNull();
    assertThat(imported.properties().getPriority()).isNull();
  }

  @Test
  void aConsumerIsToldWhereThePublishStoodInItsTraceUnlessThePublisherSaysOtherwise()
      throws PayloadCorruptException {
    NewMessage usual = message("m1", TEXT, CompressionLevel.NONE, "");
    Map<String, String> trace = Map.of("traceparent", "00-1-2-01", "tracestate", "a=b");

    assertThat(unpack(envelope.pack(tenant, traced(usual, Map.of(), trace))).attributes())
        .isEqualTo(trace);
    assertThat(
            unpack(
                    envelope.pack(
                        tenant, traced(usual, Map.of("traceparent", "publisher's"), trace)))
                .attributes())
        .isEqualTo(Map.of("traceparent", "publisher's", "tracestate", "a=b"));
  }

  private static NewMessage traced(
      NewMessage usual, Map<String, String> attributes, Map<String, String> trace) {
    return new NewMessage(
        usual.id(),
        QUEUE,
        8,
        new NewMessage.Content(TEXT, "text/plain", attributes, CompressionLevel.NONE, ""),
        Optional.empty(),
        usual.time(),
        trace);
  }

  @Test
  void thePayloadIsNotReadableInTheBroker() {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));

    assertThat(new String(packed.body(), StandardCharsets.ISO_8859_1)).doesNotContain("segredo");
  }

  @Test
  void aMessageOpensThoughAStreamGivesItsBytesBackAsTexts() throws PayloadCorruptException {
    Envelope.Packed packed = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));
    Map<String, Object> headers = new HashMap<>(packed.properties().getHeaders());
    headers.replaceAll(
        (key, value) ->
            value instanceof byte[] bytes ? LongStringHelper.asLongString(bytes) : value);

    StoredMessage opened =
        envelope.unpack(
            tenant, QUEUE, packed.properties().builder().headers(headers).build(), packed.body());

    assertThat(headers.values()).noneMatch(byte[].class::isInstance);
    assertThat(opened.payload()).isEqualTo(TEXT);
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

  @Test
  void afterARotationTheNewKeySealsAndTheOldOneStillOpens() throws PayloadCorruptException {
    Envelope.Packed before = envelope.pack(tenant, message("m1", TEXT, CompressionLevel.NONE, ""));
    TenantView rotated =
        withKeys(tenant, List.of(newKey(tenant, "k2"), tenant.secrets().getFirst()));

    Envelope.Packed after = envelope.pack(rotated, message("m2", TEXT, CompressionLevel.NONE, ""));

    assertThat(before.properties().getHeaders()).containsEntry("kx-key", "k1");
    assertThat(after.properties().getHeaders()).containsEntry("kx-key", "k2");
    assertThat(envelope.unpack(rotated, QUEUE, before.properties(), before.body()).payload())
        .isEqualTo(TEXT);
    assertThat(envelope.unpack(rotated, QUEUE, after.properties(), after.body()).payload())
        .isEqualTo(TEXT);
  }

  @Test
  void theLevelFollowsTheSizeWhenNobodyAsksForOne() {
    assertThat(CompressionLevel.bySize(0)).isEqualTo(CompressionLevel.NONE);
    assertThat(CompressionLevel.bySize(1024)).isEqualTo(CompressionLevel.NONE);
    assertThat(CompressionLevel.bySize(1025)).isEqualTo(CompressionLevel.STANDARD);
    assertThat(CompressionLevel.bySize(10 * 1024)).isEqualTo(CompressionLevel.STANDARD);
    assertThat(CompressionLevel.bySize(10 * 1024 + 1)).isEqualTo(CompressionLevel.HIGH);
    assertThat(CompressionLevel.bySize(100 * 1024)).isEqualTo(CompressionLevel.HIGH);
    assertThat(CompressionLevel.bySize(100 * 1024 + 1)).isEqualTo(CompressionLevel.MAXIMUM);
  }

  @Test
  void aCopyForAutomationOpensInAnyQueueAndOthersDoNot() throws PayloadCorruptException {
    LiveQueue automation =
        new LiveQueue("whatsapp", "automation.trigger", 8, Duration.ofMinutes(10));
    NewMessage usual = message("m1", TEXT, CompressionLevel.NONE, "");
    NewMessage forAll =
        new NewMessage(
            "m2",
            QUEUE,
            8,
            usual.content(),
            usual.ttl(),
            usual.time(),
            usual.trace(),
            new NewMessage.Handling(Route.AUTOMATION, false));
    Envelope.Packed copy = envelope.pack(tenant, forAll);
    Envelope.Packed own = envelope.pack(tenant, usual);

    StoredMessage opened = envelope.unpack(tenant, automation, copy.properties(), copy.body());

    assertThat(opened.module()).isEqualTo("crm");
    assertThat(opened.operation()).isEqualTo("leads.create");
    assertThatThrownBy(() -> envelope.unpack(tenant, automation, own.properties(), own.body()))
        .isInstanceOf(PayloadCorruptException.class);
    // Nor does one that is made to look like a copy, or like one of another operation.
    assertThatThrownBy(
            () ->
                envelope.unpack(
                    tenant,
                    automation,
                    own.properties().builder().headers(copy.properties().getHeaders()).build(),
                    own.body()))
        .isInstanceOf(PayloadCorruptException.class);
    assertThatThrownBy(
            () ->
                envelope.unpack(
                    tenant,
                    automation,
                    copy.properties().builder().type("crm.leads.update").build(),
                    copy.body()))
        .isInstanceOf(PayloadCorruptException.class);
  }

  @Test
  void whatIsSealedForElsewhereOpensThereOnlyAndNoCutOrAlteredByteDoes() throws Exception {
    Vault vault = context.getBean(Vault.class);
    for (int size : new int[] {0, 10, 5000}) {
      byte[] plain = new byte[size];
      byte[] sealed = vault.seal(tenant, "scheduled", "m1", plain);

      assertThat(vault.open(tenant, "scheduled", "m1", sealed)).isEqualTo(plain);
      assertThatThrownBy(() -> vault.open(tenant, "scheduled", "m2", sealed))
          .isInstanceOf(PayloadCorruptException.class);
      assertThatThrownBy(() -> vault.open(tenant(), "scheduled", "m1", sealed))
          .isInstanceOf(PayloadCorruptException.class);
      for (int i = 0; i < sealed.length; i++) {
        byte[] cut = Arrays.copyOf(sealed, i);
        byte[] altered = sealed.clone();
        altered[i] ^= 1;
        assertThatThrownBy(() -> vault.open(tenant, "scheduled", "m1", cut))
            .isInstanceOf(PayloadCorruptException.class);
        assertThatThrownBy(() -> vault.open(tenant, "scheduled", "m1", altered))
            .isInstanceOf(PayloadCorruptException.class);
      }
    }
  }

  private SealedSecret newKey(TenantView of, String id) {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return context.getBean(SecretBox.class).seal(of.uid(), "tenant-key", id, key);
  }

  private static TenantView withKeys(TenantView of, List<SealedSecret> keys) {
    return new TenantView(
        of.id(),
        of.uid(),
        of.generation() + 1,
        of.serving(),
        of.plan(),
        of.modules(),
        of.limits(),
        of.cell(),
        keys,
        of.compliance(),
        of.revoked());
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
