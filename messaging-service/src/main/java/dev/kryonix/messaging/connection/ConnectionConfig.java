package dev.kryonix.messaging.connection;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How tenants' connections are kept.
 *
 * @param idleTimeout a connection that nobody has used for so long is closed
 * @param maxTenants the tenants that one instance keeps connections for at once
 * @param heartbeat how often broker and client show each other that they are there
 * @param retryAfter after a connection was refused or the broker could not be reached, how long
 *     calls are refused without trying
 * @param accessPatience while the broker lets a tenant's user not into its vhost, how long a
 *     password is awaited that is being rotated, or what was deleted by hand
 */
@ConfigurationProperties("kryonix.connections")
public record ConnectionConfig(
    @Bindable(defaultValue = "5m") Duration idleTimeout,
    @Bindable(defaultValue = "5000") int maxTenants,
    @Bindable(defaultValue = "15s") Duration heartbeat,
    @Bindable(defaultValue = "500ms") Duration retryAfter,
    @Bindable(defaultValue = "3s") Duration accessPatience) {}
