package dev.kryonix.gateway.edge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the files of TLS hold at one moment. They are compared by content, so that it does not
 * matter how they were replaced: in place, by a rename, or behind a symbolic link.
 */
final class TlsFiles {
  private static final byte[] PROBE = "kryonix".getBytes(StandardCharsets.US_ASCII);

  private final TlsConfig config;
  private final byte[] certificate;
  private final byte[] key;
  private final byte[] authorities;

  private TlsFiles(TlsConfig config, byte[] certificate, byte[] key, byte[] authorities) {
    this.config = config;
    this.certificate = certificate;
    this.key = key;
    this.authorities = authorities;
  }

  static TlsFiles read(TlsConfig config) throws IOException {
    return new TlsFiles(
        config,
        content(config.certificateFile()),
        content(config.keyFile()),
        config.clientAuthorities().isEmpty()
            ? new byte[0]
            : content(Path.of(config.clientAuthorities())));
  }

  boolean hasContentOf(TlsFiles other) {
    return Arrays.equals(certificate, other.certificate)
        && Arrays.equals(key, other.key)
        && Arrays.equals(authorities, other.authorities);
  }

  /** The certificates and the key, once they are whole and belong together. */
  TlsIdentity identity() throws GeneralSecurityException {
    List<X509Certificate> chain;
    try {
      chain = Pem.certificates(certificate);
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(config.certificate() + ": " + e.getMessage(), e);
    }
    PrivateKey secret;
    try {
      secret = Pem.privateKey(new String(key, StandardCharsets.ISO_8859_1));
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(config.key() + ": " + e.getMessage(), e);
    }
    if (!belongTogether(secret, chain.getFirst().getPublicKey())) {
      throw new GeneralSecurityException(
          "the key " + config.key() + " is not that of the certificate " + config.certificate());
    }
    return new TlsIdentity(
        chain, secret, authorities.length == 0 ? List.of() : Pem.certificates(authorities));
  }

  private static boolean belongTogether(PrivateKey secret, PublicKey open)
      throws GeneralSecurityException {
    if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
      return false;
    }
    Signature signature =
        Signature.getInstance(
            switch (secret.getAlgorithm().toUpperCase(Locale.ROOT)) {
              case "EC" -> "SHA256withECDSA";
              case "RSA" -> "SHA256withRSA";
              default -> secret.getAlgorithm();
            });
    signature.initSign(secret);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(PROBE);
    try {
      return signature.verify(signed);
    } catch (SignatureException e) {
      // Of another curve or size.
      return false;
    }
  }

  private static byte[] content(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    }
  }
}
