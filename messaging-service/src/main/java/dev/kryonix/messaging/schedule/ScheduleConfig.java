package dev.kryonix.messaging.schedule;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How messages wait for their time.
 *
 * @param maxPerTenant the most that may wait of one tenant
 * @param furthest how far ahead they may be
 * @param look how often the database is asked though nothing is known to be due
 * @param claim how long whoever publishes one is taken to be at it: longer than publishing takes
 */
@ConfigurationProperties("kryonix.schedule")
public record ScheduleConfig(
    @Bindable(defaultValue = "10000") int maxPerTenant,
    @Bindable(defaultValue = "365d") Duration furthest,
    @Bindable(defaultValue = "30s") Duration look,
    @Bindable(defaultValue = "60s") Duration claim) {}
