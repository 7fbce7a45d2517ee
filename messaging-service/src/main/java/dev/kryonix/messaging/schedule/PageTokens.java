package dev.kryonix.messaging.schedule;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleStore.Cursor;
import io.grpc.Status.Code;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;

/** Page tokens: the last item of the page before, bound to the tenant and the query by a hash. */
final class PageTokens {
  private PageTokens() {}

  /**
   * The token of the next page, or empty when there is none.
   *
   * @param query the filters, in any form that differs when they differ
   */
  static String encode(Owner owner, String query, Optional<Cursor> next) {
    return next.map(cursor -> encode(owner, query, cursor)).orElse("");
  }

  /** Where the page begins that the token asks for. */
  static Optional<Cursor> decode(Owner owner, String query, String token) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
    if (bytes.remaining() <= 2 * Long.BYTES || bytes.getLong() != hash(owner, query)) {
      throw invalid();
    }
    Instant time = Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS);
    return Optional.of(new Cursor(time, StandardCharsets.UTF_8.decode(bytes).toString()));
  }

  private static String encode(Owner owner, String query, Cursor cursor) {
    byte[] id = cursor.id().getBytes(StandardCharsets.UTF_8);
    byte[] bytes =
        ByteBuffer.allocate(2 * Long.BYTES + id.length)
            .putLong(hash(owner, query))
            .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, cursor.deliverAt()))
            .put(id)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static long hash(Owner owner, String query) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(owner.uid().toBytes().toByteArray());
      return ByteBuffer.wrap(digest.digest(query.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 belongs to every JDK", e);
    }
  }

  private static ServiceException invalid() {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_PAGE_TOKEN_INVALID,
            "page_token: malformed, or of another query; begin again without one.")
        .field("page_token", "is not one of this query");
  }
}
