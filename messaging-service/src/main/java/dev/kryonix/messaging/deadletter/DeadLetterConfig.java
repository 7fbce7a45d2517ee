package dev.kryonix.messaging.deadletter;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How dead letters are kept.
 *
 * @param maxPerTenant how many of a tenant's are in the database at most; more wait in the broker
 * @param sweep how often the broker is looked into for new ones when nobody asks for them
 */
@ConfigurationProperties("kryonix.dead-letters")
public record DeadLetterConfig(
    @Bindable(defaultValue = "100000") int maxPerTenant,
    @Bindable(defaultValue = "1m") Duration sweep) {}
