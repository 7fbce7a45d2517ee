package dev.kryonix.gateway.edge;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLException;

/**
 * What new handshakes use, from one state of the files.
 *
 * @param http2 for a port that speaks HTTP/2 only
 * @param http for a port that speaks HTTP/2 and HTTP/1.1
 * @param expiry when the certificate expires
 */
record TlsContexts(SslContext http2, SslContext http, Instant expiry) {
  static TlsContexts of(TlsIdentity identity, TlsConfig config) throws SSLException {
    return new TlsContexts(
        context(identity, config, ApplicationProtocolNames.HTTP_2),
        context(
            identity, config, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1),
        identity.expiry());
  }

  private static SslContext context(TlsIdentity identity, TlsConfig config, String... protocols)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(
                identity.key(), identity.chain().toArray(new X509Certificate[0]))
            .sslProvider(SslProvider.JDK)
            .protocols(
                config.allowTls12()
                    ? new String[] {"TLSv1.3", "TLSv1.2"}
                    : new String[] {"TLSv1.3"})
            // Forward secrecy and authenticated encryption only (RFC 9113, appendix A).
            .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
            .clientAuth(config.clientCertificates())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
    if (!identity.authorities().isEmpty()) {
      builder.trustManager(identity.authorities().toArray(new X509Certificate[0]));
    }
    return builder.build();
  }
}
