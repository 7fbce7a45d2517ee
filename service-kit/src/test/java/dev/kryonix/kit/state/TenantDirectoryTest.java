package dev.kryonix.kit.state;

import static dev.kryonix.kit.state.Sample.ACME;
import static dev.kryonix.kit.state.Sample.FIRST;
import static dev.kryonix.kit.state.Sample.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TenantDirectoryTest {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final TenantDirectory directory = new TenantDirectory(() -> now);

  @Test
  void aServedTenantIsAdmittedWithItsUid() {
    put(ServingState.SERVING_STATE_SERVING);

    assertThat(directory.admit(Sample.caller(ACME, Optional.empty())).requireTenantUid())
        .isEqualTo(FIRST);
  }

  @Test
  void aTenantThatIsNotHereYetIsToComeBackFor() {
    assertThat(refusal(Sample.caller(ACME, Optional.of(FIRST))))
        .returns(Code.UNAVAILABLE, ServiceException::code)
        .returns("TENANT_NOT_READY", ServiceException::reasonName);
  }

  @Test
  void aSuspendedAndADeletedTenantAreDenied() {
    put(ServingState.SERVING_STATE_SUSPENDED);
    assertThat(refusal(Sample.caller(ACME, Optional.of(FIRST))))
        .returns(Code.PERMISSION_DENIED, ServiceException::code)
        .returns("TENANT_SUSPENDED", ServiceException::reasonName);

    put(ServingState.SERVING_STATE_DELETED);
    assertThat(refusal(Sample.caller(ACME, Optional.of(FIRST))).reasonName())
        .isEqualTo("TENANT_DELETED");
    assertThat(directory.requireAnyState(Sample.caller(ACME, Optional.of(FIRST))).id())
        .isEqualTo(ACME);
  }

  @Test
  void aTokenOfAnEarlierTenantOfTheSameIdIsDead() {
    put(ServingState.SERVING_STATE_SERVING);

    assertThat(refusal(Sample.caller(ACME, Optional.of(SECOND))))
        .returns(Code.PERMISSION_DENIED, ServiceException::code)
        .returns("TENANT_MISMATCH", ServiceException::reasonName);
  }

  @Test
  void aRevokedTokenOrKeyIsDead() {
    directory.put(
        StateProtos.work(Sample.tenant(ACME, FIRST, 1).addRevoked("t1").build()).desired());
    assertThat(refusal(Sample.caller(ACME, Optional.of(FIRST))).code())
        .isEqualTo(Code.UNAUTHENTICATED);

    directory.put(
        StateProtos.work(Sample.tenant(ACME, FIRST, 1).addRevoked("key_1").build()).desired());
    assertThat(refusal(Sample.caller(ACME, Optional.of(FIRST))).code())
        .isEqualTo(Code.UNAUTHENTICATED);
  }

  @Test
  void whenTheLeaseHasRunOutNobodyIsServedUntilItIsRenewed() {
    put(ServingState.SERVING_STATE_SERVING);
    directory.lease(Duration.ofSeconds(60));
    now = now.plusSeconds(61);
    assertThat(refusal(Sample.caller(ACME, Optional.of(FIRST))))
        .returns(Code.UNAVAILABLE, ServiceException::code)
        .returns("UPSTREAM_UNAVAILABLE", ServiceException::reasonName);

    directory.lease(Duration.ofSeconds(60));

    assertThat(directory.require(Sample.caller(ACME, Optional.of(FIRST))).id()).isEqualTo(ACME);
  }

  @Test
  void removingAnEarlierTenantLeavesTheOneThatHasItsIdNow() {
    put(ServingState.SERVING_STATE_SERVING);

    directory.remove(ACME, SECOND);
    assertThat(directory.find(ACME)).isPresent();

    directory.remove(ACME, FIRST);
    assertThat(directory.find(ACME)).isEmpty();
  }

  @Test
  void aRevokedKeyIsRefusedWhateverStateItsTenantIsIn() {
    directory.put(
        StateProtos.work(
                Sample.tenant(ACME, FIRST, 1)
                    .setServing(ServingState.SERVING_STATE_SUSPENDED)
                    .addRevoked("key_1")
                    .build())
            .desired());

    assertThat(
            catchThrowableOfType(
                ServiceException.class,
                () -> directory.requireUnrevoked(Sample.caller(ACME, Optional.of(FIRST)))))
        .isNotNull();
    directory.requireUnrevoked(Sample.caller(Sample.GLOBEX, Optional.empty()));
  }

  private void put(ServingState serving) {
    directory.put(
        StateProtos.work(Sample.tenant(ACME, FIRST, 1).setServing(serving).build()).desired());
  }

  private ServiceException refusal(Principal caller) {
    return catchThrowableOfType(ServiceException.class, () -> directory.require(caller));
  }
}
