package dev.kryonix.backup.tenants;

import dev.kryonix.backup.catalogue.BackupStore;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantMeter;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants have in the repository, as the disk tells it, and how many backups. A row-level
 * secured table and a folder are asked about one tenant at a time, so a round ends after a while,
 * and the next goes on where it ended.
 */
@Singleton
final class BackupMeter implements TenantMeter {
  private static final Logger LOG = LoggerFactory.getLogger(BackupMeter.class);
  private static final Duration MOST = Duration.ofSeconds(2);

  private final Repositories repositories;
  private final BackupStore backups;

  /** The last tenant that was measured; rounds are one after the other. */
  private UUID last = new UUID(0, 0);

  BackupMeter(Repositories repositories, BackupStore backups) {
    this.repositories = repositories;
    this.backups = backups;
  }

  @Override
  public Map<TenantUid, Map<String, Long>> measure(Collection<TenantView> tenants)
      throws ReconcileException {
    long end = System.nanoTime() + MOST.toNanos();
    Map<TenantUid, Map<String, Long>> usage = new HashMap<>();
    for (TenantView tenant : afterTheLast(tenants)) {
      last = tenant.uid().value();
      try {
        usage.put(tenant.uid(), measure(tenant));
      } catch (IOException e) {
        LOG.warn("the repository of tenant {} cannot be measured", tenant.id(), e);
      } catch (ServiceException e) {
        throw new ReconcileException("CatalogueUnavailable", e.getMessage(), e);
      }
      if (System.nanoTime() > end) {
        break;
      }
    }
    return usage;
  }

  private List<TenantView> afterTheLast(Collection<TenantView> tenants) {
    List<TenantView> sorted =
        tenants.stream()
            .sorted(Comparator.comparing((TenantView tenant) -> tenant.uid().value()))
            .toList();
    return Stream.concat(
            sorted.stream().filter(tenant -> tenant.uid().value().compareTo(last) > 0),
            sorted.stream().filter(tenant -> tenant.uid().value().compareTo(last) <= 0))
        .toList();
  }

  private Map<String, Long> measure(TenantView tenant) throws IOException {
    return Map.of(
        "backup.backups", backups.count(Owner.of(tenant)),
        "backup.storage_bytes", repositories.size(tenant.uid()));
  }
}
