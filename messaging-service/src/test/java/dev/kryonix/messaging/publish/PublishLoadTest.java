package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.policy.LoadGate.Place;
import dev.kryonix.kit.policy.MethodPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PublishLoadTest {
  private static final String SERVICE = "kryonix.messaging.v1.MessagingService/";

  private final PublishLoad load =
      new PublishLoad(new PublishConfig(1024, 2, 1, 1024, Duration.ofSeconds(1)));
  private final Principal one = caller("one");

  @Test
  void asManyCallsAreLetInAsAWindowHoldsAndOneMoreIsToldWhenToComeBack() {
    Place first = load.enter(one, method("Publish"));
    load.enter(one, method("Publish"));

    assertThatThrownBy(() -> load.enter(one, method("Publish")))
        .isInstanceOfSatisfying(
            ServiceException.class,
            refusal -> {
              assertThat(refusal.reasonName()).isEqualTo("BROKER_BLOCKED");
              assertThat(refusal.toStatus().getDetailsList())
                  .anyMatch(detail -> detail.is(com.google.rpc.RetryInfo.class));
            });

    first.leave();
    load.enter(one, method("Publish"));
  }

  @Test
  void aCallThatBeginsWhenAllPlacesAreTakenIsRefusedAtOnceAndTakesNoneOtherwise() {
    for (int i = 0; i < 10; i++) {
      load.requireRoom(one, method("Publish"));
    }
    Place first = load.enter(one, method("Publish"));
    load.enter(one, method("Publish"));

    assertThatThrownBy(() -> load.requireRoom(one, method("Publish")))
        .isInstanceOf(ServiceException.class);
    load.requireRoom(one, method("PublishStream"));
    load.requireRoom(caller("two"), method("Publish"));

    first.leave();
    load.requireRoom(one, method("Publish"));
  }

  @Test
  void noTenantTakesThePlacesOfAnother() {
    load.enter(one, method("Publish"));
    load.enter(one, method("Publish"));

    assertThat(load.enter(caller("two"), method("Publish"))).isNotNull();
  }

  @Test
  void otherCallsAreNotCounted() {
    for (int i = 0; i < 10; i++) {
      load.enter(one, method("PublishStream"));
    }

    assertThat(load.enter(one, method("Publish"))).isNotNull();
  }

  private static MethodPolicy method(String name) {
    return new MethodPolicy(
        SERVICE + name,
        Exposure.EXPOSURE_TENANT,
        "messaging.publish",
        "",
        Idempotency.IDEMPOTENCY_UNSPECIFIED,
        1,
        false);
  }

  private static Principal caller(String tenant) {
    return new Principal(
        "key_1",
        Principal.Kind.TENANT,
        TenantId.parse(tenant),
        Optional.of(new TenantUid(UUID.randomUUID())),
        Set.of(),
        Set.of(),
        "pro",
        Instant.MAX,
        "t1",
        false);
  }
}
