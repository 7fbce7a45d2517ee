package dev.kryonix.backup.catalogue;

/**
 * Why something failed.
 *
 * @param reason an ErrorReason without its prefix
 * @param message for an engineer, without secrets
 * @param source the source concerned, or empty
 */
public record Failure(String reason, String message, String source) {}
