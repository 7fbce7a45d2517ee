package dev.kryonix.tenant.audit;

/**
 * An event at its place in a tenant's chain.
 *
 * @param sequence the place, from 1
 * @param event the event
 * @param previousHash the hash that the link before has
 * @param hash the hash that this link has
 */
public record AuditLink(long sequence, AuditEvent event, byte[] previousHash, byte[] hash) {}
