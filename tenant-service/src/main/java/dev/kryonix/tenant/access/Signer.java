package dev.kryonix.tenant.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.inject.Singleton;

/** Signs claims with the key that signs now. */
@Singleton
public final class Signer {
  private final SigningKeys keys;

  Signer(SigningKeys keys) {
    this.keys = keys;
  }

  /** The signed claims in compact form, of a type such as {@code JWT}. */
  public String sign(String type, JWTClaimsSet claims) {
    ECKey key = keys.signing();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(type))
                .keyID(key.getKeyID())
                .build(),
            claims);
    try {
      jwt.sign(new ECDSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("the signing key cannot sign", e);
    }
    return jwt.serialize();
  }
}
