package dev.kryonix.messaging.records;

import java.util.Map;

/** Rows that the service keeps of tenants. They stay for as long as the tenant does. */
public interface TenantRecords {
  /** How many there are of the tenant, by kind, such as {@code messaging.scheduled}. */
  Map<String, Long> count(Owner owner);

  /** Takes all of the tenant's out. */
  void erase(Owner owner);
}
