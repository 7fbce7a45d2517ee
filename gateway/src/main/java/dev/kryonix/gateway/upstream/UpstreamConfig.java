package dev.kryonix.gateway.upstream;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How far the gateway goes with a service that is in trouble. Each holds for one service, over all
 * connections to it.
 *
 * @param calls how many unary calls may run at once
 * @param streams how many streams may be open at once
 * @param window how long the end of a call counts for the circuit breaker
 * @param minimumCalls with fewer calls in the window nothing is concluded
 * @param failurePercent with so many failed calls among them no more are sent
 * @param pause after which a few calls are tried again
 * @param probes how many that are
 */
@ConfigurationProperties("kryonix.gateway.upstream")
public record UpstreamConfig(
    @Bindable(defaultValue = "5000") int calls,
    @Bindable(defaultValue = "100000") int streams,
    @Bindable(defaultValue = "10s") Duration window,
    @Bindable(defaultValue = "20") int minimumCalls,
    @Bindable(defaultValue = "50") int failurePercent,
    @Bindable(defaultValue = "1s") Duration pause,
    @Bindable(defaultValue = "5") int probes) {}
