package dev.kryonix.bench.tenancy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.time.Instant;
import java.util.Base64;

/** The token by which a service of the platform is known to the others (RFC 7519, ES256). */
final class ServiceToken {
  private static final long LIFETIME_SECONDS = 300;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private ServiceToken() {}

  /** Signs one with the service's own key in the folder. */
  static String of(String service, Path keys) throws IOException {
    JsonObject key =
        JsonParser.parseString(Files.readString(keys.resolve(service + ".jwk"))).getAsJsonObject();
    long now = Instant.now().getEpochSecond();
    String header = "{\"alg\":\"ES256\",\"kid\":\"%s\"}".formatted(key.get("kid").getAsString());
    String claims =
        "{\"iss\":\"kryonix-services\",\"aud\":\"kryonix-internal\",\"sub\":\"%s\",\"iat\":%d,\"exp\":%d}"
            .formatted(service, now, now + LIFETIME_SECONDS);
    String signed = encode(header) + "." + encode(claims);
    try {
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec("secp256r1"));
      BigInteger secret =
          new BigInteger(1, Base64.getUrlDecoder().decode(key.get("d").getAsString()));
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(
          KeyFactory.getInstance("EC")
              .generatePrivate(
                  new ECPrivateKeySpec(secret, curve.getParameterSpec(ECParameterSpec.class))));
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
