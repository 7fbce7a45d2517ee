package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.api.policy.v1.Policy;
import dev.kryonix.system.contract.Contract;
import dev.kryonix.system.contract.Rpc;
import dev.kryonix.system.contract.SmallestRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every RPC says who may call it, whether it can be repeated, and how it is reached over REST. */
final class ContractTest {
  static final List<Rpc> RPCS = Contract.load().rpcs();

  private static final Validator VALIDATOR = ValidatorFactory.newBuilder().build();

  @Test
  void theDescriptorSetHoldsTheContracts() {
    assertThat(RPCS).hasSizeGreaterThan(100);
  }

  @ParameterizedTest
  @FieldSource("RPCS")
  void anRpcHasAPolicy(Rpc rpc) {
    assertThat(rpc.hasPolicy()).isTrue();
    Policy policy = rpc.policy();
    assertThat(policy.getExposure()).isNotIn(Exposure.EXPOSURE_UNSPECIFIED, Exposure.UNRECOGNIZED);
    assertThat(policy.getIdempotency())
        .isNotIn(Idempotency.IDEMPOTENCY_UNSPECIFIED, Idempotency.UNRECOGNIZED);
    switch (policy.getExposure()) {
      case EXPOSURE_TENANT -> assertThat(policy.getScope()).isNotEmpty();
      case EXPOSURE_PUBLIC, EXPOSURE_INTERNAL -> assertThat(policy.getScope()).isEmpty();
      default -> {}
    }
  }

  @ParameterizedTest
  @FieldSource("RPCS")
  void anRpcIsReachedOverRestUnlessItIsInternalOrTakesAStream(Rpc rpc) {
    assertThat(rpc.isInternal() && rpc.hasRoute()).isFalse();
    assertThat(rpc.isInternal() || rpc.hasRoute() || rpc.method().isClientStreaming()).isTrue();
  }

  /** StatusIT relies on it: otherwise a refused request would hide that an RPC is not served. */
  @ParameterizedTest
  @FieldSource("RPCS")
  void theSmallestRequestPassesTheRulesOfTheContract(Rpc rpc) throws ValidationException {
    SmallestRequest smallest =
        new SmallestRequest(
            Map.of("tenant", "tenant", "operation", "leads.create", "queue", "crm.leads.create"));

    assertThat(VALIDATOR.validate(smallest.of(rpc.method().getInputType())).getViolations())
        .extracting(violation -> violation.toProto().getMessage())
        .isEmpty();
  }
}
