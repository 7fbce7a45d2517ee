package dev.kryonix.messaging.snapshot;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How changes are held for whoever follows them.
 *
 * @param changesKept how long a change is held, and a log that nobody reads
 * @param sweep how often what is older is dropped
 * @param definitionsEvery how often the broker is asked for the queues and bindings of a tenant
 *     that is followed
 */
@ConfigurationProperties("kryonix.snapshots")
record SnapshotConfig(
    @Bindable(defaultValue = "24h") Duration changesKept,
    @Bindable(defaultValue = "60s") Duration sweep,
    @Bindable(defaultValue = "5s") Duration definitionsEvery) {}
