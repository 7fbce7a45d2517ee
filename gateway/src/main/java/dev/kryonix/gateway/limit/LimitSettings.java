package dev.kryonix.gateway.limit;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one address may do, and how addresses are known.
 *
 * @param failuresPerAddress failed authentications that an address may have at once; a tenth of
 *     them is forgiven each second
 * @param publicPerAddress calls without a token that an address may make at once; a quarter of them
 *     is granted anew each second
 * @param trustedProxies addresses or networks, such as {@code 10.0.0.0/8}, whose X-Forwarded-For is
 *     believed
 */
@ConfigurationProperties("kryonix.gateway.limits")
public record LimitSettings(
    @Bindable(defaultValue = "100") int failuresPerAddress,
    @Bindable(defaultValue = "400") int publicPerAddress,
    List<String> trustedProxies) {
  public LimitSettings(
      int failuresPerAddress, int publicPerAddress, @Nullable List<String> trustedProxies) {
    this.failuresPerAddress = failuresPerAddress;
    this.publicPerAddress = publicPerAddress;
    this.trustedProxies = trustedProxies == null ? List.of() : List.copyOf(trustedProxies);
  }
}
