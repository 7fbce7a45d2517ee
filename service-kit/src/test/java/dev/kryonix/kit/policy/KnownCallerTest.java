package dev.kryonix.kit.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.Principal;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class KnownCallerTest {
  private static final Principal CALLER =
      new Principal(
          "key-1",
          Principal.Kind.TENANT,
          Optional.empty(),
          Optional.empty(),
          Set.of("cache.read"),
          Set.of(),
          "basic",
          Instant.MAX,
          "token-1",
          false);

  @Test
  void aCallerIsHandedOnOnce() {
    Metadata headers = new Metadata();
    KnownCaller.put(headers, CALLER);

    assertThat(KnownCaller.take(headers)).contains(CALLER);
    assertThat(KnownCaller.take(headers)).isEmpty();
    assertThat(headers.keys()).isEmpty();
  }

  @Test
  void whatAClientSendsUnderTheNameIsNobody() {
    assertThat(KnownCaller.take(sent())).isEmpty();
  }

  @Test
  void whatAClientSendsDoesNotHideWhoWasFoundOut() {
    Metadata headers = sent();
    KnownCaller.put(headers, CALLER);

    assertThat(KnownCaller.take(headers)).contains(CALLER);
    assertThat(headers.keys()).isEmpty();
  }

  /** Headers as they come from the wire. */
  private static Metadata sent() {
    return InternalMetadata.newMetadata(
        KnownCaller.HEADER.name().getBytes(StandardCharsets.US_ASCII), new byte[] {1, 2, 3});
  }
}
