package dev.kryonix.gateway.edge;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in the text form of RFC 7468. */
final class Pem {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final Pattern OLDER_KEY =
      Pattern.compile("-----BEGIN (?:RSA|EC|ENCRYPTED) PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private Pem() {}

  /** All certificates of a file; there is at least one. */
  static List<X509Certificate> certificates(byte[] file) throws CertificateException {
    List<X509Certificate> all = new ArrayList<>();
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(file))) {
      all.add((X509Certificate) each);
    }
    if (all.isEmpty()) {
      throw new CertificateException("there is no certificate in it");
    }
    return List.copyOf(all);
  }

  /** The private key of a file. */
  static PrivateKey privateKey(String file) throws GeneralSecurityException {
    if (OLDER_KEY.matcher(file).find()) {
      throw new InvalidKeySpecException(
          "the key is not unencrypted PKCS#8; convert it with: openssl pkcs8 -topk8 -nocrypt");
    }
    Matcher found = PRIVATE_KEY.matcher(file);
    if (!found.find()) {
      throw new InvalidKeySpecException("there is no whole private key in it");
    }
    PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(decode(found.group(1)));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(key);
      } catch (InvalidKeySpecException e) {
        // Another algorithm's.
      }
    }
    throw new InvalidKeySpecException("the private key is none of " + ALGORITHMS);
  }

  private static byte[] decode(String base64) throws InvalidKeySpecException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("the private key is not base64", e);
    }
  }
}
