package dev.kryonix.kit.postgres;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Where the service's schema is, and as whom. The roles' search path names the schema.
 *
 * @param url the JDBC address, such as {@code jdbc:postgresql://127.0.0.1:25432/kryonix}
 * @param user the application role, which owns nothing
 * @param password the application role's password
 * @param ownerUser the role that owns the schema and runs the migrations
 * @param ownerPassword the owner's password
 * @param required whether the service serves nothing while PostgreSQL is away; otherwise only what
 *     needs it is refused
 * @param migrations where the migrations lie
 * @param poolSize the most connections at one time
 * @param waitMillis how long a request waits for a connection
 * @param statementMillis how long one statement may run, unless the caller's deadline is sooner
 */
@ConfigurationProperties("kryonix.postgres")
@Requires(property = "kryonix.postgres.url")
public record PostgresConfig(
    String url,
    String user,
    String password,
    String ownerUser,
    String ownerPassword,
    @Bindable(defaultValue = "true") boolean required,
    @Bindable(defaultValue = "classpath:db/migration") String migrations,
    @Bindable(defaultValue = "16") int poolSize,
    @Bindable(defaultValue = "3000") int waitMillis,
    @Bindable(defaultValue = "30000") int statementMillis) {

  @Override
  public String toString() {
    return "PostgresConfig[url=%s, user=%s, password=***]".formatted(url, user);
  }
}
