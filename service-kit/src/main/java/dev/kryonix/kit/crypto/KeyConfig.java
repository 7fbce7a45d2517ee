package dev.kryonix.kit.crypto;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the platform key comes from.
 *
 * @param command writes the platform key to its output, as 32 bytes or in Base64; without it the
 *     key is the file {@code master.key} in the keys folder
 * @param commandTimeout how long the command may take
 */
@ConfigurationProperties("kryonix.master-key")
record KeyConfig(
    @Nullable String command, @Bindable(defaultValue = "30s") Duration commandTimeout) {}
