package dev.kryonix.gateway.access;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Where the access log goes.
 *
 * @param to {@code stdout}, {@code off}, or the path of a file, which is appended to
 * @param queue how many calls may wait to be written; further ones are counted, not written
 */
@ConfigurationProperties("kryonix.gateway.access-log")
public record AccessConfig(
    @Bindable(defaultValue = "stdout") String to, @Bindable(defaultValue = "8192") int queue) {}
