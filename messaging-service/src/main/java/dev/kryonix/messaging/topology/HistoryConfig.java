package dev.kryonix.messaging.topology;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.core.convert.format.MapFormat;
import java.time.Duration;
import java.util.Map;

/**
 * How the message history is kept and read.
 *
 * @param bytes the plans that have one, each with the most bytes that it may come to
 * @param segmentBytes the size of the pieces in which the broker drops what is too old
 * @param mostLag a live view that is further behind skips to the present
 * @param keepAlive how often a live view says that it is there when it has nothing else to say
 * @param readersPerTenant how many replays and live views of one tenant an instance serves at once
 */
@ConfigurationProperties("kryonix.history")
public record HistoryConfig(
    @MapFormat Map<String, Long> bytes,
    @Bindable(defaultValue = "16777216") long segmentBytes,
    @Bindable(defaultValue = "60s") Duration mostLag,
    @Bindable(defaultValue = "15s") Duration keepAlive,
    @Bindable(defaultValue = "20") int readersPerTenant) {

  public HistoryConfig {
    bytes = Map.copyOf(bytes);
  }
}
