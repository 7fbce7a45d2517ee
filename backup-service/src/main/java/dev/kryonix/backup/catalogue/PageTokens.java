package dev.kryonix.backup.catalogue;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** Page tokens: the last item of the page before, bound to the tenant and the query by a hash. */
public final class PageTokens {
  private static final int TOKEN_BYTES = 4 * Long.BYTES;

  private PageTokens() {}

  /**
   * The token of the next page, or empty when there is none.
   *
   * @param query the filters, in any form that differs when they differ
   */
  public static String encode(Owner owner, String query, Optional<Page.Cursor> next) {
    return next.map(cursor -> encode(owner, query, cursor)).orElse("");
  }

  /** Where the page begins that the token asks for. */
  public static Optional<Page.Cursor> decode(Owner owner, String query, String token) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
    if (bytes.remaining() != TOKEN_BYTES || bytes.getLong() != hash(owner, query)) {
      throw invalid();
    }
    Instant time = Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS);
    return Optional.of(new Page.Cursor(time, new UUID(bytes.getLong(), bytes.getLong())));
  }

  private static String encode(Owner owner, String query, Page.Cursor cursor) {
    byte[] bytes =
        ByteBuffer.allocate(TOKEN_BYTES)
            .putLong(hash(owner, query))
            .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, cursor.time()))
            .putLong(cursor.id().getMostSignificantBits())
            .putLong(cursor.id().getLeastSignificantBits())
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
