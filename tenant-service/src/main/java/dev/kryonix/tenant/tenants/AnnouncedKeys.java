package dev.kryonix.tenant.tenants;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes tenant keys into use that every service has heard of by now. Every replica looks; a key is
 * taken once.
 */
@Singleton
final class AnnouncedKeys implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(AnnouncedKeys.class);
  private static final Duration BETWEEN = Duration.ofSeconds(10);
  private static final int AT_ONCE = 100;

  private final Database database;
  private final TenantStore tenants;
  private final TenantSecrets secrets;
  private final AuditTrail audit;
  private final InstantSource clock;
  private final Duration notice;
  private final Rounds rounds = new Rounds("announced-keys", this::round);

  AnnouncedKeys(
      Database database,
      TenantStore tenants,
      TenantSecrets secrets,
      AuditTrail audit,
      InstantSource clock,
      SecretsConfig config) {
    this.database = database;
    this.tenants = tenants;
    this.secrets = secrets;
    this.audit = audit;
    this.clock = clock;
    this.notice = config.keyNotice();
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() {
    try {
      Instant then = clock.instant().minus(notice);
      List<TenantUid> due = database.inPlatform(tx -> secrets.announcedBefore(tx, then, AT_ONCE));
      due.forEach(uid -> database.runInPlatform(tx -> use(tx, uid)));
      return due.size() < AT_ONCE ? between() : Duration.ZERO;
    } catch (ServiceException | DatabaseException e) {
      LOG.debug("announced keys wait for the database: {}", e.toString());
      return between();
    }
  }

  private Duration between() {
    return notice.compareTo(BETWEEN) < 0 ? notice : BETWEEN;
  }

  private void use(Tx tx, TenantUid uid) throws SQLException {
    Tenant tenant = tenants.lock(tx, uid).orElseThrow();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    if (!secrets.useAnnounced(tx, uid, now)) {
      return; // Another replica was first, or the tenant has been purged.
    }
    tenants.nextGeneration(tx, uid, 0);
    audit.append(
        tx,
        tenant.id(),
        uid,
        AuditEvent.of(
            now,
            Actor.PLATFORM,
            "TenantService.RotateCredentials",
            "tenants/" + tenant.id(),
            Map.of("in_use", TenantSecrets.TENANT_KEY)));
    Outbox.append(tx, uid);
  }
}
