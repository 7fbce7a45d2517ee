package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Makes true in a service's engine what tenant-service wants for a tenant. A service implements it
 * as a bean; the {@link StateClient} calls it on virtual threads, never twice at once for one
 * tenant id, and after failure again.
 *
 * <p>The first two methods compare what must be with what is and repair the difference, so calling
 * them again with the same arguments is harmless and mends drift. Another instance of the service
 * may do the same at the same time. Every call to an engine has a deadline, and an interrupt ends
 * the work.
 */
public interface TenantReconciler {
  /**
   * Makes the tenant's engine objects as desired: credentials, then objects, then routes. Called
   * for suspended and deleted tenants too: their objects and data stay, their connections go.
   * Requests see the new view in the {@link TenantDirectory} only after this returns.
   *
   * @throws ReconcileException when it could not be made true; the last good state stays, and the
   *     call comes again
   */
  void apply(TenantView desired, StepReporter steps) throws ReconcileException;

  /**
   * Removes all that the tenant has here: routes, objects and data, then credentials. The id may
   * belong to another tenant by now, with another uid, whose things must stay: what is removed is
   * what carries this uid. Removing what is gone already succeeds. A {@link #census} is taken
   * before and after.
   *
   * @throws ReconcileException when something is left; the call comes again
   */
  void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException;

  /**
   * Counts in the engine itself, and not from memory, what carries this uid here, by kind, such as
   * {@code messaging.vhosts}: every kind that this service ever makes, those without any as zero.
   */
  Map<String, Long> census(TenantUid uid, TenantId id) throws ReconcileException;

  /**
   * The tenants, of these that have been made true here, whose engine objects are not as they must
   * be: deleted or changed by hand. They are made true again by {@link #apply}. Called every half
   * minute or so with all tenants, so it compares in bulk.
   */
  default Set<TenantUid> drifted(Collection<TenantView> tenants) throws ReconcileException {
    return Set.of();
  }
}
