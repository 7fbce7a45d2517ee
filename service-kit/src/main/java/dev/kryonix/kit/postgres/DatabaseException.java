package dev.kryonix.kit.postgres;

import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * PostgreSQL refused a statement. Logic that expects it, such as a name that is taken, asks which
 * constraint was violated; otherwise it is a defect of ours. The driver's text is in the cause
 * only.
 */
public final class DatabaseException extends RuntimeException {
  private static final String UNIQUE_VIOLATION = "23505";

  private final String sqlState;
  private final @Nullable String constraint;

  DatabaseException(SQLException cause) {
    super("PostgreSQL refused a statement with state " + cause.getSQLState(), cause);
    this.sqlState = String.valueOf(cause.getSQLState());
    this.constraint = constraintOf(cause);
  }

  /** The five characters of the SQLSTATE. */
  public String sqlState() {
    return sqlState;
  }

  /** The constraint that the statement violates, if that was it. */
  public Optional<String> constraint() {
    return Optional.ofNullable(constraint);
  }

  /** Whether the statement would have doubled what the constraint, or any, keeps unique. */
  public boolean isUniqueViolation() {
    return sqlState.equals(UNIQUE_VIOLATION);
  }

  private static @Nullable String constraintOf(SQLException e) {
    if (e instanceof PSQLException known) {
      ServerErrorMessage message = known.getServerErrorMessage();
      return message == null ? null : message.getConstraint();
    }
    return null;
  }
}
