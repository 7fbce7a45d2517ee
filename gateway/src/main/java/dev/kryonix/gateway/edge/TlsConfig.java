package dev.kryonix.gateway.edge;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.netty.handler.ssl.ClientAuth;
import java.nio.file.Path;
import java.time.Duration;

/**
 * TLS on both ports. It is on when a certificate is named.
 *
 * @param certificate the PEM file with the certificate and its chain, or empty
 * @param key the PEM file with the certificate's private key (PKCS#8), or empty
 * @param allowTls12 whether TLS 1.2 is taken beside 1.3
 * @param clientCertificates whether clients show a certificate: none, optional, or require
 * @param clientAuthorities the PEM file with the authorities that sign client certificates, or
 *     empty
 * @param reload how often the files are looked at for a change
 * @param handshakeTimeout how long a client may take for the handshake
 */
@ConfigurationProperties("kryonix.gateway.tls")
public record TlsConfig(
    @Bindable(defaultValue = "") String certificate,
    @Bindable(defaultValue = "") String key,
    @Bindable(defaultValue = "false") boolean allowTls12,
    @Bindable(defaultValue = "none") ClientAuth clientCertificates,
    @Bindable(defaultValue = "") String clientAuthorities,
    @Bindable(defaultValue = "10s") Duration reload,
    @Bindable(defaultValue = "10s") Duration handshakeTimeout) {

  public TlsConfig {
    require(
        certificate.isEmpty() == key.isEmpty(),
        "certificate and key must be set together: kryonix.gateway.tls");
    require(
        (clientCertificates == ClientAuth.NONE) == clientAuthorities.isEmpty(),
        "client-certificates and client-authorities must be set together: kryonix.gateway.tls");
    require(
        clientCertificates == ClientAuth.NONE || !certificate.isEmpty(),
        "client certificates need a certificate of our own: kryonix.gateway.tls.certificate");
    require(
        reload.isPositive() && handshakeTimeout.isPositive(),
        "reload and handshake-timeout must be above zero: kryonix.gateway.tls");
  }

  boolean isOn() {
    return !certificate.isEmpty();
  }

  Path certificateFile() {
    return Path.of(certificate);
  }

  Path keyFile() {
    return Path.of(key);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
