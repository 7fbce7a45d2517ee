package dev.kryonix.kit.nearcache;

import com.nimbusds.jwt.JWTParser;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.text.ParseException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Calls with tokens of one tenant. A token that names another is not sent: its values would come to
 * lie among the first tenant's. Whether a token is genuine is for the gateway to say.
 */
final class OneTenant extends CallCredentials {
  private final TenantId tenant;
  private final Supplier<String> tokens;

  OneTenant(TenantId tenant, Supplier<String> tokens) {
    this.tenant = tenant;
    this.tokens = tokens;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    executor.execute(() -> apply(applier));
  }

  private void apply(MetadataApplier applier) {
    String token;
    try {
      token = tokens.get();
    } catch (RuntimeException e) {
      applier.fail(Status.UNAUTHENTICATED.withDescription("no token is to be had").withCause(e));
      return;
    }
    Optional<String> named = tenantOf(token);
    if (named.isPresent() && !named.get().equals(tenant.value())) {
      applier.fail(
          Status.PERMISSION_DENIED.withDescription(
              "This near cache is of tenant "
                  + tenant
                  + " and the token of "
                  + named.get()
                  + "; open one for each tenant."));
      return;
    }
    Metadata headers = new Metadata();
    headers.put(BearerToken.AUTHORIZATION, "Bearer " + token);
    applier.apply(headers);
  }

  /** The tenant that the platform's own tokens name; of an outside issuer's nothing is known. */
  private static Optional<String> tenantOf(String token) {
    try {
      return Optional.ofNullable(JWTParser.parse(token).getJWTClaimsSet().getStringClaim("tenant"));
    } catch (ParseException e) {
      return Optional.empty();
    }
  }
}
