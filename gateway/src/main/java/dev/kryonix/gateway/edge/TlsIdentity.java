package dev.kryonix.gateway.edge;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Who the gateway is towards its clients, and whom it takes their certificates from.
 *
 * @param chain the gateway's certificate and those that lead to its authority
 * @param key the certificate's private key
 * @param authorities who signs client certificates
 */
record TlsIdentity(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {

  /** When the first certificate of the chain to expire does so. */
  Instant expiry() {
    return chain.stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }
}
