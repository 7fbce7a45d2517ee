package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.tenant.access.ApiKeyStore;
import dev.kryonix.tenant.sql.Columns;
import dev.kryonix.tenant.tenants.Phase;
import dev.kryonix.tenant.tenants.ProfileRules;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantSecrets;
import dev.kryonix.tenant.tenants.TenantStore;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The desired state: in short in memory, for all tenants; in full from PostgreSQL, when it is sent.
 */
@Singleton
final class DesiredStore implements Desired {
  /** No token lives longer, so a key that was revoked before needs no mention. */
  private static final Duration LONGEST_TOKEN = Duration.ofMinutes(15);

  /** Tombstones are kept so long; a service that was away for longer starts anew. */
  private static final String SELECT =
      """
      SELECT uid, id, generation, state,
             ARRAY(SELECT service FROM service_erasures e
                    WHERE e.tenant_uid = t.uid AND e.finish_time IS NULL) AS awaited
        FROM tenants t
      """;

  private static final String ALL =
      SELECT
          + """
            WHERE state <> 'PURGED' OR update_time > now() - interval '30 days'
               OR uid IN (SELECT tenant_uid FROM service_erasures WHERE finish_time IS NULL)
            """;

  private static final String SOME = SELECT + " WHERE uid = ANY (?::uuid[])";

  private final Database database;
  private final TenantStore tenants;
  private final TenantSecrets secrets;
  private final ApiKeyStore keys;
  private final ProfileRules rules;
  private final InstantSource clock;
  private final Map<TenantUid, Entry> entries = new ConcurrentHashMap<>();

  DesiredStore(
      Database database,
      TenantStore tenants,
      TenantSecrets secrets,
      ApiKeyStore keys,
      ProfileRules rules,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.secrets = secrets;
    this.keys = keys;
    this.rules = rules;
    this.clock = clock;
  }

  /** Reads everything anew. */
  void reset() {
    List<Entry> all = database.inPlatform(tx -> tx.query(ALL, DesiredStore::entry));
    all.forEach(this::put);
  }

  /** Reads these tenants anew. */
  void refresh(Set<TenantUid> uids) {
    List<Entry> some =
        database.inPlatform(tx -> tx.query(SOME, DesiredStore::entry, (Object) Columns.uids(uids)));
    some.forEach(this::put);
  }

  /** Reads those of these tenants that this replica has not been told of yet. */
  void learn(Set<TenantUid> uids) {
    Set<TenantUid> unknown = new HashSet<>(uids);
    unknown.removeAll(entries.keySet());
    if (!unknown.isEmpty()) {
      refresh(unknown);
    }
  }

  @Override
  public Collection<Entry> all() {
    return entries.values();
  }

  @Override
  public Optional<Entry> find(TenantUid uid) {
    return Optional.ofNullable(entries.get(uid));
  }

  @Override
  public Map<TenantUid, DesiredTenant> load(Collection<TenantUid> uids) {
    return database.inPlatform(
        tx -> {
          Map<TenantUid, List<SealedSecret>> sealed = secrets.of(tx, uids);
          Map<TenantUid, List<String>> revoked =
              keys.revokedSince(tx, uids, clock.instant().minus(LONGEST_TOKEN));
          Map<TenantUid, DesiredTenant> loaded = new HashMap<>();
          for (Tenant tenant : tenants.find(tx, uids)) {
            TenantUid uid = tenant.uid();
            loaded.put(
                uid,
                desired(tenant)
                    .addAllSecrets(sealed.getOrDefault(uid, List.of()))
                    .addAllRevoked(revoked.getOrDefault(uid, List.of()))
                    .build());
          }
          return loaded;
        });
  }

  private DesiredTenant.Builder desired(Tenant tenant) {
    return DesiredTenant.newBuilder()
        .setUid(tenant.uid().toBytes())
        .setId(tenant.id().value())
        .setGeneration(tenant.generation())
        .setServing(serving(tenant.phase()))
        .setPlan(tenant.profile().plan())
        .addAllModules(tenant.profile().modules())
        .setLimits(rules.limits(tenant.profile()))
        .setCell(tenant.cell())
        .addAllCompliance(tenant.profile().compliance());
  }

  /** Readers race with each other over the network; the newest generation stays. */
  private void put(Entry entry) {
    entries.merge(
        entry.uid(), entry, (old, fresh) -> fresh.generation() >= old.generation() ? fresh : old);
  }

  /** A tenant that is being provisioned is to be served as soon as a service is ready for it. */
  private static ServingState serving(Phase phase) {
    return switch (phase) {
      case PROVISIONING, ACTIVE -> ServingState.SERVING_STATE_SERVING;
      case SUSPENDED -> ServingState.SERVING_STATE_SUSPENDED;
      case DELETING, PURGED -> ServingState.SERVING_STATE_DELETED;
    };
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        Columns.uid(row, "uid"),
        new TenantId(row.getString("id")),
        row.getLong("generation"),
        Phase.valueOf(row.getString("state")) == Phase.PURGED,
        Set.copyOf(Columns.texts(row, "awaited")));
  }
}
