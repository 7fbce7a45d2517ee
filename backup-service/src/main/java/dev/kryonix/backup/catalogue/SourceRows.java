package dev.kryonix.backup.catalogue;

import dev.kryonix.kit.postgres.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads the progress of a source, which backups and restores hold in the same columns. */
final class SourceRows {
  private SourceRows() {}

  static SourceProgress read(ResultSet row) throws SQLException {
    return new SourceProgress(
        Columns.text(row, "source"),
        Progress.valueOf(row.getString("state")),
        row.getLong("records"),
        row.getLong("bytes"),
        row.getLong("expected"),
        Columns.map(row, "counts", Long::valueOf),
        Tx.optionalInstant(row, "snapshot_time"));
  }
}
