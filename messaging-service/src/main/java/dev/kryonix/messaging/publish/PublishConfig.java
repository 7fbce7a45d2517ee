package dev.kryonix.messaging.publish;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How messages are published.
 *
 * @param maxMessageBytes the most that payload and attributes may come to
 * @param window the most messages that may wait for the broker's confirm on one channel; beyond
 *     about 1,000 only the latency grows
 * @param channels the most channels of a tenant, over which its streams are dealt
 * @param maxBytesInFlight the most bytes of all tenants that may wait for a confirm
 * @param confirmTimeout how long a confirm is waited for
 */
@ConfigurationProperties("kryonix.publish")
public record PublishConfig(
    @Bindable(defaultValue = "1048576") int maxMessageBytes,
    @Bindable(defaultValue = "1000") int window,
    @Bindable(defaultValue = "4") int channels,
    @Bindable(defaultValue = "67108864") int maxBytesInFlight,
    @Bindable(defaultValue = "10s") Duration confirmTimeout) {}
