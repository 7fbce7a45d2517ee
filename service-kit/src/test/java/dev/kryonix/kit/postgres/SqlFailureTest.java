package dev.kryonix.kit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SqlFailureTest {
  @ParameterizedTest
  @CsvSource({
    "08001,CONNECTION_LOST",
    "08006,CONNECTION_LOST",
    "57P01,CONNECTION_LOST",
    "57P03,CONNECTION_LOST",
    "53300,CONNECTION_LOST",
    "28P01,CONNECTION_LOST",
    "3D000,CONNECTION_LOST",
    "40001,LOST_RACE",
    "40P01,LOST_RACE",
    "57014,TOO_SLOW",
    "23505,REFUSED",
    "42P01,REFUSED"
  })
  void theStateTellsWhatItMeans(String state, SqlFailure failure) {
    assertThat(SqlFailure.of(new SQLException("secret text", state))).isEqualTo(failure);
  }

  @Test
  void aPoolWithoutAFreeConnectionIsAwayForNow() {
    assertThat(SqlFailure.of(new SQLTransientConnectionException("secret text")))
        .isEqualTo(SqlFailure.CONNECTION_LOST);
  }

  @Test
  void nothingOfTheDriversTextIsInAnyMessage() {
    for (SqlFailure failure : SqlFailure.values()) {
      assertThat(failure.toException(new SQLException("secret text", "23505")))
          .extracting(Throwable::getMessage)
          .asString()
          .doesNotContain("secret");
    }
  }
}
