package dev.kryonix.kit.audit;

import java.util.Map;

/**
 * What a caller is about to do to a tenant.
 *
 * @param action the service and RPC, such as {@code MessagingService.DropDeadLetters}
 * @param resource to what, such as {@code tenants/clinica_exemplo/deadLetters}
 * @param requestId the request_id of the call, or empty
 * @param details what is asked for, by field; no secrets and no payloads
 */
public record AuditEntry(
    String action, String resource, String requestId, Map<String, String> details) {
  public AuditEntry {
    details = Map.copyOf(details);
  }
}
