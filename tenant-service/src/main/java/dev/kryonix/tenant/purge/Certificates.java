package dev.kryonix.tenant.purge;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.kryonix.kit.identity.TrustedIssuer;
import dev.kryonix.tenant.access.Signer;
import dev.kryonix.tenant.audit.AuditTrail;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Certifies finished erasures: a JWT of a type that no verifier takes for a token. It is signed
 * anew whenever it is asked for, with the key of that time, so it can always be verified; what it
 * says does not change.
 */
@Singleton
final class Certificates {
  static final String TYPE = "erasure-certificate+jwt";

  private final Signer signer;
  private final InstantSource clock;

  Certificates(Signer signer, InstantSource clock) {
    this.signer = signer;
    this.clock = clock;
  }

  String of(Erasure erasure, Instant finished, AuditTrail.Head head) {
    return signer.sign(
        TYPE,
        new JWTClaimsSet.Builder()
            .issuer(TrustedIssuer.PLATFORM_ISSUER)
            .subject("tenants/" + erasure.id())
            .jwtID(erasure.uid().toString())
            .issueTime(Date.from(clock.instant()))
            .claim("tenant", erasure.id().value())
            .claim("tenant_uid", erasure.uid().toString())
            .claim("start_time", erasure.started().toString())
            .claim("finish_time", finished.toString())
            .claim("services", erasure.parts().stream().map(Certificates::part).toList())
            .claim("destroyed_key_ids", List.copyOf(erasure.destroyedKeys()))
            .claim(
                "audit",
                Map.of("events", head.sequence(), "head", HexFormat.of().formatHex(head.hash())))
            .build());
  }

  private static Map<String, Object> part(Erasure.Part part) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("service", part.service());
    claims.put("counts_before", part.before());
    claims.put("counts_after", part.after());
    return claims;
  }
}
