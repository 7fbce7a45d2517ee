package dev.kryonix.gateway.limit;

import dev.kryonix.kit.identity.TenantUid;
import java.util.function.Consumer;

/** Where the buckets of the tenants are kept. */
interface Grants {
  /**
   * Charges what has been used ahead, then grants what is there.
   *
   * @param used requests that were let pass ahead of this question; they are charged in any case
   * @param wanted how many requests more to grant, if there are that many
   * @param then told the answer, on any thread, at once or later; never blocked by it
   */
  void take(TenantUid tenant, Rate rate, long used, long wanted, Consumer<Grant> then);
}
