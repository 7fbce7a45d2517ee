package dev.kryonix.messaging.connection;

import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The passwords that a tenant's broker user may have. While one is rotated there are two: the
 * broker has one of them, and whoever connects cannot know which. What is about to be put into the
 * broker is announced here before, so a connection of this process finds it whichever it is.
 */
@Singleton
public final class BrokerPasswords implements TenantMemory {
  private static final String PURPOSE = "broker-password";
  private static final int MOST = 4;

  private final SecretBox secrets;
  private final Map<TenantUid, TenantView> announced = new ConcurrentHashMap<>();

  public BrokerPasswords(SecretBox secrets) {
    this.secrets = secrets;
  }

  /** The password that the user must have; empty when the tenant has been given none. */
  public Optional<String> newest(TenantView tenant) {
    return tenant.secret(PURPOSE).map(secret -> open(tenant, secret));
  }

  /** From now on the user may have what this view of the tenant says. */
  public void announce(TenantView tenant) {
    announced.merge(
        tenant.uid(),
        tenant,
        (known, newer) -> newer.generation() >= known.generation() ? newer : known);
  }

  @Override
  public void forget(TenantUid tenant) {
    announced.remove(tenant);
  }

  /** What to try, the most likely first; the view may be one of before a rotation. */
  List<String> candidates(TenantView tenant) {
    TenantView latest = announced.getOrDefault(tenant.uid(), tenant);
    return Stream.of(latest, tenant)
        .flatMap(view -> view.secrets().stream())
        .filter(secret -> secret.getPurpose().equals(PURPOSE))
        .distinct()
        .limit(MOST)
        .map(secret -> open(tenant, secret))
        .toList();
  }

  private String open(TenantView tenant, SealedSecret secret) {
    return new String(secrets.open(secret, tenant.uid()), StandardCharsets.UTF_8);
  }
}
