package dev.kryonix.kit.paging;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Page tokens: where the next page begins, and a MAC that binds it to the listing that it belongs
 * to. The place is a key and not a number, so that a listing survives what is created and removed
 * meanwhile.
 */
@Singleton
public final class PageTokens {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 16;
  private static final int DEFAULT_SIZE = 50;

  private final SecretKey key;

  PageTokens(MasterKey master) {
    this.key = master.derive(new byte[0], "kryonix/page-token/v1");
  }

  /**
   * The token of the page after the key.
   *
   * @param listing names the listing: RPC, tenant and every filter
   */
  public String after(String listing, String lastKey) {
    byte[] place = lastKey.getBytes(StandardCharsets.UTF_8);
    byte[] mac = mac(listing, place);
    byte[] all = Arrays.copyOf(mac, MAC_BYTES + place.length);
    System.arraycopy(place, 0, all, MAC_BYTES, place.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /**
   * The key after which the page begins; empty for the first page. Refuses the token of another
   * listing.
   */
  public String read(String listing, String token) {
    if (token.isEmpty()) {
      return "";
    }
    byte[] all = decode(token);
    byte[] place = Arrays.copyOfRange(all, MAC_BYTES, all.length);
    if (!MessageDigest.isEqual(mac(listing, place), Arrays.copyOf(all, MAC_BYTES))) {
      throw invalid();
    }
    return new String(place, StandardCharsets.UTF_8);
  }

  /**
   * The token of the page after that item; empty when there is none.
   *
   * @param listing names the listing: RPC, tenant and every filter
   */
  public String after(String listing, Optional<Position> last) {
    return last.map(position -> after(listing, position.text())).orElse("");
  }

  /** The item after which the page begins; empty for the first page. Refuses as {@link #read}. */
  public Optional<Position> position(String listing, String token) {
    return token.isEmpty() ? Optional.empty() : Optional.of(Position.parse(read(listing, token)));
  }

  /** The number of items on a page, from the request's. */
  public static int size(int requested) {
    return requested == 0 ? DEFAULT_SIZE : requested;
  }

  private byte[] mac(String listing, byte[] place) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] name = listing.getBytes(StandardCharsets.UTF_8);
      mac.update(Integer.toString(name.length).getBytes(StandardCharsets.UTF_8));
      mac.update((byte) ':');
      mac.update(name);
      return Arrays.copyOf(mac.doFinal(place), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is not to be had", e);
    }
  }

  private static byte[] decode(String token) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(token);
      if (all.length <= MAC_BYTES) {
        throw invalid();
      }
      return all;
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  private static ServiceException invalid() {
    String description =
        "not a token of this listing; take next_page_token as it is, with the same filters";
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_PAGE_TOKEN_INVALID,
            "page_token: " + description)
        .field("page_token", description);
  }
}
