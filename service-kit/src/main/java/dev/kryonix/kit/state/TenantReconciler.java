package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;

/**
 * Makes true in a service's engine what tenant-service wants for a tenant. A service implements it
 * as a bean; the {@link StateClient} calls it on virtual threads, never twice at once for one
 * tenant id, and after failure again.
 *
 * <p>Both methods compare what must be with what is and repair the difference, so calling them
 * again with the same arguments is harmless and mends drift. Another instance of the service may do
 * the same at the same time. Every call to an engine has a deadline, and an interrupt ends the
 * work.
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
   * what carries this uid. Removing what is gone already succeeds.
   *
   * @throws ReconcileException when something is left; the call comes again
   */
  void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException;
}
