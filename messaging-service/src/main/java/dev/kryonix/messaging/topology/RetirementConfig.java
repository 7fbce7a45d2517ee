package dev.kryonix.messaging.topology;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * When queues that nobody uses are deleted.
 *
 * @param retireAfter how long a queue has been empty, without a consumer and without a message
 * @param look how often all queues are looked at; less than half of the shortest time to live of an
 *     operation, since dead letters get their place in time by it
 * @param settle how long a queue that nothing leads to any more is watched before it is deleted:
 *     longer than the broker's statistics are old
 */
@ConfigurationProperties("kryonix.queues")
public record RetirementConfig(
    @Bindable(defaultValue = "1h") Duration retireAfter,
    @Bindable(defaultValue = "20s") Duration look,
    @Bindable(defaultValue = "12s") Duration settle) {}
