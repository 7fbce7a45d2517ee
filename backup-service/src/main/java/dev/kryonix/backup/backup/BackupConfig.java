package dev.kryonix.backup.backup;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * How backups are carried out.
 *
 * @param instance names this instance; the same after a restart, so that it finds what it left
 *     unfinished
 * @param concurrent how many backups this instance carries out at one time; each holds two open
 *     packs in memory
 */
@ConfigurationProperties("kryonix.backup")
public record BackupConfig(String instance, @Bindable(defaultValue = "4") int concurrent) {}
