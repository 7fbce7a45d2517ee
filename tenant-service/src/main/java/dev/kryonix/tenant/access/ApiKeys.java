package dev.kryonix.tenant.access;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import dev.kryonix.tenant.tenants.OwnTenantGate;
import dev.kryonix.tenant.tenants.Phase;
import dev.kryonix.tenant.tenants.RequestLog;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantErrors;
import dev.kryonix.tenant.tenants.TenantStore;
import dev.kryonix.tenant.tenants.Tenants;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/** Makes, lists and revokes the API keys of tenants. */
@Singleton
final class ApiKeys {
  private static final int MOST_LIVE = 100;

  private final Database database;
  private final TenantStore tenants;
  private final Tenants reading;
  private final OwnTenantGate gate;
  private final ApiKeyStore store;
  private final ApiKeyMint mint;
  private final AuditTrail audit;
  private final RequestLog requests;
  private final PageTokens pages;
  private final InstantSource clock;

  ApiKeys(
      Database database,
      TenantStore tenants,
      Tenants reading,
      OwnTenantGate gate,
      ApiKeyStore store,
      ApiKeyMint mint,
      AuditTrail audit,
      RequestLog requests,
      PageTokens pages,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.reading = reading;
    this.gate = gate;
    this.store = store;
    this.mint = mint;
    this.audit = audit;
    this.requests = requests;
    this.pages = pages;
    this.clock = clock;
  }

  /** What is asked for. */
  record Order(
      TenantId tenant,
      String displayName,
      SortedSet<String> scopes,
      Optional<Instant> expires,
      RequestLog.Call call) {}

  /** A new key and its secret. */
  record Created(ApiKey key, ApiKeySecret secret) {}

  /** A page of keys. */
  record Page(List<ApiKey> keys, String nextToken) {}

  Created create(Order order, Principal caller) {
    requireServed(caller);
    for (String scope : order.scopes()) {
      if (!caller.hasScope(scope)) {
        throw AccessErrors.scopeMissing(scope);
      }
    }
    try {
      return database.inTenant(order.tenant(), tx -> create(tx, order, caller));
    } catch (DatabaseException e) {
      if (e.constraint().filter(RequestLog.CONSTRAINT::equals).isEmpty()) {
        throw e;
      }
      // An equal call was first and has committed: its answer is there.
      return database.inTenant(order.tenant(), tx -> create(tx, order, caller));
    }
  }

  Page list(TenantId id, Principal caller, int size, String token) {
    Tenant tenant = reading.get(id, caller);
    String listing = "ListApiKeys\n" + tenant.uid();
    String after = pages.read(listing, token);
    List<ApiKey> found = database.inTenant(id, tx -> store.page(tx, tenant.uid(), after, size + 1));
    if (found.size() <= size) {
      return new Page(found, "");
    }
    List<ApiKey> page = found.subList(0, size);
    return new Page(page, pages.after(listing, page.getLast().id()));
  }

  ApiKey revoke(TenantId id, String keyId, Principal caller) {
    requireServed(caller);
    return database.inTenant(
        id,
        tx -> {
          Tenant tenant = tenants.lock(tx, id).orElseThrow(() -> TenantErrors.notFound(id));
          ApiKey key =
              store
                  .find(tx, tenant.uid(), keyId)
                  .orElseThrow(() -> AccessErrors.apiKeyNotFound(keyId));
          if (key.revoked().isPresent()) {
            return key;
          }
          Instant now = now();
          store.revoke(tx, keyId, now);
          // The services learn of it as of any change: their copy of the tenant names revoked keys.
          tenants.update(tx, tenant.touched(now));
          Outbox.append(tx, tenant.uid());
          record(tx, tenant, Actor.of(caller), "RevokeApiKey", keyId, Map.of());
          return key.revokedAt(now);
        });
  }

  private Created create(Tx tx, Order order, Principal caller) throws SQLException {
    Tenant tenant =
        tenants.lock(tx, order.tenant()).orElseThrow(() -> TenantErrors.notFound(order.tenant()));
    String requestId = order.call().requestId();
    Optional<byte[]> before = requests.find(tx, order.call());
    if (before.isPresent()) {
      String id = new String(before.get(), StandardCharsets.UTF_8);
      ApiKey key =
          store.find(tx, tenant.uid(), id).orElseThrow(() -> AccessErrors.apiKeyNotFound(id));
      return new Created(key, mint.secret(tenant.uid(), id, requestId));
    }
    if (tenant.phase() == Phase.DELETING) {
      throw TenantErrors.conflict(tenant, "not deleted");
    }
    Instant now = now();
    if (store.countLive(tx, tenant.uid(), now) >= MOST_LIVE) {
      throw AccessErrors.tooManyKeys(order.tenant(), MOST_LIVE);
    }
    String id = mint.newId();
    ApiKey key =
        new ApiKey(
            id,
            tenant.id(),
            tenant.uid(),
            order.displayName(),
            order.scopes(),
            now,
            order.expires().map(end -> end.truncatedTo(ChronoUnit.MICROS)),
            Optional.empty(),
            Optional.empty());
    ApiKeySecret secret = mint.secret(tenant.uid(), id, requestId);
    store.insert(tx, key, mint.hash(secret.text()));
    record(
        tx,
        tenant,
        Actor.of(caller).withRequestId(requestId),
        "CreateApiKey",
        id,
        Map.of("scopes", String.join(" ", order.scopes())));
    requests.keep(tx, order.call(), id.getBytes(StandardCharsets.UTF_8));
    return new Created(key, secret);
  }

  private void record(
      Tx tx, Tenant tenant, Actor actor, String rpc, String keyId, Map<String, String> details)
      throws SQLException {
    audit.append(
        tx,
        tenant.id(),
        tenant.uid(),
        AuditEvent.of(
            now(),
            actor,
            "AccessService." + rpc,
            "tenants/%s/apiKeys/%s".formatted(tenant.id(), keyId),
            details));
  }

  /**
   * A tenant that is refused everywhere cannot make or revoke keys; the platform can do it for it.
   */
  private void requireServed(Principal caller) {
    if (caller.kind() == Principal.Kind.TENANT) {
      gate.admit(caller);
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
