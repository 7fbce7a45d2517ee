package dev.kryonix.tenant.audit;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.audit.AuditTrail.Filter;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.List;

/** Lists and verifies the audit of tenants. */
@Singleton
final class AuditReading {
  private static final int CHUNK = 500;

  private final Database database;
  private final AuditTrail trail;
  private final PageTokens pages;

  AuditReading(Database database, AuditTrail trail, PageTokens pages) {
    this.database = database;
    this.trail = trail;
    this.pages = pages;
  }

  /** Whose audit is read, by whom. */
  record Subject(TenantId tenant, Principal caller) {}

  /** A page of the audit. */
  record Page(List<AuditLink> links, String nextToken) {}

  Page list(Subject subject, Filter filter, int size, String token) {
    String listing =
        String.join(
            "\n",
            "ListAuditEvents",
            subject.tenant().value(),
            filter.from().toString(),
            filter.to().toString(),
            filter.action());
    String place = pages.read(listing, token);
    long after = place.isEmpty() ? 0 : Long.parseLong(place);
    List<AuditLink> found =
        database.inTenant(
            subject.tenant(), tx -> trail.page(tx, uid(tx, subject), filter, after, size + 1));
    if (found.size() <= size) {
      return new Page(found, "");
    }
    List<AuditLink> page = found.subList(0, size);
    return new Page(page, pages.after(listing, Long.toString(page.getLast().sequence())));
  }

  AuditCheck verify(Subject subject) {
    return database.inTenant(
        subject.tenant(),
        tx -> {
          TenantUid uid = uid(tx, subject);
          AuditCheck check = new AuditCheck(uid.toString());
          List<AuditLink> links = trail.page(tx, uid, Filter.everything(), 0, CHUNK);
          while (!links.isEmpty()) {
            links.forEach(check::next);
            links = trail.page(tx, uid, Filter.everything(), links.getLast().sequence(), CHUNK);
          }
          return check;
        });
  }

  /** The tenant's uid; a token of an earlier tenant of the same id sees nothing of this one. */
  private TenantUid uid(Tx tx, Subject subject) throws SQLException {
    TenantUid uid =
        trail
            .uidOf(tx, subject.tenant())
            .orElseThrow(() -> CommonErrors.notFound("tenant", subject.tenant().value()));
    Principal caller = subject.caller();
    boolean own = caller.tenant().filter(subject.tenant()::equals).isPresent();
    if (own && caller.tenantUid().filter(token -> !token.equals(uid)).isPresent()) {
      throw CommonErrors.notFound("tenant", subject.tenant().value());
    }
    return uid;
  }
}
