package dev.kryonix.bench.tenancy;

import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;

/**
 * A tenant with an API key.
 *
 * @param tenant its id
 * @param key the secret key
 * @param issuer where tokens are asked for
 */
record Account(String tenant, String key, AccessServiceGrpc.AccessServiceBlockingStub issuer) {
  static Account open(ControlPlane control, String tenant) {
    String key =
        control
            .access()
            .createApiKey(
                CreateApiKeyRequest.newBuilder()
                    .setTenant(tenant)
                    .setDisplayName("benchmark")
                    .addScopes("cache.read")
                    .build())
            .getKey();
    return new Account(tenant, key, AccessServiceGrpc.newBlockingStub(control.channel()));
  }

  /** A new token. */
  String token() {
    return issuer.issueToken(IssueTokenRequest.newBuilder().setApiKey(key).build()).getToken();
  }
}
