package dev.kryonix.tenant.changes;

import dev.kryonix.kit.identity.TenantUid;
import java.util.Set;

/** Is told of committed changes, by one thread, in this order: everything once, then changes. */
public interface ChangeListener {
  /** Everything may have changed: read it anew. Called at the start, before any change. */
  void reset();

  /** These tenants have changed. May name a tenant again that has not. */
  void changed(Set<TenantUid> tenants);

  /** Everything that was committed up to now has been told. Called about twice a second. */
  default void upToDate() {}
}
