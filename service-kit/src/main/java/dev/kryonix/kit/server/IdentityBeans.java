package dev.kryonix.kit.server;

import dev.kryonix.kit.identity.IssuerConfig;
import dev.kryonix.kit.identity.KeySource;
import dev.kryonix.kit.identity.PlatformKeys;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.identity.ServiceKeys;
import dev.kryonix.kit.identity.TokenVerifier;
import dev.kryonix.kit.identity.TrustedIssuer;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Wires who is trusted: the platform's issuer and the services' own keys. */
@Factory
final class IdentityBeans {
  /** The name of the bean that holds the platform issuer's keys. */
  static final String PLATFORM = "platform";

  @Singleton
  @Secondary
  InstantSource clock() {
    return InstantSource.system();
  }

  @Singleton
  ServiceKeys serviceKeys(ServerConfig config) {
    return ServiceKeys.read(config.keysDir(), config.service());
  }

  @Singleton
  ServiceCredentials serviceCredentials(
      ServerConfig config, ServiceKeys keys, InstantSource clock) {
    return new ServiceCredentials(config.service(), keys, clock);
  }

  /**
   * Asked from the tenant service; the tenant service itself brings a bean that answers from its
   * own store.
   */
  @Singleton
  @Secondary
  @Named(PLATFORM)
  KeySource platformKeys(Channels channels, InstantSource clock) {
    return PlatformKeys.from(channels.to("tenant"), clock);
  }

  @Singleton
  TokenVerifier tokenVerifier(
      @Named(PLATFORM) KeySource platform,
      ServiceKeys services,
      List<IssuerConfig> outside,
      InstantSource clock) {
    List<TrustedIssuer> issuers = new ArrayList<>();
    issuers.add(TrustedIssuer.platform(platform));
    issuers.add(TrustedIssuer.services(services));
    outside.forEach(config -> issuers.add(TrustedIssuer.outside(config, clock)));
    return new TokenVerifier(issuers, clock);
  }
}
