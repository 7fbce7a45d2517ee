package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import io.grpc.Channel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What services say to each other is nobody else's. */
@OnPlatform
final class InternalRpcIT {
  private final Platform platform;
  private final String adminToken;

  InternalRpcIT(Platform platform) {
    this.platform = platform;
    adminToken = platform.operator().token(platform.adminApiKey()).getToken();
  }

  @Test
  void theGatewayKnowsNoInternalRpcNotEvenForThePlatformsAdministrator() {
    Channel admin = platform.grpc().withToken(adminToken);

    assertThat(export(admin).code()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(export(admin).reason()).isEqualTo("METHOD_UNKNOWN");
    assertThat(sync(admin).code()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(sync(admin).reason()).isEqualTo("METHOD_UNKNOWN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant", "messaging", "cache"})
  void aServiceItselfExportsNothingToThePlatformsAdministrator(String service) {
    try (Grpc direct = new Grpc(platform.address(service))) {
      Refusal refusal = export(direct.withToken(adminToken));

      assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(refusal.reason()).isEqualTo("INTERNAL_ONLY");
    }
  }

  @Test
  void theStateStreamIsClosedToThePlatformsAdministrator() {
    try (Grpc direct = new Grpc(platform.address("tenant"))) {
      assertThat(sync(direct.withToken(adminToken)).code()).isEqualTo(Code.PERMISSION_DENIED);
    }
  }

  private static Refusal export(Channel channel) {
    ExportRequest request =
        ExportRequest.newBuilder()
            .setTenant("any_tenant")
            .setTenantUid(ByteString.copyFrom(new byte[16]))
            .build();
    return Refusal.ofCall(() -> SnapshotSourceGrpc.newBlockingStub(channel).export(request).next());
  }

  private static Refusal sync(Channel channel) {
    return Refusal.ofCall(() -> StateServiceGrpc.newBlockingV2Stub(channel).sync().read());
  }
}
