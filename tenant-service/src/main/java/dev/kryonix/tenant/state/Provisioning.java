package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.Progress;
import dev.kryonix.api.tenant.v1.ProvisioningStep;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import dev.kryonix.tenant.conditions.Condition;
import dev.kryonix.tenant.conditions.ConditionProtos;
import dev.kryonix.tenant.conditions.ConditionStore;
import dev.kryonix.tenant.conditions.ConditionStore.Refusal;
import dev.kryonix.tenant.conditions.ConditionStore.Subject;
import dev.kryonix.tenant.conditions.Services;
import dev.kryonix.tenant.purge.Purges;
import dev.kryonix.tenant.tenants.Phase;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantStore;
import dev.kryonix.tenant.watch.WatchHub;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what services answer: as conditions, as events for watchers, and, once all required are
 * there, as ACTIVE.
 */
@Singleton
final class Provisioning {
  private static final Logger LOG = LoggerFactory.getLogger(Provisioning.class);
  private static final int LONGEST_STEP = 64;
  private static final int LONGEST_MESSAGE = 512;

  private final Database database;
  private final TenantStore tenants;
  private final ConditionStore conditions;
  private final AuditTrail audit;
  private final Purges purges;
  private final WatchHub watchers;
  private final InstantSource clock;

  Provisioning(
      Database database,
      TenantStore tenants,
      ConditionStore conditions,
      AuditTrail audit,
      Purges purges,
      WatchHub watchers,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.conditions = conditions;
    this.audit = audit;
    this.purges = purges;
    this.watchers = watchers;
    this.clock = clock;
  }

  /**
   * The service has made these generations true, maybe long ago: what is known already is passed
   * over.
   */
  void current(String service, Map<TenantUid, Long> generations) {
    if (!Services.REQUIRED.contains(service) || generations.isEmpty()) {
      return;
    }
    Map<TenantUid, Long> observed = database.inPlatform(tx -> conditions.observed(tx, service));
    generations.forEach(
        (uid, generation) -> {
          if (observed.getOrDefault(uid, Long.MAX_VALUE) < generation) {
            applied(new Subject(service, uid, generation));
          }
        });
  }

  /**
   * The service has generations that were never given out: the database was restored to an earlier
   * state. Which tenants have changed since cannot be told, so all are sent anew, under generations
   * that nobody has seen. The first service that finds it out does so for all.
   */
  void ahead(String service, Map<TenantUid, Long> generations) {
    if (generations.isEmpty()) {
      return;
    }
    database.runInPlatform(
        tx -> {
          long above = tenants.newestLost(tx, generations);
          if (above > 0) {
            LOG.error(
                "{} has seen generations that are not in the database, which must have been"
                    + " restored: all tenants are sent anew",
                service);
            for (TenantUid uid : tenants.jumpAhead(tx, above)) {
              Outbox.append(tx, uid);
            }
          }
        });
  }

  /** The service has made the generation true. */
  void applied(Subject subject) {
    if (!Services.REQUIRED.contains(subject.service())) {
      return;
    }
    database.runInPlatform(
        tx -> {
          Optional<Tenant> tenant = tenants.lock(tx, subject.uid());
          Instant now = now();
          Optional<Condition> condition = conditions.applied(tx, subject, now);
          if (tenant.isEmpty() || condition.isEmpty()) {
            return;
          }
          tell(tx, subject.uid(), condition.get());
          if (tenant.get().phase() == Phase.PROVISIONING && allHaveAnswered(tx, subject.uid())) {
            activate(tx, tenant.get(), now);
          }
        });
  }

  /** The service has erased the tenant, and counted these objects afterwards. */
  void erased(String service, TenantUid uid, Map<String, Long> counts) {
    purges.erased(service, uid, counts);
  }

  /** The service could not make the generation true, and is asked again then. */
  void refused(Subject subject, Nack nack, int failures, Instant nextRetry) {
    if (!Services.REQUIRED.contains(subject.service())) {
      return;
    }
    Refusal refusal =
        new Refusal(
            clean(nack.getStep(), LONGEST_STEP),
            clean(nack.getReason(), LONGEST_STEP),
            clean(nack.getDetail(), LONGEST_MESSAGE),
            failures,
            nextRetry);
    database.runInPlatform(
        tx -> {
          Optional<Condition> condition = conditions.refused(tx, subject, refusal, now());
          if (condition.isPresent()) {
            tell(tx, subject.uid(), condition.get());
          }
        });
  }

  /** The service works on a step. */
  void working(Subject subject, Progress progress) {
    String step = clean(progress.getStep(), LONGEST_STEP);
    ProvisioningStep.Builder event =
        ProvisioningStep.newBuilder()
            .setService(subject.service())
            .setStep(step)
            .setState(progress.getState())
            .setGeneration(subject.generation());
    if (progress.hasElapsed()) {
      event.setElapsed(progress.getElapsed());
    }
    database.runInPlatform(
        tx -> {
          if (progress.getState() == StepState.STEP_STATE_STARTED) {
            conditions.working(tx, subject, step);
          }
          if (progress.getCountsCount() > 0) {
            purges.counted(tx, subject.service(), subject.uid(), progress.getCountsMap());
          }
          watchers.publish(
              tx,
              subject.uid(),
              WatchTenantResponse.newBuilder()
                  .setEventTime(ConditionProtos.timestamp(now()))
                  .setStep(event)
                  .build());
        });
  }

  private boolean allHaveAnswered(Tx tx, TenantUid uid) throws SQLException {
    return conditions.of(tx, uid).stream().allMatch(each -> each.observedGeneration() >= 1);
  }

  private void activate(Tx tx, Tenant tenant, Instant now) throws SQLException {
    tenants.update(tx, tenant.activatedAt(now));
    audit.append(
        tx,
        tenant.id(),
        tenant.uid(),
        AuditEvent.of(
            now, Actor.PLATFORM, "TenantService.Activate", "tenants/" + tenant.id(), Map.of()));
    Outbox.append(tx, tenant.uid());
  }

  private void tell(Tx tx, TenantUid uid, Condition condition) throws SQLException {
    watchers.publish(
        tx,
        uid,
        WatchTenantResponse.newBuilder()
            .setEventTime(ConditionProtos.timestamp(now()))
            .setCondition(ConditionProtos.message(condition))
            .build());
  }

  /**
   * Text of a service, bounded and without the control characters that PostgreSQL does not take.
   */
  private static String clean(String text, int longest) {
    String printable = text.replaceAll("\\p{Cntrl}", " ");
    return printable.length() <= longest ? printable : printable.substring(0, longest);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
