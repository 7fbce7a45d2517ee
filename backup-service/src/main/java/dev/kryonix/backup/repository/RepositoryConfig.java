package dev.kryonix.backup.repository;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.nio.file.Path;

/**
 * Where repositories are.
 *
 * @param dataDir the folder that holds {@code repository/<tenant uid>}
 */
@ConfigurationProperties("kryonix.repository")
public record RepositoryConfig(Path dataDir) {}
