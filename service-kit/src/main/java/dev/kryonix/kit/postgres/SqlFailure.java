package dev.kryonix.kit.postgres;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** What an SQLException means for the caller, by its SQLSTATE (PostgreSQL manual, appendix A). */
enum SqlFailure {
  /** The server cannot be reached, is stopping or starting, or takes no more connections. */
  CONNECTION_LOST,
  /** The statement ran into its time limit. */
  TOO_SLOW,
  /** A deadlock or a serialization failure: the same transaction can succeed when run again. */
  LOST_RACE,
  /** Anything else. */
  REFUSED;

  private static final Set<String> LOST = Set.of("57P01", "57P02", "57P03", "57P05", "53300");
  private static final Set<String> RACES = Set.of("40001", "40P01");
  private static final String QUERY_CANCELED = "57014";
  private static final String CONNECTION_CLASS = "08";
  // A role or database that is not there yet, or a password that is being changed.
  private static final String AUTHORIZATION_CLASS = "28";
  private static final String NO_DATABASE = "3D000";

  static SqlFailure of(SQLException e) {
    String state = e.getSQLState();
    if (e instanceof SQLTransientConnectionException) {
      return CONNECTION_LOST;
    }
    if (state == null) {
      // HikariCP's own refusals carry no state: the pool is closed, or the wait was interrupted.
      return CONNECTION_LOST;
    }
    if (state.startsWith(CONNECTION_CLASS)
        || state.startsWith(AUTHORIZATION_CLASS)
        || state.equals(NO_DATABASE)
        || LOST.contains(state)) {
      return CONNECTION_LOST;
    }
    if (RACES.contains(state)) {
      return LOST_RACE;
    }
    return state.equals(QUERY_CANCELED) ? TOO_SLOW : REFUSED;
  }

  boolean isConnectionLost() {
    return this == CONNECTION_LOST;
  }

  boolean isLostRace() {
    return this == LOST_RACE;
  }

  RuntimeException toException(SQLException e) {
    return switch (this) {
      case CONNECTION_LOST -> PostgresErrors.unavailable(e);
      case TOO_SLOW -> PostgresErrors.tooSlow(e);
      case LOST_RACE -> PostgresErrors.busy(e);
      case REFUSED -> new DatabaseException(e);
    };
  }
}
