package dev.kryonix.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;

/** Signs tokens for tenants with a key of its own, and publishes that key. */
final class SigningKey extends AccessServiceGrpc.AccessServiceImplBase {
  private static final String ID = "test";

  private final ECKey key;

  SigningKey() throws JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID(ID).generate();
  }

  String token(DesiredTenant tenant, String scopes) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(ID).build(),
            new JWTClaimsSet.Builder()
                .issuer("kryonix")
                .audience("kryonix")
                .subject("key_1")
                .jwtID(UUID.randomUUID().toString())
                .claim("tenant", tenant.getId())
                .claim("tenant_uid", TenantUid.fromBytes(tenant.getUid()).toString())
                .claim("scope", scopes)
                .claim("modules", tenant.getModulesList())
                .claim("plan", tenant.getPlan())
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build());
    jwt.sign(new ECDSASigner(key));
    return jwt.serialize();
  }

  @Override
  public void getJwks(GetJwksRequest request, StreamObserver<GetJwksResponse> responses) {
    responses.onNext(
        GetJwksResponse.newBuilder()
            .addKeys(
                Jwk.newBuilder()
                    .setKty("EC")
                    .setCrv("P-256")
                    .setX(key.getX().toString())
                    .setY(key.getY().toString())
                    .setKid(ID)
                    .setAlg("ES256")
                    .setUse("sig"))
            .build());
    responses.onCompleted();
  }
}
